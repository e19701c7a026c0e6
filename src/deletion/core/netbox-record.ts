// Carries P24: the last NetBox record of a guest with everything that hung on it, and what has to be written to have it again.
// Rows are in change-log form (FKs as ids, tags as names), as a merged branch leaves them; ids are the old ones.
import { ok, refuse, type Result } from '../../kernel';

export type Data = Readonly<Record<string, unknown>>;
export interface NetBoxRow { readonly id: number; readonly data: Data }
export interface NetBoxRecord { readonly vm: NetBoxRow; readonly interfaces: readonly NetBoxRow[]; readonly disks: readonly NetBoxRow[]; readonly macs: readonly NetBoxRow[]; readonly ips: readonly NetBoxRow[] }

const isData = (value: unknown): value is Data => value !== null && typeof value === 'object' && !Array.isArray(value);
const isRow = (value: unknown): value is NetBoxRow => isData(value) && typeof value['id'] === 'number' && isData(value['data']) && Object.keys(value['data']).length > 0;
const areRows = (value: unknown): value is readonly NetBoxRow[] => Array.isArray(value) && value.every(isRow);

/** Reads what the tombstone keeps; a record that cannot be read whole is put back by a human. */
export function readRecord(value: unknown): Result<NetBoxRecord> {
  if (isData(value) && isRow(value['vm']) && areRows(value['interfaces']) && areRows(value['disks']) && areRows(value['macs']) && areRows(value['ips'])) return ok(value as unknown as NetBoxRecord);
  return refuse('netbox.record-unreadable', 'The NetBox record in the tombstone cannot be read whole.', isData(value) ? `members: ${Object.keys(value).join(', ')}` : typeof value, 'Put the record back by hand from the tombstone.');
}

export type Endpoint = 'virtualization/virtual-machines' | 'virtualization/interfaces' | 'virtualization/virtual-disks' | 'dcim/mac-addresses' | 'ipam/ip-addresses';

/** One object to make. `fields` is asked when its turn has come, because it names objects that were made before it. */
export interface Creation {
  readonly step: string;
  readonly endpoint: Endpoint;
  readonly oldId: number;
  readonly fields: (newIds: NewIds) => Data;
  /** How to find it again when the answer was lost: a filter NetBox knows, and what must agree. */
  readonly find: (newIds: NewIds) => { readonly filter: string; readonly value: string | number; readonly agrees: (object: Data) => boolean };
}
/** References between them that could not be set before both ends existed. */
export interface LatePatch { readonly step: string; readonly endpoint: Endpoint; readonly oldId: number; readonly fields: (newIds: NewIds) => Data }

/** `endpoint#oldId` -> new id. */
export type NewIds = ReadonlyMap<string, number>;
export const newIdKey = (endpoint: Endpoint, oldId: number): string => `${endpoint}#${oldId}`;

const vms: Endpoint = 'virtualization/virtual-machines';
const nics: Endpoint = 'virtualization/interfaces';
const macs: Endpoint = 'dcim/mac-addresses';
const ips: Endpoint = 'ipam/ip-addresses';

const computed: ReadonlySet<string> = new Set(['created', 'last_updated', 'interface_count', 'virtual_disk_count', 'primary_ip4', 'primary_ip6', 'primary_mac_address', 'assigned_object_type', 'assigned_object_id', 'virtual_machine', 'parent', 'bridge', 'url', 'display', 'id']);

function writable(data: Data, without: readonly string[] = []): Data {
  const kept = Object.entries(data).filter(([key]) => !computed.has(key) && !key.startsWith('_') && !without.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, asRequested(key, value)]));
}

/** The change log keeps tags as names and decimals as text; a request gives them as objects and numbers. */
function asRequested(key: string, value: unknown): unknown {
  if (key === 'tags' && Array.isArray(value)) return value.map((tag: unknown) => (typeof tag === 'string' ? { name: tag } : tag));
  return key === 'vcpus' && typeof value === 'string' ? Number(value) : value;
}

const idOf = (value: unknown): unknown => (isData(value) ? value['id'] : value);

export function restoration(record: NetBoxRecord): { readonly creations: readonly Creation[]; readonly patches: readonly LatePatch[] } {
  const vmId = (ids: NewIds): number => ids.get(newIdKey(vms, record.vm.id)) ?? 0;
  const nicId = (ids: NewIds, row: NetBoxRow): number | null => (typeof row.data['assigned_object_id'] === 'number' ? (ids.get(newIdKey(nics, row.data['assigned_object_id'])) ?? null) : null);
  const isOurs = (row: NetBoxRow): boolean => record.interfaces.some((nic) => nic.id === row.data['assigned_object_id']);
  const assigned = (ids: NewIds, row: NetBoxRow): Data => ({ assigned_object_type: 'virtualization.vminterface', assigned_object_id: nicId(ids, row) });
  const child = (endpoint: Endpoint, kind: string, row: NetBoxRow): Creation => ({
    step: `netbox-${kind}-${row.id}`, endpoint, oldId: row.id, fields: (ids) => ({ ...writable(row.data), virtual_machine: vmId(ids) }),
    find: (ids) => ({ filter: 'virtual_machine_id', value: vmId(ids), agrees: (object) => object['name'] === row.data['name'] && idOf(object['virtual_machine']) === vmId(ids) }),
  });
  const onInterface = (endpoint: Endpoint, kind: string, key: string, row: NetBoxRow): Creation => ({
    step: `netbox-${kind}-${row.id}`, endpoint, oldId: row.id, fields: (ids) => ({ ...writable(row.data), ...assigned(ids, row) }),
    find: (ids) => ({ filter: 'vminterface_id', value: nicId(ids, row) ?? 0, agrees: (object) => object[key] === row.data[key] && object['assigned_object_id'] === nicId(ids, row) }),
  });
  // The sum of the disks is NetBox's own to make where there are disks.
  const ofVm = writable(record.vm.data, record.disks.length > 0 ? ['disk'] : []);
  const customFields = isData(record.vm.data['custom_fields']) ? record.vm.data['custom_fields'] : {};
  const creations: Creation[] = [
    {
      step: `netbox-vm-${record.vm.id}`, endpoint: vms, oldId: record.vm.id, fields: () => ofVm,
      find: () => ({ filter: 'name', value: String(record.vm.data['name']), agrees: (object) => object['name'] === record.vm.data['name'] && idOf(object['cluster']) === record.vm.data['cluster'] && sameScalars(customFields, object['custom_fields']) }),
    },
    ...record.interfaces.map((row) => child(nics, 'interface', row)),
    ...record.disks.map((row) => child('virtualization/virtual-disks', 'disk', row)),
    ...record.macs.filter(isOurs).map((row) => onInterface(macs, 'mac', 'mac_address', row)),
    ...record.ips.filter(isOurs).map((row) => onInterface(ips, 'ip', 'address', row)),
  ];
  return { creations, patches: latePatches(record) };
}

function latePatches(record: NetBoxRecord): readonly LatePatch[] {
  const mapped = (ids: NewIds, endpoint: Endpoint, value: unknown): number | null => (typeof value === 'number' ? (ids.get(newIdKey(endpoint, value)) ?? null) : null);
  const late = (step: string, endpoint: Endpoint, row: NetBoxRow, references: Readonly<Record<string, Endpoint>>): readonly LatePatch[] => {
    const set = Object.entries(references).filter(([key]) => typeof row.data[key] === 'number');
    return set.length === 0 ? [] : [{ step, endpoint, oldId: row.id, fields: (ids) => Object.fromEntries(set.flatMap(([key, to]) => { const id = mapped(ids, to, row.data[key]); return id === null ? [] : [[key, id]]; })) }];
  };
  return [
    ...record.interfaces.flatMap((row) => late(`netbox-interface-references-${row.id}`, nics, row, { primary_mac_address: macs, parent: nics, bridge: nics })),
    ...late(`netbox-vm-references-${record.vm.id}`, vms, record.vm, { primary_ip4: ips, primary_ip6: ips }),
  ];
}

/** Plain values must agree; a value that NetBox shows as an object or a list says nothing here. */
function sameScalars(wanted: Data, seen: unknown): boolean {
  const there = isData(seen) ? seen : {};
  return Object.entries(wanted).every(([key, value]) => (value !== null && typeof value === 'object') || isData(there[key]) || there[key] === undefined || there[key] === value);
}
