// A small, complete world for specs of the planner: one cluster of two nodes, one managed and deletable pool, every right. Specs
// change the one thing they are about.
import { intentPermissions, type PlanPolicy } from '../../src/intent/core/authority';
import { contentDigest, type BranchContent, type Lookups } from '../../src/intent/core/branch-content';
import { draftBranch } from '../../src/intent/core/draft';
import type { Allocation, PlanInput } from '../../src/intent/core/draft-parts';
import { defaultFields } from '../../src/netbox';
import { groupByGuest } from '../../src/intent/core/grouping';
import { makePlan, type MadePlan } from '../../src/intent/core/make-plan';
import type { Finding, PlanSource } from '../../src/intent/core/plan';
import type { ClusterWorld, ConnectedCluster, ObservedGuest } from '../../src/intent/core/world';
import { judgeAll } from '../../src/intent/rules';
import type { Rule } from '../../src/intent/rules/rule';
import { emitDescription, readGuestConfig, type GuestKind, type GuestLink } from '../../src/guest';
import { no, ok, sha256Hex, type GuestId, type Instant, type Vmid } from '../../src/kernel';
import type { ChangeDiff } from '../../src/netbox/ports';
import type { GuestRow } from '../../src/proxmox/ports';

export const vmid = (number: number): Vmid => number as Vmid;
/** A uuid that follows from a number: no chance in specs. */
export const uuidOf = (seed: string | number): string => {
  const hex = sha256Hex(`uuid ${seed}`);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
export const guestIdOf = (netboxVmId: number): GuestId => uuidOf(`guest ${netboxVmId}`) as GuestId;

export interface Seeded {
  readonly netboxVmId: number;
  readonly vmid: number;
  readonly name: string;
  readonly kind?: GuestKind;
  readonly node?: string;
  readonly cores?: number;
  readonly sockets?: number;
  readonly memoryMib?: number;
  readonly human?: string;
  readonly pool?: string | null;
  readonly running?: boolean;
  readonly ha?: boolean;
  readonly pendingKeys?: readonly string[];
  /** Raw config keys on top; `null` removes one. */
  readonly raw?: Readonly<Record<string, string | null>>;
}

const macOf = (seeded: Seeded): string => `BC:24:11:00:${(seeded.vmid >> 8 & 255).toString(16).padStart(2, '0')}:${(seeded.vmid & 255).toString(16).padStart(2, '0')}`.toUpperCase();

export const linkOf = (seeded: Seeded, cluster = 'alpha'): GuestLink => ({
  guestId: guestIdOf(seeded.netboxVmId), netbox: 'main', netboxVmId: seeded.netboxVmId, cluster, vmid: vmid(seeded.vmid), kind: seeded.kind ?? 'qemu',
  uuid: seeded.kind === 'lxc' ? null : uuidOf(seeded.vmid), ctime: seeded.kind === 'lxc' ? null : '1700000000', macs: [macOf(seeded)], state: 'live',
});

export function observedOf(seeded: Seeded): ObservedGuest {
  const lxc = seeded.kind === 'lxc';
  const raw: Record<string, string | null> = {
    digest: sha256Hex(`config ${seeded.vmid}`).slice(0, 40), [lxc ? 'hostname' : 'name']: seeded.name, cores: String(seeded.cores ?? 2), memory: String(seeded.memoryMib ?? 2048),
    description: emitDescription({ human: seeded.human ?? '', guestId: guestIdOf(seeded.netboxVmId), metadata: null }),
    ...(lxc ? { net0: `name=eth0,bridge=vmbr0,hwaddr=${macOf(seeded)}`, rootfs: 'local-lvm:vm-0-disk-0,size=8G' }
      : { sockets: String(seeded.sockets ?? 1), smbios1: `uuid=${uuidOf(seeded.vmid)}`, meta: 'creation-qemu=9.0.2,ctime=1700000000', net0: `virtio=${macOf(seeded)},bridge=vmbr0`, scsi0: `local-lvm:vm-${seeded.vmid}-disk-0,size=20G` }),
    ...seeded.raw,
  };
  const config = readGuestConfig(seeded.kind ?? 'qemu', seeded.vmid, Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null)));
  if (!config.ok) throw new Error(config.error.text);
  return { node: seeded.node ?? 'pve1', config: config.value, hasProcess: seeded.running ?? false, haManaged: seeded.ha ?? false, pool: seeded.pool === undefined ? 'sluice-managed' : seeded.pool, pendingKeys: seeded.pendingKeys ?? [] };
}

const rowOf = (seeded: Seeded): GuestRow => ({
  vmid: vmid(seeded.vmid), kind: seeded.kind ?? 'qemu', node: seeded.node ?? 'pve1', name: seeded.name, status: seeded.running === true ? 'running' : 'stopped', isTemplate: false,
  pool: seeded.pool === undefined ? 'sluice-managed' : seeded.pool, tags: [], lock: null,
});

export const settings: ConnectedCluster = {
  name: 'alpha', netbox: 'main', netboxCluster: 'Alpha', allowWrites: true, intakePool: 'sluice-intake', managedPools: ['sluice-managed'], deletablePools: ['sluice-managed'],
  defaultBridge: 'vmbr0', defaultStorage: 'local-lvm', vmidRange: { first: 500_000, last: 500_099 }, identity: 'confirmed',
};

const storage = [{ id: 'local-lvm', content: ['images', 'rootdir'], active: true, availableMib: 500_000, isShared: false }, { id: 'iso', content: ['iso', 'snippets', 'vztmpl'], active: true, availableMib: 1000, isShared: true }];

export function worldWith(guests: readonly Seeded[], change: Partial<ClusterWorld> = {}): ClusterWorld {
  return {
    settings,
    status: ok({ name: 'alpha', quorate: true, nodes: [{ name: 'pve1', online: true }, { name: 'pve2', online: true }, { name: 'pve3', online: false }] }),
    guests: ok(guests.map(rowOf)),
    nodes: new Map(['pve1', 'pve2'].map((node) => [node, ok({ cores: 16, memoryMib: 65_536 })])),
    storages: new Map(['pve1', 'pve2'].map((node) => [node, ok(storage)])),
    bridges: new Map(['pve1', 'pve2'].map((node) => [node, ok(['vmbr0'])])),
    volumes: new Map(),
    poolRights: ok(new Map([['sluice-managed', { create: ['Pool.Allocate'], update: ['VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Options', 'VM.PowerMgmt'], lender: ['VM.Allocate', 'VM.Audit', 'Pool.Audit'] }]])),
    observed: new Map(guests.map((seeded) => [seeded.vmid, ok(observedOf(seeded))])),
    bearers: null,
    migrations: new Map(),
    everUsed: new Set(guests.map((seeded) => seeded.vmid)),
    ...change,
  };
}

type Data = Readonly<Record<string, unknown>>;
/** A change diff; ids follow from the object unless given. */
export function diff(objectType: string, objectId: number, original: Data | null, modified: Data | null, more: Partial<ChangeDiff> = {}): ChangeDiff {
  const action = original === null ? 'create' : modified === null ? 'delete' : 'update';
  const name = (modified ?? original)?.['name'];
  return { id: objectId * 10 + objectType.length, objectType, objectId, repr: typeof name === 'string' ? name : `#${objectId}`, action, conflicts: [], original, modified, current: original, lastUpdated: '2026-11-20T19:30:46.070960Z' as Instant, ...more };
}
export const vmData = (name: string, more: Data = {}): Data => ({
  name, status: 'active', cluster: 1, device: 1, vcpus: '2.00', memory: 2048, disk: null, description: '', comments: '', tags: [], custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1' }, ...more,
});
export const vmUpdate = (netboxVmId: number, name: string, before: Data, after: Data, more: Partial<ChangeDiff> = {}): ChangeDiff => diff('virtualization.virtualmachine', netboxVmId, vmData(name, before), vmData(name, { ...before, ...after }), more);
export const vmDelete = (netboxVmId: number, name: string, more: Partial<ChangeDiff> = {}): ChangeDiff => diff('virtualization.virtualmachine', netboxVmId, vmData(name), null, more);
export const vmCreate = (netboxVmId: number, name: string, data: Data = {}): ChangeDiff => diff('virtualization.virtualmachine', netboxVmId, null, vmData(name, data));
export const diskCreate = (id: number, vm: number, name: string, size: number): ChangeDiff => diff('virtualization.virtualdisk', id, null, { name, size, virtual_machine: vm, custom_fields: {} });
export const nicCreate = (id: number, vm: number, name: string, more: Data = {}): ChangeDiff => diff('virtualization.vminterface', id, null, { name, virtual_machine: vm, untagged_vlan: null, tagged_vlans: [], qinq_svlan: null, primary_mac_address: null, custom_fields: {}, ...more });

export const lookups: Lookups = {
  clusters: new Map([[1, 'Alpha'], [9, 'Elsewhere']]), devices: new Map([[1, 'pve1'], [2, 'pve2']]), vlans: new Map([[30, 130]]), tags: new Map([['Web tier', 'web-tier']]),
  vms: new Map(), gateways: [], interfaceOwners: new Map(), interfaceNames: new Map(), vmInterfaceTypeId: 11,
};

export interface Scene {
  readonly diffs: readonly ChangeDiff[];
  readonly guests?: readonly Seeded[];
  readonly world?: Partial<ClusterWorld>;
  readonly input?: Partial<PlanInput>;
  readonly branchFields?: Data;
  readonly lookups?: Partial<Lookups>;
}

export function contentOf(scene: Scene): BranchContent {
  return {
    netbox: 'main', diffs: scene.diffs, authors: ['netbox:main:2'], lookups: { ...lookups, ...scene.lookups },
    branch: { id: 4, name: 'change-1', schemaId: 'abcdefgh', status: 'ready', owner: { id: 2, username: 'alice' }, mergedTime: null, mergedBy: null, customFields: scene.branchFields ?? { apply_to_proxmox: true, apply_destroy_confirmed: true } },
  };
}

export const allocationOf = (netboxVmId: number): Allocation => ({ guestId: guestIdOf(netboxVmId), vmid: vmid(500_000 + netboxVmId), uuid: uuidOf(`new ${netboxVmId}`) });

export function inputOf(scene: Scene): PlanInput {
  const content = contentOf(scene);
  const grouped = groupByGuest(content.diffs, content.lookups);
  const creates = grouped.guests.filter((guest) => guest.vm?.action === 'create').map((guest) => guest.netboxVmId);
  return {
    content, ...grouped, fields: defaultFields, worlds: new Map([[1, worldWith(scene.guests ?? [], scene.world)]]),
    links: new Map((scene.guests ?? []).map((seeded) => [seeded.netboxVmId, linkOf(seeded)])), beingDeleted: new Set(), adopting: { ids: new Map(), links: [] }, allocations: new Map(creates.map((id) => [id, allocationOf(id)])),
    limits: { maxCores: null, maxMemoryMib: null }, revert: null, policy: planPolicy, authority: { authors: content.authors.map((author) => ({ author, userId: 2, name: 'Alice', own: new Set(intentPermissions), grants: [] })), records: new Map() }, ...scene.input,
  };
}

/** Everything is allowed, and nothing limited. */
export const planPolicy: PlanPolicy = { isAllowed: true, most: { creates: null, updates: null, deletions: null }, protectedGuests: [], soft: new Set() };

export const sourceOf = (content: BranchContent): PlanSource => ({
  kind: 'branch', netbox: content.netbox, branchId: content.branch.id, branchName: content.branch.name, changeIds: content.diffs.map((one) => one.id).sort((a, b) => a - b),
  contentDigest: contentDigest(content.diffs), owner: 'netbox:main:2', authors: content.authors,
});

export function planOf(scene: Scene): MadePlan {
  const input = inputOf(scene);
  return makePlan(input, judgeAll, 1, sourceOf(input.content));
}

export const refusalsOf = (findings: readonly Finding[]): readonly string[] => findings.filter((finding) => finding.severity === 'refusal').map((finding) => finding.rule);

/** What one rule says of a scene. `hole` is put into the world after the draft was made: what the rule cannot see. */
export function judged(rule: Rule, scene: Scene, hole: Partial<ClusterWorld> = {}): readonly string[] {
  const draft = draftBranch(inputOf(scene));
  const findings = rule.judge(draft, inputOf({ ...scene, world: { ...scene.world, ...hole } }));
  for (const finding of findings) if (finding.severity !== 'refusal' || finding.next === '') throw new Error(`${rule.name} says something else than a refusal with a next step`);
  return findings.map((finding) => `${finding.object}: ${finding.observed}`);
}

/** The trouble that hides a part of the world. */
export const unseen = no({ kind: 'not-observed', where: 'cluster alpha', text: '595 No route to host' } as const);
