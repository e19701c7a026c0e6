// What the house may ask of Proxmox, cut by power: who holds a reader cannot write, who holds an updater cannot create or
// destroy. Lender and destroyer live in files of their own, so that a rule can say who may import them (P15, P16).
// No port can express `archive`, `restore`, `force`, `skiplock`, `purge` or template conversion (P16, P20). Carries P10.
import type { Fresh, Observed, Upid, Vmid } from '../kernel';
import type { GuestConfig, GuestIdentity, GuestKind, GuestSpec, WantedDisk } from '../guest';

/** Where a guest stands now. HA moves guests at any time: resolve it before every call. */
export interface GuestRef { readonly node: string; readonly kind: GuestKind; readonly vmid: Vmid }

export interface ClusterStatus { readonly name: string; readonly quorate: boolean; readonly nodes: readonly { readonly name: string; readonly online: boolean }[] }
/** A row of `/cluster/resources?type=vm`. `vmid, node, kind, lock, tags` are live; `name, status, isTemplate` may be 10 s old and of a predecessor. */
export interface GuestRow { readonly vmid: Vmid; readonly kind: GuestKind; readonly node: string; readonly name: string | null; readonly status: string; readonly isTemplate: boolean; readonly pool: string | null; readonly tags: readonly string[]; readonly lock: string | null }
export interface NodeFacts { readonly cores: number; readonly memoryMib: number }
export interface StorageRow { readonly id: string; readonly content: readonly string[]; readonly active: boolean; readonly availableMib: number | null; /** The same volumes on every node. */ readonly isShared: boolean }
export interface PowerStatus {
  /** True for every state with a living process: running, paused, prelaunch, io-error, suspended ... (7.2). */
  readonly hasProcess: boolean;
  readonly status: string;
  readonly uptimeSeconds: number;
  readonly haManaged: boolean;
  readonly lock: string | null;
}
export interface PendingRow { readonly key: string; readonly value: string | null; readonly pending: string | null; readonly delete: boolean }
export interface AclRow { readonly path: string; readonly role: string; readonly holderKind: 'user' | 'token' | 'group'; readonly holder: string; readonly propagate: boolean }
/** What stands in the way of moving a VM to one node, as Proxmox sees it. */
export interface MigrationCheck {
  /** Volumes that the target cannot reach. */
  readonly localDisks: readonly string[];
  /** Devices of the node itself. */
  readonly localResources: readonly string[];
  /** Anything else, in words. */
  readonly obstacles: readonly string[];
}
/** Live, stopped, or stopped here and started there: a container that runs knows no other way. */
export type MigrationMode = 'online' | 'offline' | 'restart';
/** path -> privileges, as `GET /access/permissions` tells the caller about itself. */
export type Permissions = Readonly<Record<string, readonly string[]>>;
export interface TaskRow { readonly upid: Upid; readonly type: string; readonly id: string; readonly user: string; readonly startTime: number; readonly status: string | null; readonly running: boolean }
export interface TaskState { readonly running: boolean; readonly exitstatus: string | null }
export interface PoolRow { readonly id: string; readonly members: readonly Vmid[] }
export interface BackupRow { readonly volid: string; readonly storage: string; readonly ctime: number; readonly verified: boolean | null }
export interface RoleRow { readonly role: string; readonly privileges: readonly string[] }

/** Token `reflect`. Anything but a well-formed 200 is "not observed", never absence (P41). */
export interface ProxmoxReader {
  readonly cluster: string;
  version(): Promise<Observed<{ readonly version: string; readonly release: string }>>;
  clusterStatus(): Promise<Observed<ClusterStatus>>;
  guests(): Promise<Observed<readonly GuestRow[]>>;
  guestConfig(guest: GuestRef): Promise<Observed<GuestConfig>>;
  pending(guest: GuestRef): Promise<Observed<readonly PendingRow[]>>;
  power(guest: GuestRef): Promise<Observed<PowerStatus>>;
  snapshots(guest: GuestRef): Promise<Observed<readonly string[]>>;
  /** `GET /cluster/nextid?vmid=`: tells the truth to every token, hidden guests included. */
  isVmidFree(vmid: Vmid): Promise<Observed<boolean>>;
  nodeFacts(node: string): Promise<Observed<NodeFacts>>;
  storages(node: string): Promise<Observed<readonly StorageRow[]>>;
  bridges(node: string): Promise<Observed<readonly string[]>>;
  /** Volume ids of this content on a storage, as far as the token may see them. */
  volumes(node: string, storage: string, content: 'iso' | 'vztmpl' | 'snippets'): Promise<Observed<readonly string[]>>;
  pools(): Promise<Observed<readonly PoolRow[]>>;
  haGuests(): Promise<Observed<readonly Vmid[]>>;
  replicatedGuests(): Promise<Observed<readonly Vmid[]>>;
  backups(node: string, vmid: Vmid): Promise<Observed<readonly BackupRow[]>>;
  acl(): Promise<Observed<readonly AclRow[]>>;
  roles(): Promise<Observed<readonly RoleRow[]>>;
  permissions(): Promise<Observed<Permissions>>;
  tasks(node: string, filter: { readonly vmid: Vmid; readonly sinceUnix: number }): Promise<Observed<readonly TaskRow[]>>;
  taskState(upid: Upid): Promise<Observed<TaskState>>;
  taskLog(upid: Upid, fromLine: number): Promise<Observed<{ readonly lines: readonly string[]; readonly total: number }>>;
}

/** The outcome class of one write (proxmox-api.md, Appendix B). `unknown` is settled by looking, never sent again (P26). */
export type WriteOutcome =
  | { readonly class: 'applied' }
  | { readonly class: 'started'; readonly upid: Upid }
  | { readonly class: 'not-applied'; readonly status: number; readonly text: string; readonly transient: boolean }
  | { readonly class: 'partly-applied'; readonly status: number; readonly text: string; readonly errors: Readonly<Record<string, string>> }
  | { readonly class: 'unknown'; readonly text: string };

/** How a task ended. `refused`: an early check repeated in the worker said no. `failed`: extent unknown, read again. `lost`: nobody can tell. */
export type TaskEnd =
  | { readonly kind: 'ok'; readonly warnings: number; /** Volumes that could not be removed and stay on their storage. */ readonly leftBehind: readonly string[]; readonly log: readonly string[] }
  | { readonly kind: 'refused'; readonly exitstatus: string; readonly log: readonly string[] }
  | { readonly kind: 'failed'; readonly exitstatus: string; readonly log: readonly string[] }
  | { readonly kind: 'lost'; readonly text: string };

/** Token `create`: powerless over what it has handed over (P16). */
export interface ProxmoxCreator {
  /** One POST with uuid, marker and intake pool in it, so that an ambiguous answer is settled by looking (P14). No tags, no start. */
  createVm(spec: GuestSpec, description: string): Promise<WriteOutcome>;
  /** The same for a container, from a container template. */
  createContainer(spec: GuestSpec, description: string): Promise<WriteOutcome>;
  /** A copy of a template guest in the intake pool, with our marker in the call; asked of the template's node. */
  clone(spec: GuestSpec, description: string): Promise<WriteOutcome>;
  /** Moves the guest from intake to its managed pool (`PUT /pools`, allow-move). Synchronous, no task. */
  handOver(guest: Fresh<GuestIdentity>, pool: string): Promise<WriteOutcome>;
  permissions(): Promise<Observed<Permissions>>;
}

/** One concern per write, because the qemu config PUT is not atomic. */
export type ConfigChange =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'on-boot'; readonly on: boolean }
  /** Keys of cloud-init alone. */
  | { readonly kind: 'cloud-init'; readonly options: Readonly<Record<string, string | null>> }
  /** The whole property string of `netN`; null takes the interface out. */
  | { readonly kind: 'nic'; readonly slot: string; readonly property: string | null }
  /** The volume stays with the guest as `unusedN`: nothing is freed. */
  | { readonly kind: 'detach'; readonly slot: string }
  | { readonly kind: 'cores'; readonly cores: number }
  | { readonly kind: 'memory'; readonly memoryMib: number }
  | { readonly kind: 'description'; readonly text: string }
  | { readonly kind: 'tags'; readonly tags: readonly string[] };

/** Token `update`. Every write carries the digest of its `Fresh` target. */
export interface ProxmoxUpdater {
  configure(guest: Fresh<GuestIdentity>, change: ConfigChange): Promise<WriteOutcome>;
  /** Makes a volume in a free slot. A task. */
  addDisk(guest: Fresh<GuestIdentity>, disk: WantedDisk): Promise<WriteOutcome>;
  /** To an absolute size, so that it can be looked at and is never added twice. A task. */
  growDisk(guest: Fresh<GuestIdentity>, slot: string, sizeMib: number): Promise<WriteOutcome>;
  start(guest: Fresh<GuestIdentity>): Promise<WriteOutcome>;
  shutdown(guest: Fresh<GuestIdentity>, timeoutSeconds: number): Promise<WriteOutcome>;
  stop(guest: Fresh<GuestIdentity>): Promise<WriteOutcome>;
  /** To another node of the cluster, its volumes staying where they are. A task. */
  migrate(guest: Fresh<GuestIdentity>, target: string, mode: MigrationMode): Promise<WriteOutcome>;
  /** A read that wants the right to migrate, which the reflect token has not. VMs only: Proxmox VE 8.4 has none for containers. */
  migrationCheck(guest: GuestRef & { readonly kind: 'qemu' }, target: string): Promise<Observed<MigrationCheck>>;
  permissions(): Promise<Observed<Permissions>>;
}
