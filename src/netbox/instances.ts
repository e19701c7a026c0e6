// The NetBox instances this process speaks with, by their configured name.
import type { FieldMap, NetBoxReader, NetBoxWriter } from './ports';

export interface NetBoxAccess { readonly name: string; readonly url: string; readonly reader: NetBoxReader; readonly writer: NetBoxWriter; readonly fields: FieldMap }
export type NetBoxes = ReadonlyMap<string, NetBoxAccess>;
