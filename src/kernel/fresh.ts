// Carries P9, P10: a write takes evidence that its target was just read again. The type can be named everywhere and
// made in one place only: effects/recheck.ts (a lint rule refuses the cast elsewhere).
import type { ConfigDigest } from './ids';

declare const fresh: unique symbol;

export interface Fresh<T> {
  readonly [fresh]: true;
  readonly value: T;
  /** The digest read in this very step: mandatory, because Proxmox does not check an empty one (P6). */
  readonly digest: ConfigDigest;
  /** The node that owns the guest now; HA may have moved it since the plan. */
  readonly node: string;
}
