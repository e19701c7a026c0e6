// REST values that are no stored fields: counters, sums, the object behind a generic relation. Keys are `type.key`, or `key` for any type.
import { knownModel } from '../models/registry';
import { readCidr } from './network';
import { asIds, asText } from '../store/row';
import type { Json, Row } from '../store/row';
import type { View } from '../store/view';
import { countOn } from './log-form';
import type { Representer } from './represent';

type Compute = (row: Row, represent: Representer, nested: boolean) => Json;

const VM = 'virtualization.virtualmachine';
const related = (type: string, field: string): Compute => (row, { view }) => view.where(type, field, row.id).length;
/** Counted in the object's own answers; nested under another object NetBox 4.5 shows 0. */
const relatedOnTop = (type: string, field: string): Compute => (row, { view }, nested) => (nested ? 0 : view.where(type, field, row.id).length);
const sumOf = (field: string): Compute => (row, { view, fresh }) => {
  const values = view.where(VM, 'cluster', row.id).flatMap((vm) => (typeof vm[field] === 'number' ? [Number(vm[field])] : []));
  return values.length === 0 || fresh ? null : values.reduce((sum, value) => sum + value, 0);
};

function labelledFamily(text: Json | undefined): Json {
  const family = readCidr(asText(text))?.family ?? 4;
  return { value: family, label: `IPv${family}` };
}

const assigned = (view: View, type: string, owner: string, id: number): readonly Row[] => view.where(type, 'assigned_object_id', id).filter((row) => row['assigned_object_type'] === owner);
const macsOf = (owner: string): Compute => (row, represent) => assigned(represent.view, 'dcim.macaddress', owner, row.id).flatMap((mac) => represent.brief('dcim.macaddress', mac.id) ?? []);

const terminationOf = (owner: string): Compute => (row, represent) => assigned(represent.view, 'vpn.l2vpntermination', owner, row.id).map((termination) => represent.brief('vpn.l2vpntermination', termination.id))[0] ?? null;

const tagged = (view: View, id: number): number =>
  [...view.space.types()].reduce((count, type) => count + [...view.all(type)].filter((row) => asIds(row['tags']).includes(id)).length, 0);

const DATA_TYPES: Readonly<Record<string, string>> = { integer: 'integer', decimal: 'decimal', boolean: 'boolean', json: 'object', object: 'object', multiselect: 'array', multiobject: 'array' };

const permissionsFor = (key: 'users' | 'groups'): Compute => (row, represent) =>
  [...represent.view.all('users.objectpermission')].filter((permission) => asIds(permission[key]).includes(row.id)).sort((a, b) => (asText(a['name']) < asText(b['name']) ? -1 : 1)).flatMap((permission) => represent.brief('users.objectpermission', permission.id) ?? []);

/** Users and groups nested in a permission carry other keys than elsewhere. */
const granted = (key: 'users' | 'groups', type: string, keys: readonly string[]): Compute => (row, represent) =>
  asIds(row[key]).flatMap((id) => {
    const holder = represent.view.get(type, id);
    return holder === undefined ? [] : [represent.full(knownModel(type), holder, keys)];
  });

export const COMPUTED: Readonly<Record<string, Compute>> = {
  _depth: () => 0,
  _occupied: () => false,
  config_context: () => ({}),
  asns: () => [],
  vdcs: () => [],
  bridge_interfaces: () => [],
  link_peers: () => [],
  wireless_lans: () => [],
  mark_connected: () => false,
  connected_endpoints_reachable: () => false,
  utilization: () => '0.0',
  children: () => 0,
  count_fhrp_groups: () => 0,
  primary_ip: (row, represent) => represent.brief('ipam.ipaddress', typeof row['primary_ip6'] === 'number' ? row['primary_ip6'] : typeof row['primary_ip4'] === 'number' ? row['primary_ip4'] : null),
  'ipam.ipaddress.family': (row) => labelledFamily(row['address']),
  'ipam.prefix.family': (row) => labelledFamily(row['prefix']),
  'ipam.ipaddress.nat_outside': () => [],
  scope: (row, represent) => represent.generic(row['scope_type'], row['scope_id']),
  assigned_object: (row, represent) => represent.generic(row['assigned_object_type'], row['assigned_object_id']),
  component: (row, represent) => represent.generic(row['component_type'], row['component_id']),
  action_object: (row, represent) => represent.generic(row['action_object_type'], row['action_object_id']),
  mac_address: (row, { view }) => (typeof row['primary_mac_address'] === 'number' ? (view.get('dcim.macaddress', row['primary_mac_address'])?.['mac_address'] ?? null) : null),
  'virtualization.vminterface.mac_addresses': macsOf('virtualization.vminterface'),
  'dcim.interface.mac_addresses': macsOf('dcim.interface'),
  'virtualization.vminterface.l2vpn_termination': terminationOf('virtualization.vminterface'),
  'dcim.interface.l2vpn_termination': terminationOf('dcim.interface'),
  'ipam.vlan.l2vpn_termination': terminationOf('ipam.vlan'),
  'virtualization.vminterface.count_ipaddresses': (row, { view }) => assigned(view, 'ipam.ipaddress', 'virtualization.vminterface', row.id).length,
  'dcim.interface.count_ipaddresses': (row, { view }) => assigned(view, 'ipam.ipaddress', 'dcim.interface', row.id).length,
  'virtualization.virtualmachine.interface_count': (row, { view }) => countOn(view, 'interface_count', row),
  'virtualization.virtualmachine.virtual_disk_count': (row, { view }) => countOn(view, 'virtual_disk_count', row),
  'virtualization.cluster.device_count': related('dcim.device', 'cluster'),
  'virtualization.cluster.virtualmachine_count': related(VM, 'cluster'),
  'virtualization.cluster.allocated_vcpus': sumOf('vcpus'),
  'virtualization.cluster.allocated_memory': sumOf('memory'),
  'virtualization.cluster.allocated_disk': sumOf('disk'),
  'virtualization.clustertype.cluster_count': related('virtualization.cluster', 'type'),
  'virtualization.clustergroup.cluster_count': related('virtualization.cluster', 'group'),
  'dcim.device.inventory_item_count': related('dcim.inventoryitem', 'device'),
  'dcim.manufacturer.inventoryitem_count': related('dcim.inventoryitem', 'manufacturer'),
  'dcim.device.interface_count': related('dcim.interface', 'device'),
  // Only devices show their type so; a new one shows the type as it was read before the device was there.
  'dcim.devicetype.device_count': (row, { view, fresh }, nested) => view.where('dcim.device', 'device_type', row.id).length - (fresh && nested ? 1 : 0),
  'dcim.devicerole.device_count': relatedOnTop('dcim.device', 'role'),
  'dcim.devicerole.virtualmachine_count': relatedOnTop(VM, 'role'),
  'dcim.platform.device_count': relatedOnTop('dcim.device', 'platform'),
  'dcim.platform.virtualmachine_count': relatedOnTop(VM, 'platform'),
  'virtualization.virtualmachinetype.virtual_machine_count': related(VM, 'virtual_machine_type'),
  'dcim.manufacturer.devicetype_count': related('dcim.devicetype', 'manufacturer'),
  'dcim.manufacturer.platform_count': related('dcim.platform', 'manufacturer'),
  'dcim.site.device_count': related('dcim.device', 'site'),
  'dcim.site.virtualmachine_count': related(VM, 'site'),
  'tenancy.tenant.device_count': related('dcim.device', 'tenant'),
  'tenancy.tenant.ipaddress_count': related('ipam.ipaddress', 'tenant'),
  'tenancy.tenant.prefix_count': related('ipam.prefix', 'tenant'),
  'tenancy.tenant.virtualmachine_count': related(VM, 'tenant'),
  'tenancy.tenant.vlan_count': related('ipam.vlan', 'tenant'),
  'tenancy.tenant.vrf_count': related('ipam.vrf', 'tenant'),
  'tenancy.tenant.cluster_count': related('virtualization.cluster', 'tenant'),
  'ipam.vrf.ipaddress_count': related('ipam.ipaddress', 'vrf'),
  'ipam.vrf.prefix_count': related('ipam.prefix', 'vrf'),
  'ipam.vlan.prefix_count': related('ipam.prefix', 'vlan'),
  'ipam.vlangroup.vlan_count': related('ipam.vlan', 'group'),
  'extras.tag.tagged_items': (row, { view }) => tagged(view, row.id),
  'extras.customfield.data_type': (row) => DATA_TYPES[asText(row['type'])] ?? 'string',
  'extras.customfieldchoiceset.choices_count': (row) => (Array.isArray(row['extra_choices']) ? row['extra_choices'].length : 0),
  'extras.journalentry.created_by': (row) => row['created_by'] ?? null,
  'users.user.permissions': permissionsFor('users'),
  'users.objectpermission.groups': granted('groups', 'users.group', ['id', 'url', 'display_url', 'display', 'name']),
  'users.objectpermission.users': granted('users', 'users.user', ['id', 'url', 'display_url', 'display', 'username']),
  'users.group.permissions': permissionsFor('groups'),
  'users.group.user_count': (row, { view }) => [...view.all('users.user')].filter((user) => asIds(user['groups']).includes(row.id)).length,
  'users.token.pepper_id': (row) => (row['version'] === 2 ? 1 : null),
};
