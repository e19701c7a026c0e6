// The words of the lab's control at `/__lab/` (README-like: this is its whole description). It needs no Proxmox credential,
// is served on loopback only, on every node's port, and talks JSON. Faults and acts are how tests and the demo put trouble
// exactly between two requests of Sluice. Nothing here is a part of Proxmox.
//
//   GET    /__lab/requests?since=N   what was asked: counts by method and template, entries after number N; &forgotten=1: those too
//   DELETE /__lab/requests           forget them (numbers go on)
//   POST   /__lab/faults {match, fault?, act?, when?, times?} -> {id}     GET: the ones that are armed
//   DELETE /__lab/faults[/ID]        lift one or all; a paused task goes on
//   POST   /__lab/clock {advanceSeconds} -> {now}
//   POST   /__lab/act {act: ...} -> {data}    a third party acts at once, whatever the ACLs say
//   GET    /__lab/guests/VMID        the guest as the simulator holds it, its configuration text and digest
import type { AgentFacts } from '../agent-facts';
import type { GuestKind } from '../state';

/** All given parts have to fit. `path` is a regular expression over the path below /api2/json, unescaped. */
export interface Match {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path?: string;
  /** A token id, or its name after the `!`. */
  readonly token?: string;
}

/**
 * `answer-lost`: done and saved, then the connection is cut before any byte. `connection-reset-before`: cut with nothing done.
 * `html`, `truncated`: done, but the answer cannot be read. A status: nothing done unless `executed`;
 * `later`: the work is still at it when the answer leaves, and ends when the fault is lifted.
 */
export type Fault =
  | 'answer-lost' | 'connection-reset-before' | 'html' | 'truncated' | 'task-killed'
  | { readonly status: number; readonly body?: string; readonly executed?: boolean | 'later' }
  | { readonly delayMillis: number }
  | { readonly taskKilled: 'start' | 'middle' }
  | { readonly taskFails: string; readonly at?: 'start' | 'middle' }
  | { readonly taskPaused: 'start' | 'middle' };

export interface FaultOrder {
  readonly match: Match;
  readonly fault?: Fault;
  /** A third party acts at the matching request. */
  readonly act?: Act;
  /** `before` the request is looked at (default), or `after` it was done and before its answer leaves. */
  readonly when?: 'before' | 'after';
  /** How often it fires; default 1. */
  readonly times?: number;
}

export interface NewGuestFacts {
  readonly kind?: GuestKind;
  readonly node?: string;
  readonly running?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

export type Act =
  | { readonly act: 'destroy'; readonly vmid: number }
  | ({ readonly act: 'create'; readonly vmid: number; readonly pool?: string } & NewGuestFacts)
  /** Destroys the guest and makes another one under its VMID at once; `same` keeps it in the pool of the predecessor. */
  | ({ readonly act: 'recycle'; readonly vmid: number; readonly pool?: string | 'same' } & NewGuestFacts)
  | { readonly act: 'set-config'; readonly vmid: number; readonly set?: Readonly<Record<string, string>>; readonly drop?: readonly string[] }
  | { readonly act: 'rename'; readonly vmid: number; readonly name: string }
  | { readonly act: 'move-to-node'; readonly vmid: number; readonly node: string }
  | { readonly act: 'start' | 'stop' | 'pause' | 'unlock' | 'ignore-shutdown'; readonly vmid: number }
  | { readonly act: 'lock'; readonly vmid: number; readonly lock: string }
  /** An operating system with an agent is there from now on; what was said before stays where nothing else is said. */
  | { readonly act: 'agent'; readonly vmid: number; readonly facts: Partial<AgentFacts> }
  | { readonly act: 'protect' | 'ha' | 'replication'; readonly vmid: number; readonly on: boolean }
  | { readonly act: 'snapshot'; readonly vmid: number; readonly name: string }
  | { readonly act: 'pool'; readonly vmid: number; readonly pool: string | null }
  | { readonly act: 'node'; readonly node: string; readonly online: boolean }
  /** A node of the options joins the cluster or leaves it. */
  | { readonly act: 'member'; readonly node: string; readonly member: boolean }
  | { readonly act: 'quorum'; readonly quorate: boolean }
  | { readonly act: 'acl'; readonly path: string; readonly role: string; readonly holder: string; readonly propagate?: boolean; readonly grant: boolean }
  | { readonly act: 'revoke-token'; readonly token: string }
  /** Cluster-wide options in their stored form: `next-id`, `tag-style`. */
  | { readonly act: 'cluster-options'; readonly set?: Readonly<Record<string, string>>; readonly drop?: readonly string[] }
  | { readonly act: 'backup'; readonly vmid: number; readonly storage: string }
  | { readonly act: 'hold-volume'; readonly volid: string; readonly held: boolean };

export interface RequestEntry {
  readonly n: number;
  /** Unix milliseconds of the machine, not of the simulated cluster. */
  readonly at: number;
  readonly node: string;
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly token: string | null;
  /** What the head of the request said of itself, and how long its body was. */
  readonly agent: string | null;
  readonly contentType: string | null;
  readonly bodyLength: number;
  /** Null while it runs, and when the connection was cut. */
  readonly status: number | null;
}
export interface Requests { readonly last: number; readonly counts: Readonly<Record<string, number>>; readonly entries: readonly RequestEntry[] }
