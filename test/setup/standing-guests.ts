// Guests of Sluice's own that stand already, on both sides and in the link table, made by the dozen: two disks, two interfaces, on pve3.
import { randomUUID } from 'node:crypto';
import { markerLine } from '../../src/guest';
import type { GuestId } from '../../src/kernel';
import { netboxAs } from './scenes';
import type { Story } from './story';

export interface Standing { readonly name: string; readonly running: boolean; readonly vmid: number; readonly guestId: GuestId; readonly uuid: string; readonly macs: readonly [string, string] }

const node = 'pve3';
let next = 5200;

function standing(name: string, running: boolean): Standing {
  const vmid = next++;
  const mac = (nic: number): string => `BC:24:11:${String(nic).padStart(2, '0')}:${String(Math.floor(vmid / 100))}:${String(vmid % 100).padStart(2, '0')}`;
  return { name, running, vmid, guestId: randomUUID() as GuestId, uuid: randomUUID(), macs: [mac(10), mac(11)] };
}

const configOf = ({ name, vmid, guestId, uuid, macs }: Standing): Readonly<Record<string, string>> => ({
  name, cores: '1', sockets: '1', memory: '1024', ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0', scsi0: `vmdata:vm-${vmid}-disk-0,size=2G`, scsi1: `vmdata:vm-${vmid}-disk-1,size=1G`,
  net0: `virtio=${macs[0]},bridge=vmbr0,firewall=1`, net1: `virtio=${macs[1]},bridge=vmbr0`, smbios1: `uuid=${uuid}`, meta: 'creation-qemu=9.2.0,ctime=1760000000', description: `stands\n\n${markerLine(guestId)}`,
});

/** Stopped ones by these names, and running ones. */
export async function standingGuests(story: Story, names: readonly { readonly name: string; readonly running?: boolean }[]): Promise<ReadonlyMap<string, Standing>> {
  const guests = names.map(({ name, running }) => standing(name, running ?? false));
  for (const guest of guests) await story.proxmox('leipzig').act({ act: 'create', vmid: guest.vmid, node, pool: 'sluice-managed', running: guest.running, config: configOf(guest) });
  const make = <T>(path: string, rows: readonly unknown[]): Promise<T[]> => netboxAs<T[]>(story, 'admin', 'POST', path, rows);
  const records = await make<{ id: number }>('/api/virtualization/virtual-machines/', guests.map((guest) => ({
    name: guest.name, cluster: { name: 'leipzig' }, device: { name: node }, status: guest.running ? 'active' : 'offline', vcpus: 1, memory: 1024, description: 'stands', custom_fields: { proxmox_kind: 'qemu', proxmox_node: node, proxmox_vm_id: guest.vmid, sluice_guest_id: guest.guestId },
  })));
  const idOf = (index: number): number => records[index]?.id ?? 0;
  await make('/api/virtualization/virtual-disks/', guests.flatMap((_guest, index) => [{ virtual_machine: idOf(index), name: 'scsi0', size: 2048 }, { virtual_machine: idOf(index), name: 'scsi1', size: 1024 }]));
  const nics = await make<{ id: number }>('/api/virtualization/interfaces/', guests.flatMap((_guest, index) => ['net0', 'net1'].map((name) => ({ virtual_machine: idOf(index), name, enabled: true }))));
  await make('/api/dcim/mac-addresses/', guests.flatMap((guest) => guest.macs).map((mac_address, index) => ({ mac_address, assigned_object_type: 'virtualization.vminterface', assigned_object_id: nics[index]?.id })));
  for (const [index, guest] of guests.entries()) {
    await story.owner.change(`insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, 'netbox', $2, 'leipzig', $3, 'qemu', $4, '1760000000', '{}', 'live')`, [guest.guestId, idOf(index), guest.vmid, guest.uuid]);
    await story.owner.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ('leipzig', $1, 'seen', $2) on conflict do nothing`, [guest.vmid, guest.guestId]);
  }
  return new Map(guests.map((guest) => [guest.name, guest]));
}
