// Clones. The task carries the VMID of the source; MACs, uuid and vmgenid are new, tags and protection come along, the pool
// is joined last (Proxmox VE 8.4). Carries P14.
import { randomUUID } from 'node:crypto';
import { printProperty } from '../../../proxmox/schema';
import { demand, isOn, needs, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { isCloudInitDrive } from '../cloud-init';
import type { Cluster } from '../cluster';
import { newMac } from '../devices';
import { disksOf } from '../features';
import { checkBridge } from '../guest-rights';
import { driveValues, isCdrom, isDrive, isMount, isNet, isUnused, mountFormat, printDrive, valuesOf, volumeIn } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Entries, Guest, GuestKind } from '../state';
import { isDirectory, isThin, storageAt, takes } from '../storages';
import { isKilled, type Worker } from '../tasks';
import { allocate, free, isBase, splitVolid, volumeOf } from '../volumes';
import { checkMayCreate, joinPool, newGuest, takenBy } from './create-vm';

function sourceOf(call: Call, kind: GuestKind): Guest {
  const vmid = vmidOf(call);
  const guest = call.cluster.guest(vmid);
  if (guest === null || guest.kind !== kind || guest.node !== call.node) return die(`unable to find configuration file for ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} on node '${call.node}'`);
  if (guest.main['lock'] !== undefined) die(`${kind === 'qemu' ? 'VM' : 'CT'} is locked (${guest.main['lock']})`);
  return guest;
}

const nounOf = (kind: GuestKind): string => (kind === 'qemu' ? 'VM' : 'CT');

const usesLocal = (kind: GuestKind, target: string): string => `can't clone ${nounOf(kind)} to node '${target}' (${nounOf(kind)} uses local storage)`;

/** The storages that a clone is to lie on, as far as the call names them. */
function checkPlace(call: Call, kind: GuestKind, target: string): void {
  const { cluster, params } = call;
  const isAway = target !== call.node;
  if (!cluster.state.nodes.some((node) => node.name === target)) die(`no such cluster node '${target}'`);
  const id = params['storage'];
  if (id === undefined) return;
  demand(call, `/storage/${id}`, 'Datastore.AllocateSpace');
  const storage = storageAt(cluster, id, target);
  if (isAway && !storage.shared) die(`can't clone to non-shared storage '${id}'`);
  if (!takes(storage, kind === 'qemu' ? 'images' : 'rootdir')) badParameters({ storage: `storage '${id}' does not support ${kind === 'qemu' ? 'vm images' : 'container directories'}` });
}

/** Space for each of its disks where it is to lie, and each of its bridges. */
function demandRights(call: Call, source: Guest, main: Entries): void {
  for (const { key, volid } of disksOf(main)) if (!isCdrom(key, main[key] ?? '')) demand(call, `/storage/${call.params['storage'] ?? splitVolid(volid).storage}`, 'Datastore.AllocateSpace');
  for (const [key, value] of Object.entries(main)) if (isNet(key)) checkBridge(call, source.kind, value);
}

/** Can its volumes be cloned in this way, to this node? An installation medium on local storage keeps a VM where it is as well. */
function checkVolumes(call: Call, source: Guest, main: Entries, full: boolean, target: string): void {
  const { cluster, params } = call;
  for (const { key, volid } of disksOf(main)) {
    const storage = cluster.storage(splitVolid(volid).storage);
    // A thin volume's snapshot is as good as a base (Proxmox VE 8.4).
    const isLinkable = isBase(volid) || (params['snapname'] !== undefined && !isDirectory(storage) && isThin(storage));
    if (!full && !isLinkable && !isCloudInitDrive(key, main[key] ?? '')) die(source.kind === 'qemu' ? `Linked clone feature is not supported for '${volid}' (${key})` : `Linked clone feature for '${volid}' is not available`);
    if (target !== call.node && params['storage'] === undefined && !storage.shared) die(usesLocal(source.kind, target));
  }
  const media = Object.entries(main).flatMap(([key, value]) => (isCdrom(key, value) ? (volumeIn(key, value) ?? []) : []));
  if (target !== call.node && media.some((volid) => !cluster.storage(splitVolid(volid).storage).shared)) die(usesLocal(source.kind, target));
  const bind = Object.entries(main).find(([key, value]) => isMount(key) && volumeIn(key, value) === null);
  if (bind !== undefined) die(`unable to clone mountpoint '${bind[0]}' (type bind)`);
}

function clone(call: Call, kind: GuestKind): Answer {
  const { cluster, params } = call;
  const newid = Number(params['newid']);
  const pool = checkMayCreate(call, newid);
  const target = params['target'] ?? call.node;
  checkPlace(call, kind, target);
  const source = sourceOf(call, kind);
  const snapname = params['snapname'];
  const main = snapname === undefined ? source.main : (source.snapshots.find((snapshot) => snapshot.name === snapname)?.main ?? die(`snapshot '${snapname}' does not exist`));
  const full = params['full'] === undefined ? source.main['template'] !== '1' : isOn(call, 'full');
  for (const name of ['storage', 'format']) if (!full && params[name] !== undefined) die(`parameter '${name}' not allowed for linked clones`);
  const present = cluster.guest(newid);
  if (present !== null) die(kind === 'qemu' ? `unable to create VM ${newid}: config file already exists` : takenBy(present));
  demandRights(call, source, main);
  checkVolumes(call, source, main, full, target);
  if (kind === 'lxc' && full && source.power !== null && snapname === undefined) die('Full clone of a running container is only possible from a snapshot');
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  const made = newGuest(newid, kind, call.node, kind === 'qemu' ? { lock: 'clone', description: ' qmclone temporary file' } : { lock: 'create' });
  if (source.inside !== undefined) made.inside = structuredClone(source.inside);
  cluster.state.guests[newid] = made;
  if (kind === 'lxc') setLock(cluster, source, true);
  return task(call, kind === 'qemu' ? 'qmclone' : 'vzclone', source.vmid, (worker) => cluster.withFlock(kind, source.vmid, () => work(call, worker, { source, made, main, full, pool, target })));
}

/** A container is locked while it is copied, so two cannot be made of it at a time (Proxmox VE 8.4). */
function setLock(cluster: Cluster, source: Guest, isOn: boolean): void {
  if (isOn) source.main['lock'] = 'disk';
  else delete source.main['lock'];
  cluster.changed(source);
}

interface Job { readonly source: Guest; readonly made: Guest; readonly main: Entries; readonly full: boolean; readonly pool: string | null; readonly target: string }

async function work(call: Call, worker: Worker, job: Job): Promise<void> {
  const { cluster } = call;
  const { source, made } = job;
  const volumes: string[] = [];
  try {
    await worker.begin();
    const main = copyEntries(call, worker, job, volumes);
    await worker.middle();
    made.main = main;
    if (source.kind === 'lxc') setLock(cluster, source, false);
    made.node = job.target;
    cluster.changed(made);
  } catch (error) {
    if (isKilled(error) || !(error instanceof PveError)) throw error;
    for (const volid of volumes) free(cluster, volid);
    delete cluster.state.guests[made.vmid];
    if (source.kind === 'lxc') setLock(cluster, source, false);
    throw new PveError(500, `clone failed: ${error.message}`, error.errors);
  }
  joinPool(call, made.vmid, job.pool);
  cluster.commit();
}

/** All that the source has, with an identity of its own; tags, protection and description come along. */
function copyEntries(call: Call, worker: Worker, job: Job, volumes: string[]): Entries {
  const { params } = call;
  const { source, made, full } = job;
  const { lock: _lock, template: _template, parent: _parent, snaptime: _snaptime, ...copied } = job.main;
  const main: Entries = {};
  const mirrored: string[] = [];
  for (const [key, value] of Object.entries(copied)) {
    if (isUnused(key)) continue;
    const isDisk = (isDrive(key) || isMount(key)) && volumeIn(key, value) !== null && (!isCdrom(key, value) || isCloudInitDrive(key, value));
    if (isNet(key)) main[key] = value.replace(/[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i, newMac());
    else if (isDisk) {
      main[key] = copyVolume(call, worker, job, key, value, volumes);
      if (full && made.kind === 'qemu' && source.power !== null && params['snapname'] === undefined && !isCloudInitDrive(key, value)) mirrored.push(key);
    } else main[key] = value;
  }
  sayMirrored(worker, mirrored, /^(?:enabled=)?1/.test(source.main['agent'] ?? ''));
  if (made.kind === 'qemu') {
    main['name'] = params['name'] ?? `Copy-of-VM-${source.main['name'] ?? source.vmid}`;
    main['smbios1'] = `${(main['smbios1'] ?? '').split(',').filter((part) => part !== '' && !part.startsWith('uuid=')).map((part) => `${part},`).join('')}uuid=${randomUUID()}`;
    if (main['vmgenid'] !== undefined) main['vmgenid'] = randomUUID();
  } else main['hostname'] = params['hostname'] ?? `CT${made.vmid}`;
  if (params['description'] !== undefined) main['description'] = params['description'].replace(/\n+$/, '');
  return main;
}

/** A running VM copies its own disks, and stands still for the moment in which the copy is cut off. */
function sayMirrored(worker: Worker, keys: readonly string[], hasAgent: boolean): void {
  if (keys.length === 0) return;
  for (const key of keys) for (const line of [`drive mirror is starting for drive-${key}`, "all 'mirror' jobs are ready"]) worker.log(line);
  worker.log(hasAgent ? 'freeze filesystem' : 'suspend vm');
  for (const key of keys) worker.log(`drive-${key}: Cancelling block job`);
  for (const key of keys) worker.log(`drive-${key}: Done.`);
  worker.log(hasAgent ? 'unfreeze filesystem' : 'resume vm');
}

function copyVolume(call: Call, worker: Worker, { made, full, target }: Job, key: string, value: string, volumes: string[]): string {
  const { cluster, params } = call;
  const volid = volumeIn(key, value) ?? '';
  const before = volumeOf(cluster, volid);
  const isCloudInit = isCloudInitDrive(key, value);
  const isCopy = full || isCloudInit;
  worker.log(`create ${isCopy ? 'full' : 'linked'} clone of ${made.kind === 'qemu' ? 'drive' : 'mountpoint'} ${key} (${volid})`);
  const copy = allocate(cluster, {
    storage: (isCopy ? params['storage'] : undefined) ?? before.storage, vmid: made.vmid, node: target, bytes: before.bytes, content: made.kind === 'qemu' ? 'images' : 'rootdir', format: params['format'] ?? before.format, ...(isCloudInit ? { name: `vm-${made.vmid}-cloudinit` } : {}), ...(isCopy ? {} : { parent: volid }),
  });
  if (!isCopy && isDirectory(cluster.storage(before.storage))) worker.log(linkedLine(splitVolid(volid).name, copy.volid, made.vmid));
  volumes.push(copy.volid);
  return made.kind === 'qemu' ? printDrive(key, { ...driveValues(key, value), file: copy.volid }) : printProperty(mountFormat(key), { ...valuesOf(mountFormat(key), value), volume: copy.volid });
}

const linkedLine = (base: string, volid: string, vmid: number): string => {
  const file = volid.split('/').at(-1) ?? '';
  return `clone ${base}: images, ${file}, ${vmid} to ${file} (base=../${base})`;
};

export const cloneRoutes: readonly Route[] = (['qemu', 'lxc'] as const).map((kind) => route('POST', `/nodes/{node}/${kind}/{vmid}/clone`, needs('/vms/{vmid}', 'VM.Clone'), (call) => clone(call, kind)));
