// Every request that Sluice makes of Proxmox, built by pure functions: what stands here is all it can ask. A spec reads the
// table and proves that no `archive`, `restore`, `force`, `skiplock`, `purge`, `destroy-unreferenced-disks` or template
// conversion is among it. Carries P10, P14, P15, P16, P20.
import { Bug, exhaustive, type ConfigDigest, type Fresh, type Upid, type Vmid } from '../kernel';
import { cloudInitOptions, gibForAllocation, isCloudInitKey, mediaSlots, nicProperty, type GuestIdentity, type GuestKind, type GuestSpec, type WantedDisk } from '../guest';
import type { ConfigChange, GuestRef, MigrationMode } from './ports';

export type Params = Readonly<Record<string, string | number>>;

interface Called {
  /** Below `/api2/json`, unescaped; escaped part by part when it is sent. */
  readonly path: readonly string[];
  readonly params: Params;
  /** The node that does the work, or null for what any node answers. */
  readonly node: string | null;
}
export interface ReadRequest extends Called { readonly method: 'GET' }
export interface WriteRequest extends Called {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** `task`: a 200 carries a UPID. `nothing`: a 200 carries null. */
  readonly answer: 'task' | 'nothing';
  /** A configuration PUT writes key by key, so that its errors may follow effects. */
  readonly config: GuestKind | null;
  /** Only the node's own URL, where the connection names it. */
  readonly ownNodeOnly: boolean;
}

const get = (path: readonly string[], params: Params = {}, node: string | null = null): ReadRequest => ({ method: 'GET', path, params, node });
const guestPath = (guest: GuestRef): readonly string[] => ['nodes', guest.node, guest.kind, String(guest.vmid)];
const ofGuest = (guest: GuestRef, ...rest: readonly string[]): ReadRequest => get([...guestPath(guest), ...rest], {}, guest.node);
const ofNode = (node: string, rest: readonly string[], params: Params = {}): ReadRequest => get(['nodes', node, ...rest], params, node);
export const nodeOfUpid = (upid: Upid): string => upid.split(':')[1] ?? '';

export const reads = {
  version: (): ReadRequest => get(['version']),
  clusterStatus: (): ReadRequest => get(['cluster', 'status']),
  guests: (): ReadRequest => get(['cluster', 'resources'], { type: 'vm' }),
  /** Pending values merged in: the configuration as it will be; `pending` tells what still runs with the old one. */
  guestConfig: (guest: GuestRef): ReadRequest => ofGuest(guest, 'config'),
  pending: (guest: GuestRef): ReadRequest => ofGuest(guest, 'pending'),
  power: (guest: GuestRef): ReadRequest => ofGuest(guest, 'status', 'current'),
  migrationCheck: (guest: GuestRef, target: string): ReadRequest => get([...guestPath(guest), 'migrate'], { target }, guest.node),
  snapshots: (guest: GuestRef): ReadRequest => ofGuest(guest, 'snapshot'),
  isVmidFree: (vmid: Vmid): ReadRequest => get(['cluster', 'nextid'], { vmid }),
  nodeFacts: (node: string): ReadRequest => ofNode(node, ['status']),
  storages: (node: string): ReadRequest => ofNode(node, ['storage']),
  bridges: (node: string): ReadRequest => ofNode(node, ['network'], { type: 'any_bridge' }),
  volumes: (node: string, storage: string, content: string): ReadRequest => ofNode(node, ['storage', storage, 'content'], { content }),
  pools: (): ReadRequest => get(['pools']),
  poolMembers: (pool: string): ReadRequest => get(['pools'], { poolid: pool }),
  haGuests: (): ReadRequest => get(['cluster', 'ha', 'resources']),
  replicatedGuests: (): ReadRequest => get(['cluster', 'replication']),
  backupStorages: (node: string): ReadRequest => ofNode(node, ['storage'], { content: 'backup' }),
  backups: (node: string, storage: string, vmid: Vmid): ReadRequest => ofNode(node, ['storage', storage, 'content'], { content: 'backup', vmid }),
  acl: (): ReadRequest => get(['access', 'acl']),
  roles: (): ReadRequest => get(['access', 'roles']),
  permissions: (): ReadRequest => get(['access', 'permissions']),
  tasks: (node: string, filter: { readonly vmid: Vmid; readonly sinceUnix: number }, limit: number): ReadRequest => ofNode(node, ['tasks'], { source: 'all', vmid: filter.vmid, since: Math.max(0, Math.floor(filter.sinceUnix)), limit }),
  taskState: (upid: Upid): ReadRequest => ofNode(nodeOfUpid(upid), ['tasks', upid, 'status']),
  taskLog: (upid: Upid, fromLine: number, limit: number): ReadRequest => ofNode(nodeOfUpid(upid), ['tasks', upid, 'log'], { start: fromLine, limit }),
} as const;

const plain = { config: null, ownNodeOnly: false } as const;
const refOf = (guest: Fresh<GuestIdentity>): GuestRef => ({ node: guest.node, kind: guest.value.kind, vmid: guest.value.vmid });
/** P6: Proxmox does not check an empty digest, so that an empty one must never be sent. */
const mandatory = (digest: ConfigDigest): string => (/^[0-9a-f]{40}$/.test(digest) ? digest : missingDigest());
const missingDigest = (): never => { throw new Bug('a configuration write without a digest'); };

/** One call with everything by which an ambiguous answer is settled: uuid, marker in the description, intake pool (P14). */
export function createVm(spec: GuestSpec, description: string, intakePool: string): WriteRequest {
  if (spec.kind !== 'qemu' || (spec.origin.kind !== 'blank' && spec.origin.kind !== 'iso')) throw new Bug(`createVm was asked for a ${spec.kind} from ${spec.origin.kind}`);
  const { origin, cloudInit } = spec;
  const media = mediaSlots(spec);
  return {
    ...plain, method: 'POST', path: ['nodes', spec.node, 'qemu'], node: spec.node, answer: 'task',
    params: {
      vmid: spec.vmid, name: spec.name, cores: spec.cores, sockets: spec.sockets, memory: spec.memoryMib, ostype: 'l26', scsihw: 'virtio-scsi-single', smbios1: `uuid=${spec.uuid}`, description, pool: intakePool, ...(spec.onBoot ? { onboot: 1 } : {}),
      ...Object.fromEntries(spec.disks.map((disk) => [disk.slot, allocation(disk)])), ...Object.fromEntries(spec.nics.map((nic) => [nic.slot, nicProperty('qemu', nic)])),
      // The disk first, so that an installed system is what starts; an empty disk falls through to the medium.
      ...(origin.kind !== 'iso' || media.iso === null ? {} : { [media.iso]: `${origin.volid},media=cdrom`, boot: `order=${[...spec.disks.slice(0, 1).map((disk) => disk.slot), media.iso].join(';')}` }),
      ...(cloudInit?.storage == null || media.cloudInit === null ? {} : { [media.cloudInit]: `${cloudInit.storage}:cloudinit`, ...cloudInitOptions(cloudInit, spec.nics) }),
    },
  };
}

/** Known by marker and MAC addresses, which are both in the call (P13, P14). Unprivileged, without a password. */
export function createContainer(spec: GuestSpec, description: string, intakePool: string): WriteRequest {
  if (spec.kind !== 'lxc' || spec.origin.kind !== 'ostemplate') throw new Bug(`createContainer was asked for a ${spec.kind} from ${spec.origin.kind}`);
  const { cloudInit } = spec;
  return {
    ...plain, method: 'POST', path: ['nodes', spec.node, 'lxc'], node: spec.node, answer: 'task',
    params: {
      vmid: spec.vmid, hostname: spec.name, ostemplate: spec.origin.volid, cores: spec.cores, memory: spec.memoryMib, unprivileged: 1, description, pool: intakePool, ...(spec.onBoot ? { onboot: 1 } : {}),
      ...Object.fromEntries(spec.disks.map((disk) => [diskSlot(disk.slot), allocation(disk)])), ...Object.fromEntries(spec.nics.map((nic) => [nic.slot, nicProperty('lxc', nic)])),
      ...(cloudInit?.sshKeys == null ? {} : { 'ssh-public-keys': cloudInit.sshKeys }), ...((cloudInit?.nameservers.length ?? 0) === 0 ? {} : { nameserver: cloudInit?.nameservers.join(' ') ?? '' }), ...(cloudInit?.searchDomain == null ? {} : { searchdomain: cloudInit.searchDomain }),
    },
  };
}

/** A full clone onto the storage that the branch names, else a linked one beside its template. */
export function clone(spec: GuestSpec, description: string, intakePool: string): WriteRequest {
  if (spec.origin.kind !== 'clone') throw new Bug(`clone was asked for a guest from ${spec.origin.kind}`);
  const { template, node, storage } = spec.origin;
  return {
    ...plain, method: 'POST', path: ['nodes', node, spec.kind, String(template), 'clone'], node, answer: 'task',
    params: {
      newid: spec.vmid, ...(spec.kind === 'qemu' ? { name: spec.name } : { hostname: spec.name }), description, pool: intakePool, full: storage === null ? 0 : 1, ...(storage === null ? {} : { storage }), ...(node === spec.node ? {} : { target: spec.node }),
    },
  };
}

/** `STORAGE:GiB` makes a new volume of that size. */
const allocation = (disk: WantedDisk): string => `${disk.storage}:${gibForAllocation(disk.sizeMib)}`;

export const handOver = (guest: Fresh<GuestIdentity>, pool: string): WriteRequest =>
  ({ ...plain, method: 'PUT', path: ['pools'], node: null, answer: 'nothing', params: { poolid: pool, vms: String(guest.value.vmid), 'allow-move': 1 } });

export const configure = (guest: Fresh<GuestIdentity>, change: ConfigChange): WriteRequest =>
  ({ ...plain, method: 'PUT', path: [...guestPath(refOf(guest)), 'config'], node: guest.node, answer: 'nothing', config: guest.value.kind, params: { ...changed(change, guest.value.kind), digest: mandatory(guest.digest) } });

/** As a task, because making the volume may take longer than an answer may. Only a disk's slot: nothing else can be named. */
export const addDisk = (guest: Fresh<GuestIdentity>, disk: WantedDisk): WriteRequest =>
  ({ ...plain, method: 'POST', path: [...guestPath(refOf(guest)), 'config'], node: guest.node, answer: 'task', config: guest.value.kind, params: { [diskSlot(disk.slot)]: allocation(disk), digest: mandatory(guest.digest) } });

export const growDisk = (guest: Fresh<GuestIdentity>, slot: string, sizeMib: number): WriteRequest =>
  ({ ...plain, method: 'PUT', path: [...guestPath(refOf(guest)), 'resize'], node: guest.node, answer: 'task', params: { disk: diskSlot(slot), size: `${sizeMib}M`, digest: mandatory(guest.digest) } });

/** Never `unusedN`, whose removal frees the volume, and no other key of a configuration (P16, P21). */
const diskSlot = (slot: string): string => (/^(?:(?:scsi|virtio|sata|ide)\d+|rootfs|mp\d+)$/.test(slot) ? slot : notASlot(slot));
const nicSlot = (slot: string): string => (/^net\d+$/.test(slot) ? slot : notASlot(slot));
const notASlot = (slot: string): never => { throw new Bug(`${slot} is no slot of a disk or interface`); };

function cloudInitParams(options: Readonly<Record<string, string | null>>): Params {
  const strange = Object.keys(options).filter((key) => !isCloudInitKey(key));
  if (strange.length > 0 || Object.keys(options).length === 0) throw new Bug(`${strange.join(', ') || 'nothing'} is no key of cloud-init`);
  const gone = Object.keys(options).filter((key) => options[key] === null);
  return { ...Object.fromEntries(Object.entries(options).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]))), ...(gone.length === 0 ? {} : { delete: gone.join(',') }) };
}

function changed(change: ConfigChange, kind: GuestKind): Params {
  switch (change.kind) {
    case 'name': return kind === 'qemu' ? { name: change.name } : { hostname: change.name };
    case 'on-boot': return { onboot: change.on ? 1 : 0 };
    case 'cloud-init': return cloudInitParams(change.options);
    case 'nic': return change.property === null ? { delete: nicSlot(change.slot) } : { [nicSlot(change.slot)]: change.property };
    case 'detach': return { delete: diskSlot(change.slot) };
    // Proxmox's `cores` are per socket; the guest sees sockets x cores.
    case 'cores': return { cores: change.cores };
    case 'memory': return { memory: change.memoryMib };
    case 'description': return { description: change.text };
    case 'tags': return change.tags.length === 0 ? { delete: 'tags' } : { tags: change.tags.join(';') };
    default: return exhaustive(change);
  }
}

const verb = (guest: Fresh<GuestIdentity>, name: 'start' | 'shutdown' | 'stop', params: Params = {}): WriteRequest =>
  ({ ...plain, method: 'POST', path: [...guestPath(refOf(guest)), 'status', name], node: guest.node, answer: 'task', params });

export const start = (guest: Fresh<GuestIdentity>): WriteRequest => verb(guest, 'start');
/** Never ends by pulling the plug: what did not go down in time is told, and a person decides. */
export const shutdown = (guest: Fresh<GuestIdentity>, timeoutSeconds: number): WriteRequest => verb(guest, 'shutdown', { timeout: timeoutSeconds, forceStop: 0 });
export const stop = (guest: Fresh<GuestIdentity>): WriteRequest => verb(guest, 'stop');

/** Never `with-local-disks` and never another storage: a guest whose volumes would have to be copied is not moved by Sluice. */
export const migrate = (guest: Fresh<GuestIdentity>, target: string, mode: MigrationMode): WriteRequest =>
  ({ ...plain, method: 'POST', path: [...guestPath(refOf(guest)), 'migrate'], node: guest.node, answer: 'task', params: { target, ...(mode === 'offline' ? {} : { [mode]: 1 }) } });

/** Both halves are needed: with privilege separation the effective right is the intersection (Proxmox VE 8.4). */
export type LoanHalf = 'user' | 'token';
export const loanRole = 'SluiceDestroyOne';

/** `borrower` is the destroy token's id, `user@realm!name`; its user half is what stands before the `!`. */
const loan = (vmid: Vmid, half: LoanHalf, borrower: string, node: string | null, more: Params): WriteRequest => ({
  ...plain, method: 'PUT', path: ['access', 'acl'], node, answer: 'nothing', ownNodeOnly: true,
  params: { path: `/vms/${vmid}`, roles: loanRole, propagate: 0, ...(half === 'user' ? { users: userOfToken(borrower) } : { tokens: borrower }), ...more },
});
const userOfToken = (token: string): string => /^([^\s:/!]+@[^\s:/!]+)![^\s:/!]+$/.exec(token)?.[1] ?? notAToken(token);
const notAToken = (token: string): never => { throw new Bug(`${token} is not a token id (user@realm!name)`); };

export const lend = (guest: Fresh<GuestIdentity>, half: LoanHalf, borrower: string): WriteRequest => loan(guest.value.vmid, half, borrower, guest.node, {});
export const takeBack = (vmid: Vmid, half: LoanHalf, borrower: string, node: string | null): WriteRequest => loan(vmid, half, borrower, node, { delete: 1 });

/** The one DELETE. It has no parameters, and no argument by which it could get any. */
export const destroy = (guest: Fresh<GuestIdentity>): WriteRequest => ({ ...plain, method: 'DELETE', path: guestPath(refOf(guest)), node: guest.node, answer: 'task', params: {} });
