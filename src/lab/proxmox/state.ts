// Everything the simulated cluster knows, as plain data: it is written to the state file as it stands and every answer is
// computed from it. Guests are kept as Proxmox keeps them, as the entries of their configuration text.
import type { Inside } from './agent-facts';
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
  /** What the cloud-init drive still holds of values that changed, and `added`: the names of new ones. */
  cloudInit?: Entries;
  /** No operating system answers a shutdown. */
  deaf: boolean;
  /** What its agent tells, once there is an operating system with one; absent: an empty disk, nobody answers. */
  inside?: Inside;
}

/** A section of storage.cfg, and how big the thing behind it is. */
export interface Storage {
  readonly id: string;
  readonly type: string;
  content: string;
  readonly sizeGiB: number;
  shared: boolean;
  disabled: boolean;
  /** Empty: on every node. */
  nodes: readonly string[];
  /** All other properties as they were given, `path`, `vgname`. */
  settings: Entries;
}

export interface Volume {
  readonly storage: string;
  readonly content: 'images' | 'rootdir' | 'iso' | 'vztmpl' | 'backup' | 'snippets' | 'import';
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
  notes?: string;
  /** A backup that is not to be removed. */
  isProtected?: boolean;
}

export interface TaskRecord {
  readonly upid: string; readonly node: string; readonly pid: number; readonly pstart: number; readonly start: number;
  readonly type: string; readonly id: string; readonly authid: string;
  end: number | null;
  exit: string | null;
  log: string[];
}

export interface Token { readonly secret: string; readonly privsep: boolean; readonly expire: number; readonly comment: string }
export interface User {
  enable: boolean; expire: number; comment: string;
  /** Salt and hash; absent: nobody signs in by password. */
  password?: string;
  email?: string; firstname?: string; lastname?: string; keys?: string;
}

/** Software-defined network as it was written, by id; `type` is one of the entries. */
export interface SdnState { readonly zones: Record<string, Entries>; readonly vnets: Record<string, Entries>; readonly subnets: Record<string, Entries>; readonly controllers: Record<string, Entries> }

/** High availability: options of resources as they were given, what the manager last saw, where guests are wished to be. */
export interface HaState {
  readonly options: Record<string, Entries>;
  readonly seen: Record<string, 'started' | 'stopped' | 'error'>;
  readonly targets: Record<string, string>;
  roundAt: number;
  /** Since when a node has been silent. */
  readonly silentSince: Record<string, number>;
}

/** What the statistics broadcast last said about a VMID: it may describe a predecessor (Proxmox VE 8.4, pvestatd). */
export interface Statistics { readonly at: number; readonly name: string; readonly status: string; readonly template: number; readonly uptime: number; readonly maxcpu: number; readonly maxmem: number; readonly maxdisk: number }

export interface ClusterState {
  readonly format: 1;
  readonly name: string;
  readonly certificate: { readonly cert: string; readonly key: string };
  /** Signs tickets; made when the first one is. */
  ticketKey?: string;
  nodes: { readonly name: string; readonly id: number; online: boolean; readonly ip: string }[];
  quorate: boolean;
  /** Added to the machine's clock, seconds. */
  clockOffset: number;
  lastPid: number;
  guests: Record<string, Guest>;
  volumes: Record<string, Volume>;
  /** Absent in states of before: then as the options say. */
  storages?: Record<string, Storage>;
  /** Backup jobs as entries, by their ids. */
  backupJobs?: Record<string, Entries>;
  pools: Record<string, { comment: string }>;
  /** VMID -> pool; a VMID that no guest has may be a member. */
  poolOf: Record<string, string>;
  users: Record<string, User>;
  tokens: Record<string, Token>;
  roles: Record<string, readonly string[]>;
  acl: readonly Acl[];
  tasks: TaskRecord[];
  haGuests: number[];
  /** Absent: nothing was ever said about a resource. */
  ha?: HaState;
  sdn?: SdnState;
  replicated: number[];
  /** Cluster-wide options in their stored form (`next-id`, `tag-style`). */
  options: Entries;
  statistics: Record<string, Statistics>;
  statisticsAt: number;
}
