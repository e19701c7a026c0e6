// Lists that lead from an object to those that point at it, by the name of the relation in NetBox.
import { knownModel } from '../models/registry';
import type { Row } from '../store/row';
import type { View } from '../store/view';

export interface Reverse { readonly name: string; readonly to: string; readonly rows: (view: View, row: Row) => readonly Row[] }

const pointing = (name: string, to: string, field: string): Reverse => ({ name, to, rows: (view, row) => view.where(to, field, row.id) });
const assigned = (name: string, to: string, type: string): Reverse => ({ name, to, rows: (view, row) => view.where(to, 'assigned_object_id', row.id).filter((item) => item['assigned_object_type'] === type) });

const VM = 'virtualization.virtualmachine';
const onInterface = (type: string): readonly Reverse[] => [assigned('ip_addresses', 'ipam.ipaddress', type), assigned('mac_addresses', 'dcim.macaddress', type)];

const REVERSE: Readonly<Record<string, readonly Reverse[]>> = {
  [VM]: [pointing('interfaces', 'virtualization.vminterface', 'virtual_machine'), pointing('virtualdisks', 'virtualization.virtualdisk', 'virtual_machine')],
  'virtualization.vminterface': onInterface('virtualization.vminterface'),
  'dcim.interface': onInterface('dcim.interface'),
  'virtualization.cluster': [pointing('virtual_machines', VM, 'cluster'), pointing('devices', 'dcim.device', 'cluster')],
  'virtualization.clustertype': [pointing('clusters', 'virtualization.cluster', 'type')],
  'dcim.device': [pointing('interfaces', 'dcim.interface', 'device'), pointing('virtual_machines', VM, 'device')],
  'dcim.site': [pointing('devices', 'dcim.device', 'site'), pointing('virtual_machines', VM, 'site'), pointing('vlans', 'ipam.vlan', 'site')],
  'dcim.devicerole': [pointing('devices', 'dcim.device', 'role'), pointing('virtual_machines', VM, 'role')],
  'dcim.platform': [pointing('devices', 'dcim.device', 'platform'), pointing('virtual_machines', VM, 'platform')],
  'tenancy.tenant': [pointing('clusters', 'virtualization.cluster', 'tenant'), pointing('devices', 'dcim.device', 'tenant'), pointing('virtual_machines', VM, 'tenant')],
  'ipam.vrf': [pointing('prefixes', 'ipam.prefix', 'vrf'), pointing('ip_addresses', 'ipam.ipaddress', 'vrf')],
  'ipam.vlangroup': [pointing('vlans', 'ipam.vlan', 'group')],
  'ipam.vlan': [pointing('prefixes', 'ipam.prefix', 'vlan')],
};

export const reversesOf = (type: string): readonly Reverse[] => (REVERSE[knownModel(type).type] ?? []);
