// The guests that stand in the lab when it starts: some were made by Sluice (marker, uuid, link row), one is a stranger.
import { markerLine } from '../../guest';
import type { GuestId } from '../../kernel';
import type { SeedGuest } from '../proxmox';

export interface LabGuest {
  readonly name: string;
  readonly guestId: GuestId;
  readonly uuid: string;
  readonly ctime: string;
  readonly vmid: number;
  readonly node: string;
  readonly pool: string;
  readonly running: boolean;
  readonly cores: number;
  readonly memoryMib: number;
  readonly diskGib: number;
  readonly mac: string;
  readonly human: string;
  readonly cluster: string;
}

const ctime = '1760000000';
const guest = (number: number, name: string, node: string, pool: string, running: boolean, cores: number, memoryMib: number, diskGib: number, human: string, cluster = 'leipzig'): LabGuest => ({
  name, node, pool, running, cores, memoryMib, diskGib, human, cluster, ctime, vmid: 5000 + number,
  guestId: `10000000-0000-4000-8000-0000000050${String(number).padStart(2, '0')}` as GuestId,
  uuid: `20000000-0000-4000-8000-0000000050${String(number).padStart(2, '0')}`,
  mac: `BC:24:11:00:50:${String(number).padStart(2, '0')}`,
});

export const labGuests: readonly LabGuest[] = [
  guest(1, 'web-01', 'pve1', 'sluice-managed', true, 2, 4096, 16, 'web front'),
  guest(2, 'web-02', 'pve2', 'sluice-managed', true, 2, 4096, 16, 'web front'),
  guest(3, 'app-01', 'pve2', 'sluice-managed', false, 2, 4096, 32, 'application server'),
  guest(4, 'old-01', 'pve3', 'sluice-managed', false, 1, 2048, 8, 'replaced by app-01'),
  guest(5, 'billing-db-old', 'pve1', 'customer-a', false, 2, 8192, 64, 'old billing database'),
  guest(6, 'dns-01', 'dd1', 'sluice-managed', true, 1, 1024, 8, 'resolver', 'dresden'),
];

export const seedGuest = (known: LabGuest): SeedGuest => ({
  vmid: known.vmid, kind: 'qemu', node: known.node, pool: known.pool, running: known.running,
  config: {
    name: known.name, cores: String(known.cores), sockets: '1', memory: String(known.memoryMib), ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0;net0',
    scsi0: `vmdata:vm-${known.vmid}-disk-0,size=${known.diskGib}G`, net0: `virtio=${known.mac},bridge=vmbr0`, smbios1: `uuid=${known.uuid}`, meta: `creation-qemu=9.2.0,ctime=${known.ctime}`,
    description: `${known.human}\n\n${markerLine(known.guestId)}`,
  },
});

/** Made by somebody else, in no pool: Sluice shows it and touches it not. */
export const stranger: SeedGuest = {
  vmid: 100, kind: 'qemu', node: 'pve1', running: true,
  config: { name: 'legacy-fileserver', cores: '2', memory: '4096', ostype: 'l26', scsi0: 'vmdata:vm-100-disk-0,size=100G', net0: 'virtio=BC:24:11:00:01:00,bridge=vmbr0', smbios1: 'uuid=30000000-0000-4000-8000-000000000100', meta: 'creation-qemu=8.1.0,ctime=1700000000' },
};

/** A template with a cloud-init drive, from which the second waiting branch makes a VM. */
export const template: SeedGuest = {
  vmid: 9000, kind: 'qemu', node: 'pve1', pool: 'templates',
  config: {
    name: 'debian-12', template: '1', cores: '1', sockets: '1', memory: '1024', ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0', scsi0: 'vmdata:base-9000-disk-0,size=8G', ide2: 'vmdata:vm-9000-cloudinit,media=cdrom',
    net0: 'virtio=BC:24:11:00:90:00,bridge=vmbr0', agent: '1', smbios1: 'uuid=30000000-0000-4000-8000-000000009000', meta: 'creation-qemu=9.0.2,ctime=1750000000',
  },
};
