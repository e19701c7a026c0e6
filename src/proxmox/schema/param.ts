// The shape of one parameter as the official schema of Proxmox VE describes it, cut down to what is checked.
import type { NamedFormat } from './formats';

export type PveVersion = '8.4' | '9.0';

/** What is checked of a value, in a parameter and in a part of a property string alike. */
interface Bounds {
  readonly optional?: true;
  readonly format?: NamedFormat;
  readonly enum?: readonly string[];
  /** Anchored by the validator, as in the schema. */
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Another one that has to be given too. */
  readonly requires?: string;
}

/** A part of a property string, `bridge` of `net0`. */
export interface Field extends Bounds {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  /** May stand without its key, once. */
  readonly isDefault?: true;
}

export interface PropertyFormat {
  readonly fields: Readonly<Record<string, Field>>;
  /** `virtio=MAC` is short for `model=virtio,macaddr=MAC`: these keys are values of `names` and carry a value of `carries`. */
  readonly keyAlias?: { readonly keys: readonly string[]; readonly names: string; readonly carries: string };
  /** Other words for a key, `volume` for `file`. */
  readonly aliases?: Readonly<Record<string, string>>;
}

export interface Param extends Bounds {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  /** The value is a property string of this shape. */
  readonly property?: PropertyFormat;
}

export type Params = Readonly<Record<string, Param>>;

export interface MethodSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Template as the schema writes it, `/nodes/{node}/qemu/{vmid}/config`. */
  readonly path: string;
  /** The one version that has the call; absent: both. */
  readonly only?: PveVersion;
  /** pveproxy hands it on to the daemon that is root (schema: `protected`). */
  readonly isProtected?: true;
  /** Wants a ticket, whatever a token may do (schema: `allowtoken` 0). */
  readonly needsTicket?: true;
  /** As 8 knows them (9, where only 9 has the call). `net[n]` stands for net0, net1, ... up to `indexLimits`. Path parts are parameters too. */
  readonly params: Params;
  /** What 9 takes otherwise, or (null) no longer. */
  readonly in9?: Readonly<Record<string, Param | null>>;
}
