// PUT and POST of guest configurations, with what makes them dangerous: keys are written one after another, what cannot be
// applied stays pending, and the digest is compared inside the guest's lock (Proxmox VE 8.4). Carries P9.
import { lxcKeys, qemuKeys, splitList, tableKey } from '../../../proxmox/schema';
import { isOn, isRootItself, needs, nothing, demand, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { digestOf } from '../config-text';
import { checkBoot, makeDrive, makeMount, netText } from '../devices';
import { checkBridge, checkDriveStorage, checkLxcKey, checkQemuKey } from '../guest-rights';
import { applyAllPending, cleanPending, hotplug, keepAsUnused } from '../pending';
import { driveValues, isDrive, isMount, isNet, isUnused, mountFormat, normalTags, valuesOf, volumeIn } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Entries, Guest, GuestKind } from '../state';
import { free } from '../volumes';

interface Update { readonly kind: GuestKind; readonly vmid: number; readonly set: Entries; readonly drop: readonly string[]; readonly revert: readonly string[]; readonly digest: string; readonly skiplock: boolean }

const notKeys = new Set(['digest', 'delete', 'revert', 'skiplock', 'force', 'background_delay', 'vmid', 'node']);
const keysOf = (kind: GuestKind): typeof qemuKeys => (kind === 'qemu' ? qemuKeys : lxcKeys);

/** The parts of an update, with the refusals that need no look at the guest. */
function read(call: Call, kind: GuestKind): Update {
  const { params } = call;
  if (isOn(call, 'skiplock') && !isRootItself(call)) badParameters({ skiplock: 'Only root may use this option.' });
  const set = Object.fromEntries(Object.entries(params).filter(([key]) => !notKeys.has(key)));
  const drop = splitList(params['delete'] ?? '');
  const revert = splitList(params['revert'] ?? '');
  if (Object.keys(set).length === 0 && drop.length === 0 && revert.length === 0) die('no options specified');
  for (const [word, names] of [['delete', drop], ['revert', revert]] as const) {
    for (const name of names) {
      if (set[name] !== undefined) badParameters({ [word]: `you can't use '-${name}' and -${word} ${name}' at the same time` });
      if (tableKey(keysOf(kind), name) === null) badParameters({ [word]: `unknown option '${name}'` });
    }
  }
  return { kind, vmid: vmidOf(call), set, drop, revert, digest: params['digest'] ?? '', skiplock: isOn(call, 'skiplock') };
}

function checkRights(call: Call, update: Update): void {
  const guest = call.cluster.guest(update.vmid);
  const check = (key: string, value: string | null): void => {
    if (update.kind === 'qemu') checkQemuKey(call, update.vmid, null, key, value);
    else checkLxcKey(call, update.vmid, null, key, value, guest?.main['unprivileged'] === '1');
  };
  for (const key of [...update.drop, ...update.revert]) check(key, null);
  for (const [key, value] of Object.entries(update.set)) {
    check(key, value);
    if (isDrive(key)) checkDriveStorage(call, update.vmid, key, driveValues(key, value)['file'] ?? '', 'images', driveValues(key, value)['media'] === 'cdrom');
    if (update.kind === 'lxc' && isMount(key)) checkDriveStorage(call, update.vmid, key, valuesOf(mountFormat(key), value)['volume'] ?? '', 'rootdir', false);
  }
  // A changed network device needs both bridges, the one it leaves and the one it joins.
  for (const key of [...Object.keys(update.set), ...update.drop].filter(isNet)) {
    checkBridge(call, update.kind, guest?.main[key]);
    checkBridge(call, update.kind, update.set[key]);
  }
  const keys = update.set['sshkeys'];
  if (keys !== undefined && decodeURIComponent(keys).split('\n').some((line) => line.trim() !== '' && !/^(?:ssh-|ecdsa-|sk-)\S+ \S+/.test(line))) die('SSH public key validation error');
}

/** Compare and swap: presence, lock and digest, in the order of each kind. */
function checkTarget(call: Call, update: Update): Guest {
  const guest = call.cluster.guestAt(call.node, update.kind, update.vmid);
  const lock = guest.main['lock'];
  const stale = update.digest !== '' && update.digest !== digestOf(guest);
  if (update.kind === 'qemu') {
    if (stale) die('checksum mismatch (file change by other user?)');
    if (lock !== undefined && !update.skiplock) die(`VM is locked (${lock})`);
    return guest;
  }
  if (lock !== undefined) die(`CT is locked (${lock})`);
  if (stale) die('detected modified configuration - file changed by other user? Try again.');
  return guest;
}

const protectedText = (guest: Guest, what: string): void => {
  if (guest.main['protection'] === '1') die(`can't remove ${what} - protection mode enabled`);
};

function dropOne(call: Call, guest: Guest, key: string): void {
  const { cluster } = call;
  delete guest.pending[key];
  const value = guest.main[key];
  if (value === undefined) return;
  if (isUnused(key)) {
    const volid = volumeIn(key, value) ?? value;
    protectedText(guest, guest.kind === 'qemu' ? `unused disk '${value}'` : `CT ${guest.vmid} drive '${key}'`);
    if (guest.snapshots.some((snapshot) => Object.values(snapshot.main).some((text) => text.startsWith(volid)))) die(`unable to delete '${volid}' - volume is still in use (snapshot?)`);
    cluster.mustBeWritable(guest);
    free(cluster, volid);
    delete guest.main[key];
  } else {
    if (isDrive(key)) protectedText(guest, `drive '${key}'`);
    if (guest.kind === 'lxc' && isMount(key)) protectedText(guest, `CT ${guest.vmid} drive '${key}'`);
    if (!guest.pendingDelete.includes(key)) guest.pendingDelete.push(key);
    if (isOn(call, 'force') && volumeIn(key, value) !== null) {
      applyAllPending(cluster, guest);
      const slot = Object.keys(guest.main).find((other) => isUnused(other) && guest.main[other] === volumeIn(key, value));
      if (slot !== undefined) dropOne(call, guest, slot);
    }
  }
  cluster.changed(guest);
}

function setOne(call: Call, guest: Guest, key: string, given: string): void {
  const { cluster } = call;
  cluster.mustBeWritable(guest);
  guest.pendingDelete = guest.pendingDelete.filter((other) => other !== key);
  const place = { cluster, vmid: guest.vmid, node: guest.node, log: () => undefined, main: { ...guest.main, ...guest.pending } };
  let value = given;
  if (isDrive(key)) {
    const old = guest.main[key];
    if (old !== undefined && volumeIn(key, old) !== null && volumeIn(key, given) !== volumeIn(key, old) && guest.main['protection'] === '1') protectedText(guest, `drive '${key}'`);
    value = makeDrive(place, key, given).text;
  } else if (guest.kind === 'lxc' && isMount(key)) {
    if (guest.main['protection'] === '1') die(`can't update CT ${guest.vmid} drive '${key}' - protection mode enabled`);
    value = makeMount(place, key, given).text;
  } else if (isNet(key)) value = netText(guest.kind, given);
  else if (key === 'tags') value = normalTags(given, (cluster.state.options['tag-style'] ?? '').includes('case-sensitive=1'));
  else if (key === 'description') value = given.replace(/\n+$/, '');
  if (key === 'description' && value === '') {
    delete guest.pending[key];
    guest.pendingDelete.push(key);
  } else guest.pending[key] = value;
  cluster.changed(guest);
}

function revertOne(call: Call, guest: Guest, key: string): void {
  const waiting = guest.pending[key];
  if (waiting !== undefined) {
    delete guest.pending[key];
    const volid = isDrive(key) ? volumeIn(key, waiting) : null;
    if (volid !== null && volumeIn(key, guest.main[key] ?? '') !== volid) keepAsUnused(guest, volid);
  }
  guest.pendingDelete = guest.pendingDelete.filter((other) => other !== key);
  call.cluster.changed(guest);
}

function applyUpdate(call: Call, update: Update, guest: Guest): void {
  const { cluster } = call;
  cleanPending(guest);
  for (const key of update.revert) revertOne(call, guest, key);
  for (const key of update.drop) dropOne(call, guest, key);
  for (const [key, value] of Object.entries(update.set)) setOne(call, guest, key, value);
  const memory = Number((update.set['memory'] ?? guest.main['memory'] ?? '512').replace(/^current=/, ''));
  if (update.set['balloon'] !== undefined && Number(update.set['balloon']) > memory) die('balloon value too large (must be smaller than assigned memory)');
  const merged: Entries = { ...guest.main, ...guest.pending };
  for (const key of guest.pendingDelete) delete merged[key];
  if (update.kind === 'qemu' && update.set['boot'] !== undefined) checkBoot(merged);
  cleanPending(guest);
  if (guest.power === null) return applyAllPending(cluster, guest);
  const errors = hotplug(cluster, guest, new Set([...Object.keys(update.set), ...update.drop, ...update.revert]));
  if (Object.keys(errors).length > 0) throw new PveError(400, 'Parameter verification failed.', errors);
}

function checkContainer(guest: Guest, update: Update): void {
  for (const key of update.drop) if (['memory', 'rootfs', 'ostype', 'arch', 'hostname'].includes(key) && key !== 'hostname') die(`unable to delete required option '${key}'`);
  for (const key of Object.keys(update.set)) if (key === 'unprivileged' || key === 'arch') if (update.set[key] !== (guest.main[key] ?? '0')) die(`unable to modify read-only option: '${key}'`);
}

async function put(call: Call, kind: GuestKind): Promise<Answer> {
  const update = read(call, kind);
  checkRights(call, update);
  await call.cluster.withFlock(kind, update.vmid, () => {
    const guest = checkTarget(call, update);
    if (kind === 'lxc') checkContainer(guest, update);
    applyUpdate(call, update, guest);
  });
  return nothing;
}

function post(call: Call): Answer {
  const update = read(call, 'qemu');
  checkRights(call, update);
  checkTarget(call, update);
  return task(call, 'qmconfig', update.vmid, (worker) => call.cluster.withFlock('qemu', update.vmid, async () => {
    worker.log(`update VM ${update.vmid}: ${Object.entries(update.set).map(([key, value]) => `-${key} ${value}`).join(' ')}`);
    await worker.begin();
    await worker.middle();
    applyUpdate(call, update, checkTarget(call, update));
  }));
}

async function unlink(call: Call): Promise<Answer> {
  const names = splitList(call.params['idlist'] ?? '');
  await call.cluster.withFlock('qemu', vmidOf(call), () => {
    const update: Update = { kind: 'qemu', vmid: vmidOf(call), set: {}, drop: names, revert: [], digest: '', skiplock: false };
    applyUpdate(call, update, checkTarget(call, update));
  });
  return nothing;
}

const qemuAny = needs('/vms/{vmid}', 'VM.Config.Disk', 'VM.Config.CDROM', 'VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Network', 'VM.Config.HWType', 'VM.Config.Options', 'VM.Config.Cloudinit');
const lxcAny = needs('/vms/{vmid}', 'VM.Config.Disk', 'VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Network', 'VM.Config.Options');

export const configRoutes: readonly Route[] = [
  route('PUT', '/nodes/{node}/qemu/{vmid}/config', qemuAny, (call) => put(call, 'qemu')),
  route('POST', '/nodes/{node}/qemu/{vmid}/config', qemuAny, post),
  route('PUT', '/nodes/{node}/lxc/{vmid}/config', lxcAny, (call) => put(call, 'lxc')),
  route('PUT', '/nodes/{node}/qemu/{vmid}/unlink', (call) => demand(call, `/vms/${vmidOf(call)}`, 'VM.Config.Disk'), unlink),
];
