// Moving a volume to another storage or format: checked at once and again in the worker; the old volume stays as `unusedN` unless
// it is to go (Proxmox VE 8.4, 5.7 of the reference).
import { printProperty } from '../../../proxmox/schema';
import { demand, isOn, needs, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { digestOf } from '../config-text';
import { keepAsUnused } from '../pending';
import { driveValues, isCdrom, isUnused, mountFormat, printDrive, valuesOf, volumeIn } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Guest, GuestKind } from '../state';
import { isDirectory, storageAt } from '../storages';
import type { Worker } from '../tasks';
import { allocate, clonesOf, free, splitVolid, toBase, volumeOf } from '../volumes';

interface Source { readonly guest: Guest; readonly volid: string }

const changedText = 'detected modified configuration - file changed by other user? Try again.';
const slotOf = (call: Call): string => call.params['disk'] ?? call.params['volume'] ?? '';
const inSnapshot = (guest: Guest, volid: string): boolean => guest.snapshots.some((snapshot) => Object.entries(snapshot.main).some(([key, value]) => volumeIn(key, value) === volid));

function checkDigest(call: Call, guest: Guest): void {
  if ((call.params['digest'] ?? '') !== '' && call.params['digest'] !== digestOf(guest)) die(changedText);
}

function diskOf(call: Call, target: string): Source {
  const guest = call.cluster.guestAt(call.node, 'qemu', vmidOf(call));
  const disk = slotOf(call);
  if (guest.main['lock'] !== undefined) die(`VM is locked (${guest.main['lock']})`);
  checkDigest(call, guest);
  const value = guest.main[disk] ?? die(`disk '${disk}' does not exist`);
  const volid = volumeIn(disk, value) ?? die(`disk '${disk}' has no associated volume`);
  if (isCdrom(disk, value)) die("you can't move a cdrom");
  const { format } = call.params;
  const now = /\.(raw|qcow2|vmdk)$/.exec(volid)?.[1];
  if (splitVolid(volid).storage === target && (format === undefined || now === undefined || format === now)) die("you can't move to the same storage with same format");
  if (isOn(call, 'delete') && inSnapshot(guest, volid)) die("you can't move a disk with snapshots and delete the source");
  return { guest, volid };
}

function mountOf(call: Call): Source {
  const guest = call.cluster.guestAt(call.node, 'lxc', vmidOf(call));
  const slot = slotOf(call);
  if (guest.main['lock'] !== undefined) die(`CT is locked (${guest.main['lock']})`);
  if (guest.power !== null) die('cannot move volumes of a running container');
  if (isUnused(slot)) die(`cannot move volume '${slot}', only configured volumes can be moved to another storage`);
  const value = guest.main[slot];
  if (value === undefined) throw new PveError(500, 'format error', { ...(slot === 'rootfs' ? {} : { mp: 'property is missing and it is not optional' }), volume: 'property is missing and it is not optional' });
  const volid = volumeIn(slot, value) ?? die(`unable to move mount point '${slot}' (type bind)`);
  if (isOn(call, 'delete') && inSnapshot(guest, volid)) die("you can't move a volume with snapshots and delete the source");
  checkDigest(call, guest);
  return { guest, volid };
}

/** The new volume in its slot, the old one beside it or gone. */
function swap(call: Call, worker: Worker, { guest, volid }: Source, target: string): void {
  const { cluster } = call;
  const slot = slotOf(call);
  const before = volumeOf(cluster, volid);
  const isVm = guest.kind === 'qemu';
  const value = guest.main[slot] ?? '';
  const format = call.params['format'] ?? (isDirectory(cluster.storage(target)) && isVm ? (isDirectory(cluster.storage(before.storage)) ? before.format : 'raw') : 'raw');
  const made = allocate(cluster, { storage: target, vmid: guest.vmid, node: guest.node, bytes: before.bytes, content: isVm ? 'images' : 'rootdir', format });
  worker.log(`Formatting '${made.path}', fmt=${made.format} size=${before.bytes}`);
  const moved = guest.main['template'] === '1' ? toBase(cluster, made.volid) : made.volid;
  guest.main[slot] = isVm ? printDrive(slot, { ...driveValues(slot, value), file: moved }) : printProperty(mountFormat(slot), { ...valuesOf(mountFormat(slot), value), volume: moved });
  if (!isOn(call, 'delete')) keepAsUnused(guest, volid);
  cluster.changed(guest);
}

/** The volume that was copied. What holds it makes a warning of it, not a failure: the guest runs on the new one. */
function dropOld(call: Call, worker: Worker, { guest, volid }: Source): void {
  try {
    if (clonesOf(call.cluster, volid).length > 0) die(`base volume '${splitVolid(volid).name}' is still in use by linked clones`);
    free(call.cluster, volid);
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    worker.log(error.message);
    keepAsUnused(guest, volid);
    call.cluster.changed(guest);
  }
}

function checkTarget(call: Call, kind: GuestKind): string {
  const { storage, 'target-vmid': other } = call.params;
  if (other !== undefined && storage !== undefined) {
    const text = "either set 'storage' or 'target-vmid', but not both";
    if (kind === 'lxc') die('either set storage or target-vmid, but not both');
    badParameters({ 'target-vmid': text, storage: text });
  }
  if (other !== undefined) die('moving a volume to another guest is not simulated');
  const missing = "both 'storage' and 'target-vmid' missing, either needs to be set";
  const target = storage ?? badParameters({ 'target-vmid': missing, storage: missing });
  demand(call, `/storage/${target}`, 'Datastore.AllocateSpace');
  return storageAt(call.cluster, target, call.node).id;
}

function moveDisk(call: Call): Answer {
  const target = checkTarget(call, 'qemu');
  diskOf(call, target);
  const vmid = vmidOf(call);
  return task(call, 'qmmove', vmid, (worker) => call.cluster.withFlock('qemu', vmid, async () => {
    await worker.begin();
    const source = diskOf(call, target);
    call.cluster.mustBeWritable(source.guest);
    worker.log(`create full clone of drive ${slotOf(call)} (${source.volid})`);
    if (inSnapshot(source.guest, source.volid)) worker.log('moving disk with snapshots, snapshots will not be moved!');
    await worker.middle();
    swap(call, worker, source, target);
    if (isOn(call, 'delete')) dropOld(call, worker, source);
    call.cluster.commit();
  }));
}

/** A container is locked with `disk` while its volume is copied. */
function moveVolume(call: Call): Answer {
  const target = checkTarget(call, 'lxc');
  const source = mountOf(call);
  const { guest } = source;
  guest.main['lock'] = 'disk';
  call.cluster.changed(guest);
  return task(call, 'move_volume', guest.vmid, (worker) => call.cluster.withFlock('lxc', guest.vmid, async () => {
    try {
      await worker.begin();
      await worker.middle();
      swap(call, worker, source, target);
      if (isOn(call, 'delete')) dropOld(call, worker, source);
    } finally {
      if (!call.cluster.closing.signal.aborted) delete guest.main['lock'];
      call.cluster.changed(guest);
    }
  }));
}

const configuresDisk = needs('/vms/{vmid}', 'VM.Config.Disk');

export const moveDiskRoutes: readonly Route[] = [route('POST', '/nodes/{node}/qemu/{vmid}/move_disk', configuresDisk, moveDisk), route('POST', '/nodes/{node}/lxc/{vmid}/move_volume', configuresDisk, moveVolume)];
