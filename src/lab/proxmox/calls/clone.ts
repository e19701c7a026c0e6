// Clones. The task carries the VMID of the source; MACs, uuid and vmgenid are new, tags and protection come along, the pool
// is joined last (Proxmox VE 8.4). Carries P14.
import { randomUUID } from 'node:crypto';
import { isOn, needs, demand, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { newMac } from '../devices';
import { driveValues, isCdrom, isDrive, isMount, isNet, isUnused, mountFormat, printDrive, valuesOf, volumeIn } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Entries, Guest, GuestKind } from '../state';
import { takes } from '../storages';
import { isKilled, type Worker } from '../tasks';
import { allocate, free, splitVolid } from '../volumes';
import { checkMayCreate, joinPool, newGuest } from './create-vm';
import { printProperty } from '../../../proxmox/schema';

function sourceOf(call: Call, kind: GuestKind): Guest {
  const vmid = vmidOf(call);
  const guest = call.cluster.guest(vmid);
  if (guest === null || guest.kind !== kind || guest.node !== call.node) return die(`unable to find configuration file for ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} on node '${call.node}'`);
  if (guest.main['lock'] !== undefined) die(`${kind === 'qemu' ? 'VM' : 'CT'} is locked (${guest.main['lock']})`);
  return guest;
}

function clone(call: Call, kind: GuestKind): Answer {
  const { cluster, params } = call;
  const newid = Number(params['newid']);
  const pool = checkMayCreate(call, newid);
  const target = params['target'] ?? call.node;
  if (!cluster.state.nodes.some((node) => node.name === target)) die(`no such cluster node '${target}'`);
  const storage = params['storage'];
  if (storage !== undefined) {
    demand(call, `/storage/${storage}`, 'Datastore.AllocateSpace');
    if (!takes(cluster.storage(storage), kind === 'qemu' ? 'images' : 'rootdir')) badParameters({ storage: `storage '${storage}' does not support ${kind === 'qemu' ? 'vm images' : 'container directories'}` });
  }
  const source = sourceOf(call, kind);
  const snapname = params['snapname'];
  if (snapname !== undefined && !source.snapshots.some((snapshot) => snapshot.name === snapname)) die(`snapshot '${snapname}' does not exist`);
  const isTemplate = source.main['template'] === '1';
  const full = params['full'] === undefined ? !isTemplate : isOn(call, 'full');
  if (!full && storage !== undefined) die("parameter 'storage' not allowed for linked clones");
  const present = cluster.guest(newid);
  if (present !== null) die(kind === 'qemu' ? `unable to create VM ${newid}: config file already exists` : `${present.kind === 'qemu' ? 'VM' : 'CT'} ${newid} already exists on node '${present.node}'`);
  for (const [key, value] of Object.entries(source.main)) {
    const volid = (isDrive(key) || isMount(key)) && !isCdrom(key, value) ? volumeIn(key, value) : null;
    if (volid !== null && !full && !isTemplate) die(kind === 'qemu' ? `Linked clone feature is not supported for '${volid}' (${key})` : `Linked clone feature for '${volid}' is not available`);
  }
  if (kind === 'lxc' && full && source.power !== null) die('Full clone of a running container is only possible from a snapshot');
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  const made = newGuest(newid, kind, target, { lock: 'clone' });
  if (source.inside !== undefined) made.inside = structuredClone(source.inside);
  cluster.state.guests[newid] = made;
  return task(call, kind === 'qemu' ? 'qmclone' : 'vzclone', source.vmid, (worker) => cluster.withFlock(kind, source.vmid, () => work(call, worker, source, made, full, pool)));
}

async function work(call: Call, worker: Worker, source: Guest, made: Guest, full: boolean, pool: string | null): Promise<void> {
  const { cluster, params } = call;
  const volumes: string[] = [];
  try {
    await worker.begin();
    const from = source.snapshots.find((snapshot) => snapshot.name === params['snapname'])?.main ?? source.main;
    const { lock: _lock, template: _template, parent: _parent, snaptime: _snaptime, ...copied } = from;
    const main: Entries = {};
    for (const [key, value] of Object.entries(copied)) {
      if (isUnused(key)) continue;
      if (isNet(key)) main[key] = value.replace(/[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i, newMac());
      else if ((isDrive(key) || isMount(key)) && !isCdrom(key, value) && volumeIn(key, value) !== null) main[key] = copyVolume(call, worker, made, key, value, full, volumes);
      else main[key] = value;
    }
    await worker.middle();
    if (made.kind === 'qemu') {
      main['name'] = params['name'] ?? `Copy-of-VM-${source.main['name'] ?? source.vmid}`;
      main['smbios1'] = `${(main['smbios1'] ?? '').split(',').filter((part) => part !== '' && !part.startsWith('uuid=')).map((part) => `${part},`).join('')}uuid=${randomUUID()}`;
      if (main['vmgenid'] !== undefined) main['vmgenid'] = randomUUID();
    } else main['hostname'] = params['hostname'] ?? `CT${made.vmid}`;
    if (params['description'] !== undefined) main['description'] = params['description'].replace(/\n+$/, '');
    made.main = main;
    cluster.changed(made);
  } catch (error) {
    if (isKilled(error) || !(error instanceof PveError)) throw error;
    for (const volid of volumes) free(cluster, volid);
    delete cluster.state.guests[made.vmid];
    throw new PveError(500, `clone failed: ${error.message}`, error.errors);
  }
  joinPool(call, made.vmid, pool);
  cluster.commit();
}

function copyVolume(call: Call, worker: Worker, made: Guest, key: string, value: string, full: boolean, volumes: string[]): string {
  const { cluster, params } = call;
  const volid = volumeIn(key, value) ?? '';
  const before = cluster.state.volumes[volid] ?? die(`volume '${volid}' does not exist`);
  worker.log(`create ${full ? 'full' : 'linked'} clone of ${made.kind === 'qemu' ? 'drive' : 'mountpoint'} ${key} (${volid})`);
  const copy = allocate(cluster, { storage: full ? (params['storage'] ?? before.storage) : splitVolid(volid).storage, vmid: made.vmid, node: made.node, bytes: before.bytes, content: made.kind === 'qemu' ? 'images' : 'rootdir', format: params['format'] ?? before.format, ...(full ? {} : { parent: volid }) });
  volumes.push(copy.volid);
  return made.kind === 'qemu' ? printDrive(key, { ...driveValues(key, value), file: copy.volid }) : printProperty(mountFormat(key), { ...valuesOf(mountFormat(key), value), volume: copy.volid });
}

export const cloneRoutes: readonly Route[] = (['qemu', 'lxc'] as const).map((kind) => route('POST', `/nodes/{node}/${kind}/{vmid}/clone`, needs('/vms/{vmid}', 'VM.Clone'), (call) => clone(call, kind)));
