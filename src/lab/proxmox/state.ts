// Everything the simulated cluster knows, as plain data: it is written to the state file as it stands and every answer is
// computed from it. Guests are kept as Proxmox keeps them, as the entries of their configuration text.
import type { Acl } from './sluice-rights';

export type GuestKind = 'qemu' | 'lxc';
export type Entries = Record<string, string>;

export interface Snapshot { readonly name: string; readonly main: Entries; readonly pool?: never }

export interface Guest {
  readonly vmid: number;
  readonly kind: GuestKind;
  node: string;
  main: Entries;
  pending: Entries;
  /** Keys that go away at the next stopped write, stop or start. */
  pendingDelete: string[];
  snapshots: Snapshot[];
  /** The process, while there is one. `since` in unix seconds. */
  power: { readonly pid: number; since: number; paused: boolean } | null;
  /** No operating system answers a shutdown. */
  deaf: boolean;
}

export interface Volume {
  readonly storage: string;
  readonly content: 'images' | 'rootdir' | 'iso' | 'vztmpl' | 'backup';
  readonly owner: number | null;
  /** null: on shared storage, or the same on every node. */
  node: string | null;
  bytes: number;
  readonly format: string;
  readonly created: number;
  /** The base a linked clone hangs on. */
  readonly parent: string | null;
  /** Cannot be freed: somebody holds it open. */
  stuck: boolean;
}

export interface TaskRecord {
  readonly upid: string; readonly node: string; readonly pid: number; readonly pstart: number; readonly start: number;
  readonly type: string; readonly id: string; readonly authid: string;
  end: number | null;
  exit: string | null;
  log: string[];
}

export interface Token { readonly secret: string; readonly privsep: boolean; readonly expire: number; readonly comment: string }
export interface User { enable: boolean; expire: number; comment: string }

/** What the statistics broadcast last said about a VMID: it may describe a predecessor (Proxmox VE 8.4, pvestatd). */
export interface Statistics { readonly at: number; readonly name: string; readonly status: string; readonly template: number; readonly uptime: number; readonly maxcpu: number; readonly maxmem: number; readonly maxdisk: number }

export interface ClusterState {
  readonly format: 1;
  readonly name: string;
  readonly certificate: { readonly cert: string; readonly key: string };
  nodes: { readonly name: string; readonly id: number; online: boolean; readonly ip: string }[];
  quorate: boolean;
  /** Added to the machine's clock, seconds. */
  clockOffset: number;
  lastPid: number;
  guests: Record<string, Guest>;
  volumes: Record<string, Volume>;
  pools: Record<string, { comment: string }>;
  /** VMID -> pool; a VMID that no guest has may be a member. */
  poolOf: Record<string, string>;
  users: Record<string, User>;
  tokens: Record<string, Token>;
  roles: Record<string, readonly string[]>;
  acl: readonly Acl[];
  tasks: TaskRecord[];
  haGuests: number[];
  replicated: number[];
  /** Cluster-wide options in their stored form (`next-id`, `tag-style`). */
  options: Entries;
  statistics: Record<string, Statistics>;
  statisticsAt: number;
}
