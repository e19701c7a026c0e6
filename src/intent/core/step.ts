// One write of an action, as data: what it is about, as it was seen, as it shall be. A union, so that no step can say less than
// its executor needs (P2). None of them destroys: freeing a volume or a guest is no step (P5).

import type { MigrationMode } from '../../proxmox/ports';

interface Of<Kind extends string, Before, After> { readonly kind: Kind; readonly before: Before; readonly after: After }
/** About one disk or interface: `scsi1`, `net0`. */
interface OfSlot<Kind extends string, Before, After> extends Of<Kind, Before, After> { readonly slot: string }

export type Step =
  | Of<'create', null, string>
  /** From a template guest; it comes as that is. */
  | Of<'clone', null, string>
  | Of<'hand-over', string, string>
  /** The marker with this guest id is put into the description. */
  | Of<'adopt', null, string>
  /** Taken off and put on; whatever else the guest wears is nobody's business here. */
  | Of<'tags', readonly string[], readonly string[]>
  | Of<'shutdown', string, string>
  | Of<'start', string, string>
  /** From node to node of the cluster. */
  | (Of<'migrate', string, string> & { readonly mode: MigrationMode })
  | Of<'name', string, string>
  /** vCPUs: sockets x cores. */
  | Of<'cores', number, number>
  /** MiB. */
  | Of<'memory', number, number>
  | Of<'description', string, string>
  | Of<'on-boot', boolean, boolean>
  /** The whole property string of an interface; null where there is none. */
  | OfSlot<'nic', string | null, string | null>
  | (OfSlot<'disk-add', null, string> & { readonly storage: string; readonly sizeMib: number })
  /** MiB, absolute. */
  | OfSlot<'disk-grow', number, number>
  /** The volume stays with the guest as `unusedN`. */
  | OfSlot<'disk-detach', string, null>
  /** Configuration keys of cloud-init; null takes one away. They show inside the guest at its next boot. */
  | Of<'cloud-init', Readonly<Record<string, string>>, Readonly<Record<string, string | null>>>
  | Of<'stamp', null, number>;

export type StepKind = Step['kind'];
export type StepOf<Kind extends StepKind> = Extract<Step, { readonly kind: Kind }>;
