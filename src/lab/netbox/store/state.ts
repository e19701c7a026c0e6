// Everything one simulated NetBox remembers: main, its branches, what they changed, jobs, events, id sequences and the secrets of its users.
import type { OtherPlugin } from '../branching/other-plugin';
import { openClock } from './clock';
import type { Clock } from './clock';
import type { NetBoxVersion } from '../models/since-4-6';
import { Diffs } from './diffs';
import type { Json, Row } from './row';
import { Space } from './space';
import { Undo } from './undo';

export type ChangeData = { readonly [key: string]: Json };

/** One object changed in one branch (netbox-branching's ChangeDiff). */
export interface DiffRow {
  readonly id: number;
  readonly branch: number;
  readonly type: string;
  readonly objectId: number;
  readonly repr: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly conflicts: readonly string[] | null;
  readonly original: ChangeData | null;
  readonly modified: ChangeData | null;
  readonly current: ChangeData | null;
  readonly lastUpdated: string;
}

export interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly branch: number;
  readonly kind: 'provision' | 'sync' | 'merge' | 'revert';
  /** false is a dry run. */
  readonly commit: boolean;
  readonly status: 'pending' | 'running' | 'completed' | 'errored';
  readonly created: string;
  readonly started: string | null;
  readonly completed: string | null;
  readonly user: number;
  readonly data: ChangeData | null;
  readonly error: string;
  readonly uuid: string;
}

/** What the Sluice plugin in NetBox would have been configured with. */
export interface GateConfig {
  readonly url: string;
  readonly secret: string;
  /** The name Sluice knows this NetBox by. */
  readonly netbox: string;
}

export interface EventRow { readonly id: number; readonly time: string; readonly branch: number; readonly user: number | null; readonly type: 'provisioned' | 'synced' | 'merged' | 'reverted' | 'archived' }

export class State {
  version: NetBoxVersion = '4.5.10';
  readonly undo = new Undo();
  readonly main = new Space(null, this.undo);
  readonly branches = new Map<string, Space>();
  readonly diffs = new Diffs();
  readonly jobs = new Map<number, JobRow>();
  readonly events = new Map<number, EventRow>();
  /** Row of main's change log -> the branch whose merge or revert wrote it; a sync of that branch leaves it out. */
  readonly applied = new Map<number, number>();
  readonly sequences = new Map<string, number>();
  /** user id -> password; token id -> the secret part. */
  readonly passwords = new Map<number, string>();
  readonly tokens = new Map<number, string>();
  /** Cookie `sessionid` -> user id; sessions end with the process. */
  readonly sessions = new Map<string, number>();
  /** Where merges and reverts ask for consent; null lets them run ungated. */
  gate: GateConfig | null = null;
  otherPlugin: OtherPlugin = {};
  clock: Clock = openClock();

  nextId(sequence: string): number {
    const id = (this.sequences.get(sequence) ?? 0) + 1;
    this.sequences.set(sequence, id);
    return id;
  }

  /** Sets or removes an entry of one of the maps above, undone with the transaction. */
  set<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
    const before = map.get(key);
    const write = (entry: V | undefined): void => {
      if (entry === undefined) map.delete(key);
      else map.set(key, entry);
    };
    write(value);
    this.undo.add(() => write(before));
  }

  branchRow(schemaId: string): Row | undefined {
    return this.main.where('netbox_branching.branch', 'schema_id', schemaId)[0];
  }

  user(id: number | null): Row | undefined {
    return id === null ? undefined : this.main.get('users.user', id);
  }
}
