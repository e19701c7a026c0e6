// What a recording is asked for, and what it tells when it is done.
import type { RemovedRow } from './removals';
import type { Walked } from './walk';

export interface RecordOrder {
  readonly url: string;
  readonly token: string;
  readonly caPem: string | null;
  /** Made by the recording; it must not be there. */
  readonly directory: string;
  readonly max: number;
  readonly progress: (line: string) => void;
}

export interface Recording extends Walked {
  readonly product: 'Proxmox VE' | 'NetBox';
  readonly version: string;
  readonly directory: string;
  readonly removed: readonly RemovedRow[];
}
