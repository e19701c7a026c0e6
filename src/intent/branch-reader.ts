// Carries P5, P12, P17: everything that a plan needs of a branch, read in a bounded number of requests: the change diffs, who made
// them, and the names behind the ids that they mention. What cannot be read, or does not fit together, is not observed.
import { isDeepStrictEqual } from 'node:util';
import { notObserved, ok, type Observed } from '../kernel';
import { changeDigest, defaultFields } from '../netbox';
import type { BranchRecord, ChangeDiff, ChangeLogRow, FieldMap, NetBoxObject, NetBoxReader } from '../netbox/ports';
import { userKey, type BranchContent, type Lookups } from './core/branch-content';
import { customField } from './core/fields';
import { groupByGuest } from './core/grouping';
import { invert } from './core/invert';
import type { PlanSource } from './core/plan';

export type BranchRead = { readonly kind: 'absent' } | { readonly kind: 'content'; readonly content: BranchContent; readonly changeDigest: string };

/** `fields.node` tells which custom field may name a device by its id. Of a revert the rows come with their sides exchanged. */
export async function readBranchContent(reader: NetBoxReader, branchId: number, fields: Pick<FieldMap, 'node' | 'gatewayTag'> = defaultFields, kind: PlanSource['kind'] = 'branch'): Promise<Observed<BranchRead>> {
  for (let look = 1; ; look += 1) {
    const branch = await reader.branch(branchId);
    if (!branch.ok) return branch;
    if (branch.value === null) return ok({ kind: 'absent' });
    const diffs = await reader.changeDiffs(branchId);
    if (!diffs.ok) return diffs;
    const authors = await authorsOf(reader, branch.value, diffs.value);
    if (!authors.ok) return authors;
    // Somebody is typing in the branch: look again, and give up where it does not come to rest.
    if (authors.value === 'moved') {
      if (look < 3) continue;
      return notObserved(`NetBox ${reader.name}, branch ${branch.value.name}`, 'its change log and its change diffs do not name the same objects: the branch is being edited, or NetBox served the log of main');
    }
    const rows = kind === 'revert' ? invert(diffs.value) : diffs.value;
    const lookups = await readLookups(reader, rows, fields);
    if (!lookups.ok) return lookups;
    return ok({ kind: 'content', content: { netbox: reader.name, branch: branch.value, diffs: rows, authors: authors.value, lookups: lookups.value }, changeDigest: changeDigest(diffs.value) });
  }
}

/**
 * A sync writes one synthetic row per object in the name of whoever synced, for objects the branch does not change. Its message is
 * free text that anybody can write, so it only keeps a row out of the comparison of objects; its author counts as any other (P17).
 */
const isSyncRow = (row: ChangeLogRow): boolean => row.message.startsWith('Synced from main');

/**
 * Who changed what, only readable while the branch is ready. NetBox may serve main although the header names a branch (it only
 * warns when it cannot switch), so the log must name exactly the objects of the change diffs.
 */
async function authorsOf(reader: NetBoxReader, branch: BranchRecord, diffs: readonly ChangeDiff[]): Promise<Observed<readonly string[] | 'moved'>> {
  if (branch.status !== 'ready') return ok([]);
  const log = await reader.branchChangeLog(branch.schemaId);
  if (!log.ok) return log;
  const key = (objectType: string, objectId: number): string => `${objectType} ${objectId}`;
  const changed = new Set(diffs.map((diff) => key(diff.objectType, diff.objectId)));
  const rows = log.value.filter((row) => !isSyncRow(row));
  const logged = new Set(rows.map((row) => key(row.objectType, row.objectId)));
  if (rows.some((row) => !changed.has(key(row.objectType, row.objectId))) || [...changed].some((one) => !logged.has(one))) return ok('moved');
  // A user deleted since cannot sign in any more; the name is kept so that the plan still says who it was.
  return ok([...new Set(log.value.map((row) => (row.user === null ? `netbox:${reader.name}:deleted user ${row.userName}` : userKey(reader.name, row.user.id))))].sort());
}

type Data = Readonly<Record<string, unknown>>;
const isId = (value: unknown): value is number => typeof value === 'number';
const sidesOf = (diff: ChangeDiff): readonly Data[] => [diff.original, diff.modified].filter((side) => side !== null);
const idsIn = (diffs: readonly ChangeDiff[], field: string): readonly number[] => diffs.flatMap(sidesOf).map((side) => side[field]).filter(isId);
/** Rows that change this field: only their names are asked for. */
const touching = (diffs: readonly ChangeDiff[], field: string): readonly ChangeDiff[] => diffs.filter((diff) => !isDeepStrictEqual(diff.original?.[field], diff.modified?.[field]));
const namesOtherNode = ({ original, modified }: ChangeDiff, nodeField: string): boolean => original !== null && modified !== null && customField(original, nodeField) !== customField(modified, nodeField);
const nameOf = (object: NetBoxObject): readonly (readonly [number, string])[] => (typeof object['name'] === 'string' ? [[object.id, object['name']]] : []);

async function readLookups(reader: NetBoxReader, diffs: readonly ChangeDiff[], { node: nodeField, gatewayTag }: Pick<FieldMap, 'node' | 'gatewayTag'>): Promise<Observed<Lookups>> {
  const ofType = (objectType: string): readonly ChangeDiff[] => diffs.filter((diff) => diff.objectType === objectType);
  const [vmDiffs, interfaceDiffs] = [ofType('virtualization.virtualmachine'), ofType('virtualization.vminterface')];

  const typeId = await vmInterfaceType(reader);
  if (!typeId.ok) return typeId;
  const owners = await interfaceOwners(reader, [...ofType('dcim.macaddress'), ...ofType('ipam.ipaddress')], new Set(interfaceDiffs.map((diff) => diff.objectId)), typeId.value);
  if (!owners.ok) return owners;
  const grouped = groupByGuest(diffs, { interfaceOwners: owners.value.owners, vmInterfaceTypeId: typeId.value });

  const nodeIds = touching(vmDiffs, 'custom_fields').flatMap(sidesOf).map((side) => customField(side, nodeField)).filter(isId);
  const addresses = ofType('ipam.ipaddress').filter((diff) => diff.modified !== null);
  const [vms, clusters, devices, vlans, tags, gateways] = await Promise.all([
    byId(reader, 'virtualization/virtual-machines', grouped.guests.filter((guest) => guest.vm === null).map((guest) => guest.netboxVmId)),
    byId(reader, 'virtualization/clusters', idsIn(vmDiffs, 'cluster')),
    // What the field that names a node is compared with as well: either may say where the guest stands.
    byId(reader, 'dcim/devices', [...idsIn(vmDiffs.filter((diff) => touching([diff], 'device').length > 0 || namesOtherNode(diff, nodeField)), 'device'), ...nodeIds]),
    byId(reader, 'ipam/vlans', idsIn(interfaceDiffs, 'untagged_vlan')),
    tagsByName(reader, touching(vmDiffs, 'tags')),
    addresses.length === 0 ? Promise.resolve(ok([])) : gatewaysOf(reader, gatewayTag),
  ]);
  if (!vms.ok) return vms;
  if (!clusters.ok) return clusters;
  if (!devices.ok) return devices;
  if (!vlans.ok) return vlans;
  if (!tags.ok) return tags;
  if (!gateways.ok) return gateways;
  return ok({
    clusters: new Map([...vms.value.flatMap(clusterIn), ...clusters.value.flatMap(nameOf)]),
    devices: new Map(devices.value.flatMap(nameOf)),
    vlans: new Map(vlans.value.flatMap((vlan) => (isId(vlan['vid']) ? [[vlan.id, vlan['vid']] as const] : []))),
    tags: new Map(tags.value.flatMap((tag) => (typeof tag['name'] === 'string' && typeof tag['slug'] === 'string' ? [[tag['name'], tag['slug']] as const] : []))),
    vms: new Map(vms.value.map((vm) => [vm.id, vm])),
    gateways: gateways.value,
    interfaceOwners: owners.value.owners,
    interfaceNames: owners.value.names,
    vmInterfaceTypeId: typeId.value,
  });
}

const byId = (reader: NetBoxReader, endpoint: string, ids: readonly number[]): Promise<Observed<readonly NetBoxObject[]>> =>
  ids.length === 0 ? Promise.resolve(ok([])) : reader.objects(endpoint, [...new Set(ids)].sort((a, b) => a - b));

const clusterIn = (vm: NetBoxObject): readonly (readonly [number, string])[] => {
  const cluster = vm['cluster'] as { readonly id?: unknown; readonly name?: unknown } | null | undefined;
  return isId(cluster?.id) && typeof cluster.name === 'string' ? [[cluster.id, cluster.name]] : [];
};

/** The change log names an assigned object's type by an id that differs per installation. */
async function vmInterfaceType(reader: NetBoxReader): Promise<Observed<number>> {
  const types = await reader.objectsWhere('core/object-types', 'app_label', 'virtualization', (type) => type['app_label'] === 'virtualization');
  if (!types.ok) return types;
  const found = types.value.find((type) => type['model'] === 'vminterface');
  return found === undefined ? notObserved(`NetBox ${reader.name}, core/object-types`, 'it lists no virtualization.vminterface') : ok(found.id);
}

/** Owners and names of the interfaces of main that changed addresses hang on; interfaces that the branch itself changes name their VM in their own row. */
async function interfaceOwners(reader: NetBoxReader, addresses: readonly ChangeDiff[], inBranch: ReadonlySet<number>, typeId: number): Promise<Observed<{ readonly owners: ReadonlyMap<number, number>; readonly names: ReadonlyMap<number, string> }>> {
  const ids = addresses.flatMap(sidesOf).filter((side) => side['assigned_object_type'] === typeId).map((side) => side['assigned_object_id']).filter(isId).filter((interfaceId) => !inBranch.has(interfaceId));
  const interfaces = await byId(reader, 'virtualization/interfaces', ids);
  if (!interfaces.ok) return interfaces;
  const owners = new Map(interfaces.value.flatMap((one) => {
    const vm = (one['virtual_machine'] as { readonly id?: unknown } | null | undefined)?.id;
    return isId(vm) ? [[one.id, vm] as const] : [];
  }));
  return ok({ owners, names: new Map(interfaces.value.flatMap(nameOf)) });
}

/** The addresses that bear the gateways' tag: IPAM says which, nothing is guessed. */
async function gatewaysOf(reader: NetBoxReader, tag: string): Promise<Observed<Lookups['gateways']>> {
  const hasTag = (address: NetBoxObject): boolean => Array.isArray(address['tags']) && (address['tags'] as readonly { readonly slug?: unknown }[]).some((each) => each.slug === tag);
  // NetBox refuses to filter by a tag that does not exist (4.5.10): then nothing bears it.
  const tags = await reader.objectsWhere('extras/tags', 'slug', tag, (each) => each['slug'] === tag);
  if (!tags.ok) return tags;
  if (tags.value.length === 0) return ok([]);
  const found = await reader.objectsWhere('ipam/ip-addresses', 'tag', tag, hasTag);
  if (!found.ok) return found;
  return ok(found.value.flatMap((address) => (typeof address['address'] === 'string' ? [{ address: address['address'], vrf: (address['vrf'] as { readonly id?: number } | null | undefined)?.id ?? null }] : [])));
}

/** Tags stand by name in the change log; Proxmox gets the slug. */
async function tagsByName(reader: NetBoxReader, vmDiffs: readonly ChangeDiff[]): Promise<Observed<readonly NetBoxObject[]>> {
  const names = [...new Set(vmDiffs.flatMap(sidesOf).flatMap((side) => (Array.isArray(side['tags']) ? side['tags'].map(String) : [])))].sort();
  return names.length === 0 ? ok([]) : reader.objectsWhere('extras/tags', 'name', names, (tag) => typeof tag['name'] === 'string' && names.includes(tag['name']));
}
