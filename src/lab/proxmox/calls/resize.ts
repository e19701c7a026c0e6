// Growing a disk: for a VM everything is checked inside the task, for a container at once (Proxmox VE 8.4, 5.7 of the reference).
import { needs, demand, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { digestOf } from '../config-text';
import { diskBytes } from '../devices';
import { bytesOf, driveValues, isCdrom, mountFormat, printDrive, sizeText, valuesOf, volumeIn } from '../property-values';
import { PveError, die } from '../pve-error';
import type { Guest } from '../state';
import type { Worker } from '../tasks';
import { isDirectory, pathOf } from '../storages';
import { isBase, splitVolid } from '../volumes';
import { printProperty } from '../../../proxmox/schema';

/** `+1G` adds, all else is absolute; no unit = bytes. */
function wantedBytes(size: string, now: number): number {
  const bytes = bytesOf(size.replace(/^\+/, '')) ?? 0;
  return size.startsWith('+') ? now + bytes : bytes;
}

/** What a size comes to on the storage: a running VM grows its disk in steps of 1 KiB, a tool grows a file in sectors (Proxmox VE 8.4). */
function inBlocks(call: Call, guest: Guest, storage: string, bytes: number): number {
  const step = guest.kind === 'qemu' && guest.power !== null ? 1024 : isDirectory(call.cluster.storage(storage)) ? 512 : 1;
  return Math.ceil(bytes / step) * step;
}

function grow(call: Call, guest: Guest, disk: string, bytes: number): void {
  const value = guest.main[disk] ?? '';
  const volid = volumeIn(disk, value);
  const volume = volid === null ? undefined : call.cluster.state.volumes[volid];
  if (volume !== undefined) volume.bytes = inBlocks(call, guest, volume.storage, bytes);
  guest.main[disk] = guest.kind === 'qemu' ? printDrive(disk, { ...driveValues(disk, value), size: sizeText(bytes) }) : printProperty(mountFormat(disk), { ...valuesOf(mountFormat(disk), value), size: sizeText(bytes) });
  call.cluster.changed(guest);
}

/** The file of a base is immutable: the tool that grows it is refused. A logical volume grows all the same (Proxmox VE 8.4). */
function refuseBase(call: Call, worker: Worker, volid: string, bytes: number): void {
  const { storage: id, name } = splitVolid(volid);
  const storage = call.cluster.storage(id);
  const volume = call.cluster.state.volumes[volid];
  if (!isBase(volid) || !isDirectory(storage) || volume === undefined) return;
  const path = pathOf(storage, name);
  worker.log(`qemu-img: Could not open '${path}': Could not open '${path}': Operation not permitted`);
  die(`command '/usr/bin/qemu-img resize -f ${volume.format} ${path} ${bytes}' failed: exit code 1`);
}

function resizeVm(call: Call): Answer {
  const vmid = vmidOf(call);
  const { cluster, params } = call;
  const disk = params['disk'] ?? '';
  return task(call, 'resize', vmid, (worker) => cluster.withFlock('qemu', vmid, async () => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, 'qemu', vmid);
    if ((params['digest'] ?? '') !== '' && params['digest'] !== digestOf(guest)) die('checksum mismatch (file change by other user?)');
    if (guest.main['lock'] !== undefined) die(`VM is locked (${guest.main['lock']})`);
    const value = guest.main[disk] ?? die(`disk '${disk}' does not exist`);
    if (isCdrom(disk, value)) die("you can't resize a cdrom");
    const volid = volumeIn(disk, value) ?? die(`disk '${disk}' has no associated volume`);
    demand(call, `/storage/${splitVolid(volid).storage}`, 'Datastore.AllocateSpace');
    const before = diskBytes(disk, value) ?? 0;
    const after = wantedBytes(params['size'] ?? '', before);
    if (after < before) die('shrinking disks is not supported');
    await worker.middle();
    if (after === before) return;
    refuseBase(call, worker, volid, after);
    grow(call, guest, disk, after);
  }));
}

function resizeCt(call: Call): Answer {
  const vmid = vmidOf(call);
  const { cluster, params } = call;
  const disk = params['disk'] ?? '';
  const guest = cluster.guestAt(call.node, 'lxc', vmid);
  if (guest.main['lock'] !== undefined) die(`CT is locked (${guest.main['lock']})`);
  if ((params['digest'] ?? '') !== '' && params['digest'] !== digestOf(guest)) die('detected modified configuration - file changed by other user? Try again.');
  const value = guest.main[disk];
  if (value === undefined) throw new PveError(500, 'format error', { mp: 'property is missing and it is not optional', volume: 'property is missing and it is not optional' });
  const before = diskBytes(disk, value) ?? 0;
  const after = wantedBytes(params['size'] ?? '', before);
  if (after < before) die('unable to shrink disk size');
  if (after === before) die('disk is already at specified size');
  const volid = volumeIn(disk, value) ?? die(`can't resize mount point owned by another container (${vmid})`);
  demand(call, `/storage/${splitVolid(volid).storage}`, 'Datastore.AllocateSpace');
  return task(call, 'resize', vmid, (worker) => cluster.withFlock('lxc', vmid, async () => {
    await worker.begin();
    await worker.middle();
    grow(call, cluster.guestAt(call.node, 'lxc', vmid), disk, after);
  }));
}

const configuresDisk = needs('/vms/{vmid}', 'VM.Config.Disk');

export const resizeRoutes: readonly Route[] = [route('PUT', '/nodes/{node}/qemu/{vmid}/resize', configuresDisk, resizeVm), route('PUT', '/nodes/{node}/lxc/{vmid}/resize', configuresDisk, resizeCt)];
