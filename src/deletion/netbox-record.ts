// Carries P24: NetBox's side of the tombstone, read from main while the record still stands there.
import { notObserved, ok, type Observed } from '../kernel';
import type { NetBoxObject, NetBoxReader } from '../netbox';
import type { NetBoxRecord } from './core/netbox-record';

const rowOf = (object: NetBoxObject): { readonly id: number; readonly data: NetBoxObject } => ({ id: object.id, data: object });
const idIn = (object: NetBoxObject, field: string): unknown => (object[field] as { readonly id?: unknown } | null)?.id;

/** The record with its children as NetBox's REST shows them. All or nothing. */
export async function readNetBoxRecord(reader: NetBoxReader, vmId: number): Promise<Observed<NetBoxRecord>> {
  const vm = await reader.object('virtualization/virtual-machines', vmId);
  if (!vm.ok) return vm;
  if (vm.value === null) return notObserved(`NetBox ${reader.name}, virtual machine ${vmId}`, 'it does not exist (any more)');
  const ofVm = (object: NetBoxObject): boolean => idIn(object, 'virtual_machine') === vmId;
  const [interfaces, disks] = await Promise.all([reader.objectsWhere('virtualization/interfaces', 'virtual_machine_id', vmId, ofVm), reader.objectsWhere('virtualization/virtual-disks', 'virtual_machine_id', vmId, ofVm)]);
  if (!interfaces.ok) return interfaces;
  if (!disks.ok) return disks;
  const ids = interfaces.value.map((nic) => nic.id);
  const onOurs = (object: NetBoxObject): boolean => ids.includes(object['assigned_object_id'] as number);
  const [macs, ips] = ids.length === 0 ? [ok([]), ok([])] : await Promise.all([reader.objectsWhere('dcim/mac-addresses', 'vminterface_id', ids, onOurs), reader.objectsWhere('ipam/ip-addresses', 'vminterface_id', ids, onOurs)]);
  if (!macs.ok) return macs;
  if (!ips.ok) return ips;
  return ok({ vm: rowOf(vm.value), interfaces: interfaces.value.map(rowOf), disks: disks.value.map(rowOf), macs: macs.value.map(rowOf), ips: ips.value.map(rowOf) });
}
