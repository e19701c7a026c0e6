// The NetBox instances this process speaks with, by their configured name. `Fields` is the field map of the intent module.
import type { NetBoxReader, NetBoxWriter } from './ports';

export interface NetBoxAccess<Fields> { readonly name: string; readonly url: string; readonly reader: NetBoxReader; readonly writer: NetBoxWriter; readonly fields: Fields }
export type NetBoxes<Fields> = ReadonlyMap<string, NetBoxAccess<Fields>>;
