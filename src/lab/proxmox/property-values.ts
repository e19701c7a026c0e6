// Small readings of guest configurations that several calls need: disks, sizes, volumes, tags. Pure.
import { parseProperty, printProperty, type PropertyFormatName, type PropertyValues } from '../../proxmox/schema';
import type { Entries, Guest } from './state';

const driveKey = /^(?:(?:ide|scsi|virtio|sata)\d+|efidisk0|tpmstate0)$/;
export const isDrive = (key: string): boolean => driveKey.test(key);
export const isMount = (key: string): boolean => key === 'rootfs' || /^mp\d+$/.test(key);
export const isUnused = (key: string): boolean => /^unused\d+$/.test(key);
export const isNet = (key: string): boolean => /^net\d+$/.test(key);

export const driveFormat = (key: string): PropertyFormatName => (key === 'efidisk0' ? 'qemu-efidisk' : key === 'tpmstate0' ? 'qemu-tpmstate' : isUnused(key) ? 'qemu-unused' : 'qemu-drive');
export const mountFormat = (key: string): PropertyFormatName => (key === 'rootfs' ? 'lxc-rootfs' : isUnused(key) ? 'lxc-unused' : 'lxc-mp');

/** Values of a property string that was checked before; an unreadable one is empty. */
export function valuesOf(format: PropertyFormatName, value: string): PropertyValues {
  const parsed = parseProperty(format, 'value', value);
  return parsed.ok ? parsed.values : {};
}
export const driveValues = (key: string, value: string): PropertyValues => valuesOf(driveFormat(key), value);
export const printDrive = (key: string, values: PropertyValues): string => printProperty(driveFormat(key), values);

export const isCdrom = (key: string, value: string): boolean => isDrive(key) && driveValues(key, value)['media'] === 'cdrom';

/** Volume of a disk or mount point, null for `none`, host paths and bind mounts. */
export function volumeIn(key: string, value: string): string | null {
  const values = isMount(key) || (isUnused(key) && !value.includes('=')) ? { file: value.split(',')[0] ?? '' } : isDrive(key) || isUnused(key) ? driveValues(key, value) : {};
  const volume = (values['file'] ?? '').replace(/^volume=/, '');
  return volume.includes(':') && !volume.startsWith('/') ? volume : null;
}

const sections = (guest: Guest): readonly Entries[] => [guest.main, guest.pending, ...guest.snapshots.map((snapshot) => snapshot.main)];

/** Every volume a guest names, pending values and snapshots included. */
export const volumesOf = (guest: Guest): readonly string[] => [...new Set(sections(guest).flatMap((entries) => Object.entries(entries).flatMap(([key, value]) => volumeIn(key, value) ?? [])))];

const units: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** `32G`, `1536M`, plain bytes -> bytes; null when it is no size. */
export function bytesOf(size: string): number | null {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size) ?? [];
  return count === undefined ? null : Math.round(Number(count) * (units[unit] ?? 1));
}

/** Bytes as Proxmox prints them: the biggest unit that is exact. */
export function sizeText(bytes: number): string {
  for (const unit of ['T', 'G', 'M', 'K']) if (bytes > 0 && bytes % (units[unit] ?? 1) === 0 && !(unit === 'T' && bytes < (units['T'] ?? 0))) return `${bytes / (units[unit] ?? 1)}${unit}`;
  return String(bytes);
}

export const memoryMib = (guest: Guest): number => Number((guest.main['memory'] ?? '512').replace(/^current=/, '')) || 512;
export const cpusOf = (guest: Guest, nodeCores: number): number => {
  if (guest.kind === 'lxc') return Number(guest.main['cores'] ?? guest.main['cpulimit'] ?? nodeCores) || nodeCores;
  return Math.min(Number(guest.main['vcpus'] ?? Number(guest.main['sockets'] ?? 1) * Number(guest.main['cores'] ?? 1)), nodeCores);
};

/** The disk a VM boots from, or the root file system of a container: its size is `maxdisk`. */
export function mainDiskBytes(guest: Guest): number {
  if (guest.kind === 'lxc') return bytesOf(valuesOf('lxc-rootfs', guest.main['rootfs'] ?? '')['size'] ?? '') ?? 0;
  const order = (/order=([^,]*)/.exec(guest.main['boot'] ?? '')?.[1] ?? '').split(';');
  const disks = Object.keys(guest.main).filter((key) => /^(?:ide|scsi|virtio|sata)\d+$/.test(key) && !isCdrom(key, guest.main[key] ?? '')).sort();
  const key = order.find((device) => disks.includes(device)) ?? (guest.main['boot'] === undefined ? disks[0] : undefined);
  return key === undefined ? 0 : (bytesOf(driveValues(key, guest.main[key] ?? '')['size'] ?? '') ?? 0);
}

/** Lower case, once each, sorted, `;` between: what an update writes. An empty list is kept as one space, as the real file has it. */
export function normalTags(value: string, caseSensitive = false): string {
  const tags = value.split(/[,;\s]+/).filter((tag) => tag !== '').map((tag) => (caseSensitive ? tag : tag.toLowerCase()));
  return [...new Set(tags)].sort().join(';') || ' ';
}

export const nameOf = (guest: Guest): string => (guest.kind === 'lxc' ? (guest.main['hostname'] ?? `CT${guest.vmid}`) : (guest.main['name'] ?? `VM ${guest.vmid}`));
