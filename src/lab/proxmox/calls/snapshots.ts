// Snapshots, templates, and what storages allow of them. Sluice takes neither; people do, and both move the digest or close a
// way (Proxmox VE 8.4).
import { needs, nothing, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { touched } from '../config-text';
import { powerOff } from '../power-state';
import { diskBytes } from '../devices';
import { disksOf, hasFeature, nodesFor, type Feature } from '../features';
import { die } from '../pve-error';
import { dropSnapshot, rollBack, takeSnapshot } from '../snapshots';
import type { Guest, GuestKind } from '../state';
import type { Worker } from '../tasks';
import { toBase } from '../volumes';

const letters = { qemu: 'qm', lxc: 'vz' } as const;
const word = (kind: GuestKind): string => (kind === 'qemu' ? 'VM' : 'CT');

/** One task on an unlocked guest. */
function onGuest(call: Call, kind: GuestKind, verb: string, act: (guest: Guest, worker: Worker) => void): Answer {
  const vmid = vmidOf(call);
  return task(call, `${letters[kind]}${verb}`, vmid, (worker) => call.cluster.withFlock(kind, vmid, async () => {
    await worker.begin();
    const guest = call.cluster.guestAt(call.node, kind, vmid);
    if (guest.main['lock'] !== undefined) die(`${word(kind)} is locked (${guest.main['lock']})`);
    call.cluster.mustBeWritable(guest);
    await worker.middle();
    act(guest, worker);
    call.cluster.changed(guest);
  }));
}

const nameIn = (call: Call): string => call.parts['snapname'] ?? call.params['snapname'] ?? '';

function has(guest: Guest, name: string): void {
  if (!guest.snapshots.some((snapshot) => snapshot.name === name)) die(`snapshot '${name}' does not exist`);
}

function take(call: Call, kind: GuestKind): Answer {
  const name = nameIn(call);
  if (name === 'current' || name === 'pending') die(`unable to use snapshot name '${name}' (reserved name)`);
  return onGuest(call, kind, 'snapshot', (guest, worker) => {
    if (guest.main['template'] === '1') die("you can't take a snapshot if it's a template");
    if (!hasFeature(call.cluster, guest.main, 'snapshot')) die('snapshot feature is not available');
    if (guest.snapshots.some((snapshot) => snapshot.name === name)) die(`snapshot name '${name}' already used`);
    if (kind === 'qemu') for (const { key, volid } of disksOf(guest.main)) worker.log(`snapshotting 'drive-${key}' (${volid})`);
    takeSnapshot(guest, name, call.params['description'] ?? '', call.cluster.now());
  });
}

function drop(call: Call, kind: GuestKind): Answer {
  return onGuest(call, kind, 'delsnapshot', (guest) => {
    has(guest, nameIn(call));
    dropSnapshot(guest, nameIn(call));
  });
}

function roll(call: Call, kind: GuestKind): Answer {
  return onGuest(call, kind, 'rollback', (guest) => {
    has(guest, nameIn(call));
    if (guest.power !== null) powerOff(call.cluster, guest);
    rollBack(guest, nameIn(call));
    // A volume goes back whole, its size as well.
    for (const { key, volid } of disksOf(guest.main)) {
      const volume = call.cluster.state.volumes[volid];
      if (volume !== undefined) volume.bytes = diskBytes(key, guest.main[key] ?? '') ?? volume.bytes;
    }
  });
}

/** Volumes of a template are renamed to `base-...`: linked clones hang on them. */
function becomeTemplate(call: Call, guest: Guest): void {
  for (const { key, volid } of disksOf(guest.main)) guest.main[key] = (guest.main[key] ?? '').replace(volid, toBase(call.cluster, volid));
  guest.main['template'] = '1';
  touched(guest);
}

function template(call: Call, kind: GuestKind): Answer {
  const guest = call.cluster.guestAt(call.node, kind, vmidOf(call));
  if (guest.main['lock'] !== undefined) die(`${word(kind)} is locked (${guest.main['lock']})`);
  if (guest.snapshots.length > 0) die(`unable to create template, because ${word(kind)} contains snapshots`);
  if (guest.main['template'] === '1') die(kind === 'qemu' ? "you can't convert a template to a template" : 'you can\'t convert a CT to template if the CT is already a template');
  if (guest.power !== null) die(`you can't convert a ${word(kind)} to template if ${kind === 'qemu' ? 'VM' : 'the CT'} is running`);
  const started = onGuest(call, kind, 'template', (found) => becomeTemplate(call, found));
  return kind === 'qemu' ? started : nothing;
}

/** The note of a snapshot, which is a part of the text: the digest moves. */
async function describe(call: Call, kind: GuestKind): Promise<Answer> {
  const vmid = vmidOf(call);
  await call.cluster.withFlock(kind, vmid, () => {
    const guest = call.cluster.guestAt(call.node, kind, vmid);
    if (guest.main['lock'] !== undefined) die(`${word(kind)} is locked (${guest.main['lock']})`);
    const snapshot = guest.snapshots.find((each) => each.name === nameIn(call)) ?? die(`snapshot '${nameIn(call)}' does not exist`);
    if (call.params['description'] !== undefined) snapshot.main['description'] = call.params['description'].replace(/\n+$/, '');
    call.cluster.changed(guest);
  });
  return nothing;
}

function feature(call: Call, kind: GuestKind): Answer {
  const { cluster, params } = call;
  const guest = cluster.guestAt(call.node, kind, vmidOf(call));
  const snapname = params['snapname'];
  const main = snapname === undefined ? guest.main : (guest.snapshots.find((each) => each.name === snapname)?.main ?? die(`snapshot '${snapname}' does not exist`));
  return { data: { hasFeature: hasFeature(cluster, main, params['feature'] as Feature) ? 1 : 0, ...(kind === 'qemu' ? { nodes: nodesFor(cluster, guest.node, main) } : {}) } };
}

const snapshots = needs('/vms/{vmid}', 'VM.Snapshot');
const rollsBack = needs('/vms/{vmid}', 'VM.Snapshot', 'VM.Snapshot.Rollback');
const allocates = needs('/vms/{vmid}', 'VM.Allocate');

export const snapshotRoutes: readonly Route[] = (['qemu', 'lxc'] as const).flatMap((kind) => [
  route('POST', `/nodes/{node}/${kind}/{vmid}/snapshot`, snapshots, (call) => take(call, kind)),
  route('DELETE', `/nodes/{node}/${kind}/{vmid}/snapshot/{snapname}`, snapshots, (call) => drop(call, kind)),
  route('PUT', `/nodes/{node}/${kind}/{vmid}/snapshot/{snapname}/config`, snapshots, (call) => describe(call, kind)),
  route('POST', `/nodes/{node}/${kind}/{vmid}/snapshot/{snapname}/rollback`, rollsBack, (call) => roll(call, kind)),
  route('GET', `/nodes/{node}/${kind}/{vmid}/feature`, needs('/vms/{vmid}', 'VM.Audit'), (call) => feature(call, kind)),
  route('POST', `/nodes/{node}/${kind}/{vmid}/template`, allocates, (call) => template(call, kind)),
]);
