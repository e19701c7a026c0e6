// Turning wanted devices into configured ones: volumes are allocated, MACs made, strings put in canonical order.
import { randomBytes } from 'node:crypto';
import { printProperty } from '../../proxmox/schema';
import { isCloudInitDrive } from './cloud-init';
import type { Cluster } from './cluster';
import { driveRequest } from './guest-rights';
import { bytesOf, driveFormat, driveValues, isCdrom, isDrive, isNet, mountFormat, sizeText, valuesOf } from './property-values';
import { die } from './pve-error';
import type { Entries, GuestKind } from './state';
import { allocate, volumeOf } from './volumes';

const gib = 1024 ** 3;

export interface Place { readonly cluster: Cluster; readonly vmid: number; readonly node: string; readonly log: (line: string) => void; /** The configuration so far: one cloud-init drive a guest. */ readonly main?: Entries }
export interface Made { readonly text: string; readonly volid: string | null }

/** A MAC in Proxmox's own prefix. */
export function newMac(): string {
  const tail = [...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase());
  return `BC:24:11:${tail.join(':')}`;
}

/** A network device with its MAC: one that is given without gets a new one, also on an update (Proxmox VE 8.4). */
export function netText(kind: GuestKind, value: string): string {
  if (kind === 'qemu') {
    const values = valuesOf('qemu-net', value);
    return printProperty('qemu-net', { ...values, macaddr: values['macaddr'] ?? newMac() });
  }
  const values = valuesOf('lxc-net', value);
  return printProperty('lxc-net', { ...values, hwaddr: values['hwaddr'] ?? newMac(), type: values['type'] ?? 'veth' });
}

/** A VM disk: allocates, or takes a volume that is there. Tells the volume when it made one. */
export function makeDrive(place: Place, key: string, value: string): Made {
  const { cluster, vmid, node } = place;
  const values = driveValues(key, value);
  const print = (changes: Record<string, string>): string => {
    const { format: _format, 'import-from': _source, ...rest } = { ...values, ...changes };
    return printProperty(driveFormat(key), rest);
  };
  const request = driveRequest(values['file'] ?? 'none');
  switch (request.kind) {
    case 'none': return { text: printProperty(driveFormat(key), values), volid: null };
    case 'cloudinit': {
      const there = Object.keys(place.main ?? {}).find((slot) => slot !== key && isCloudInitDrive(slot, place.main?.[slot] ?? ''));
      if (there !== undefined) die(`${key} - cloud-init drive is already attached at '${there}'`);
      const made = allocate(cluster, { storage: request.storage, vmid, node, bytes: 4 * 1024 ** 2, content: 'images', format: 'qcow2', name: `vm-${vmid}-cloudinit` });
      place.log(`Formatting '${made.path}', fmt=${made.format} size=4194304`);
      const text = print({ file: made.volid, media: 'cdrom' });
      place.log(`${key}: successfully created disk '${text}'`);
      return { text, volid: made.volid };
    }
    case 'allocate': {
      const source = values['import-from'];
      const bytes = source !== undefined ? volumeOf(cluster, source).bytes : key === 'efidisk0' ? 528 * 1024 : key === 'tpmstate0' ? 4 * 1024 ** 2 : Math.round(request.gib * gib);
      const made = allocate(cluster, { storage: request.storage, vmid, node, bytes, content: 'images', format: values['format'] ?? 'raw' });
      place.log(`Formatting '${made.path}', fmt=${made.format} size=${bytes}`);
      const text = print({ file: made.volid, size: sizeText(bytes) });
      place.log(`${key}: successfully created disk '${text}'`);
      return { text, volid: made.volid };
    }
    case 'volume': {
      const volume = cluster.state.volumes[request.volid];
      if (volume === undefined) return die(`volume '${request.volid}' does not exist`);
      return { text: values['media'] === 'cdrom' ? print({ size: sizeText(volume.bytes) }) : print({ size: sizeText(volume.bytes) }), volid: null };
    }
  }
}

/** A mount point or root file system of a container. */
export function makeMount(place: Place, key: string, value: string): Made {
  const { cluster, vmid, node } = place;
  const values = valuesOf(mountFormat(key), value);
  const request = driveRequest(values['volume'] ?? '');
  const print = (changes: Record<string, string>): string => printProperty(mountFormat(key), { ...values, ...changes });
  if (request.kind === 'allocate') {
    const bytes = Math.round(request.gib * gib);
    const made = allocate(cluster, { storage: request.storage, vmid, node, bytes, content: 'rootdir' });
    place.log(`Formatting '${made.path}', fmt=${made.format} size=${bytes}`);
    return { text: print({ volume: made.volid, size: sizeText(bytes) }), volid: made.volid };
  }
  if (request.kind === 'volume' && cluster.state.volumes[request.volid] === undefined) die(`volume '${request.volid}' does not exist`);
  return { text: print({}), volid: null };
}

/** Boot order when none is given: first disk, first CD-ROM drive, first network device; one space when there is nothing. */
export function defaultBoot(main: Entries): string {
  const keys = Object.keys(main).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const disk = keys.find((key) => isDrive(key) && !/^(?:efidisk|tpmstate)/.test(key) && !isCdrom(key, main[key] ?? ''));
  const cdrom = keys.find((key) => isCdrom(key, main[key] ?? ''));
  const order = [disk, cdrom, keys.find(isNet)].filter((key) => key !== undefined);
  return order.length === 0 ? ' ' : `order=${order.join(';')}`;
}

/** Every device of the boot order has to be there. */
export function checkBoot(main: Entries): void {
  const order = /(?:^|,)order=([^,]*)/.exec(main['boot'] ?? '')?.[1];
  for (const device of (order ?? '').split(';').filter((part) => part !== '')) if (main[device] === undefined) die(`invalid bootorder: device '${device}' does not exist'`);
}

export const diskBytes = (key: string, value: string): number | null => bytesOf((isDrive(key) ? driveValues(key, value) : valuesOf(mountFormat(key), value))['size'] ?? '');
