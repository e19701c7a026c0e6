// vzdump: one task over some guests, each locked with `backup` while it is copied; a guest that fails does not keep the others
// from being done, and the task says so at its end (Proxmox VE 8.4).
import { splitList } from '../../../proxmox/schema';
import { may } from '../acl';
import { anyone, demand, isOn, isRootItself, route, task, type Answer, type Call, type Route } from '../call';
import { backupName, backupStorage, keepBackup, loggedTime, pruneBackups, type BackupWish } from '../backups';
import { powerOff, powerOn } from '../power-state';
import { isUnused, nameOf } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Guest, Storage } from '../state';
import { pathOf } from '../storages';
import { isKilled, type Worker } from '../tasks';

/** What excludes what, for one backup and for a job alike. */
export function checkSelection(params: Call['params']): void {
  const named = params['vmid'] !== undefined;
  for (const [name, isGiven] of [['all', params['all'] === '1'], ['exclude', params['exclude'] !== undefined], ['pool', params['pool'] !== undefined]] as const) if (named && isGiven) badParameters({ [name]: "option conflicts with option 'vmid'" });
  if (!named && params['all'] !== '1' && params['exclude'] === undefined && params['pool'] === undefined && params['stop'] !== '1') badParameters({ vmid: 'property is missing' });
}

/** Options that only some may use. */
export function checkOptions(call: Call): void {
  for (const name of ['tmpdir', 'dumpdir', 'script', 'job-id']) if (call.params[name] !== undefined && !isRootItself(call)) badParameters({ [name]: 'Only root may set this option.' });
  if (['bwlimit', 'ionice', 'performance'].some((name) => call.params[name] !== undefined)) demand(call, '/', 'Sys.Modify');
}

/** VMIDs that a selection means, whether there are such guests or not. */
export function selected(call: Call, params: Readonly<Record<string, string>>): readonly number[] {
  if (params['vmid'] !== undefined) return splitList(params['vmid']).map(Number);
  const exclude = splitList(params['exclude'] ?? '').map(Number);
  return call.cluster.guests().map((guest) => guest.vmid).filter((vmid) => !exclude.includes(vmid) && (params['pool'] === undefined || call.cluster.state.poolOf[vmid] === params['pool'])).sort((a, b) => a - b);
}

function storageFor(call: Call): Storage {
  const id = call.params['storage'] ?? 'local';
  if (call.params['storage'] !== undefined) demand(call, `/storage/${id}`, 'Datastore.AllocateSpace');
  if (call.params['prune-backups'] !== undefined || call.params['maxfiles'] !== undefined) demand(call, `/storage/${id}`, 'Datastore.Allocate');
  try {
    return backupStorage(call.cluster, id, call.node);
  } catch (error) {
    if (!(error instanceof PveError)) throw error;
    return die(`could not get storage information for '${id}': ${error.message}`);
  }
}

function vzdump(call: Call): Answer {
  const { cluster, params } = call;
  if (params['stdout'] !== undefined) badParameters({ stdout: 'option is only allowed on the command line interface.' });
  checkOptions(call);
  checkSelection(params);
  // Guests on other nodes are none of this node's; what is nowhere is tried, and fails where it can be seen.
  const vmids = selected(call, params).filter((vmid) => (cluster.guest(vmid)?.node ?? call.node) === call.node);
  if (vmids.length === 0 && params['all'] !== '1') return { data: 'OK' };
  const storage = storageFor(call);
  return task(call, 'vzdump', vmids.length === 1 ? (vmids[0] ?? '') : '', (worker) => job(call, worker, storage, vmids));
}

async function job(call: Call, worker: Worker, storage: Storage, vmids: readonly number[]): Promise<void> {
  const { params } = call;
  const options = Object.entries({ ...params, node: call.node }).filter(([name]) => name !== 'vmid').map(([name, value]) => ` --${name} ${value}`).join('');
  worker.log(`INFO: starting new backup job: vzdump ${vmids.join(' ')}${options}`);
  await worker.begin();
  let failed = 0;
  for (const vmid of vmids) {
    if (!may(call.cluster.access, call.authid, `/vms/${vmid}`, 'VM.Backup')) {
      if (params['all'] === '1') continue;
      die(`403 Permission check failed (/vms/${vmid}, VM.Backup)`);
    }
    if (!(await backUp(call, worker, storage, vmid))) failed += 1;
  }
  worker.log(`INFO: Backup job finished ${failed === 0 ? 'successfully' : 'with errors'}`);
  if (failed > 0) die('job errors');
}

/** One guest; tells whether it went well. */
async function backUp(call: Call, worker: Worker, storage: Storage, vmid: number): Promise<boolean> {
  const { cluster } = call;
  const start = cluster.now();
  try {
    const guest = cluster.guest(vmid) ?? die(`unable to find VM '${vmid}'`);
    worker.log(`INFO: Starting Backup of VM ${vmid} (${guest.kind})`);
    worker.log(`INFO: Backup started at ${loggedTime(start)}`);
    worker.log(`INFO: status = ${guest.power === null ? 'stopped' : 'running'}`);
    await copy(call, worker, storage, guest);
    const took = cluster.now() - start;
    worker.log(`INFO: Finished Backup of VM ${vmid} (${new Date(took * 1000).toISOString().slice(11, 19)})`);
    worker.log(`INFO: Backup finished at ${loggedTime(cluster.now())}`);
    return true;
  } catch (error) {
    if (isKilled(error) || !(error instanceof PveError)) throw error;
    worker.log(`ERROR: Backup of VM ${vmid} failed - ${error.message}`);
    worker.log(`INFO: Failed at ${loggedTime(cluster.now())}`);
    return false;
  }
}

async function copy(call: Call, worker: Worker, storage: Storage, guest: Guest): Promise<void> {
  const { cluster, params } = call;
  const wish: BackupWish = { storage: storage.id, compress: params['compress'] ?? '0', notesTemplate: params['notes-template'], isProtected: isOn(call, 'protected') };
  const mode = guest.power === null ? 'stop' : (params['mode'] ?? 'snapshot');
  await cluster.withFlock(guest.kind, guest.vmid, () => {
    if (guest.main['lock'] !== undefined) die(`${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${guest.main['lock']})`);
    cluster.mustBeWritable(guest);
    guest.main['lock'] = 'backup';
    cluster.changed(guest);
  });
  const wasOn = guest.power !== null;
  try {
    for (const line of [`backup mode: ${mode}`, 'ionice priority: 7', `${guest.kind === 'qemu' ? 'VM' : 'CT'} Name: ${nameOf(guest)}`]) worker.log(`INFO: ${line}`);
    for (const [key, value] of Object.entries(guest.main)) if (isUnused(key)) worker.log(`INFO: skip unused drive '${value}' (not included into backup)`);
    if (wasOn && mode === 'stop') {
      worker.log('INFO: stopping virtual guest');
      powerOff(cluster, guest);
    }
    const name = backupName(guest, cluster.now(), wish.compress);
    worker.log(`INFO: creating vzdump archive '${pathOf(storage, name)}'`);
    await worker.middle();
    const volid = keepBackup(cluster, guest, wish, name);
    worker.log(`INFO: archive file size: ${Math.ceil((cluster.state.volumes[volid]?.bytes ?? 0) / 1024 ** 2)}MB`);
    prune(call, worker, storage, guest);
  } finally {
    if (!cluster.closing.signal.aborted) release(call, worker, guest, wasOn && mode === 'stop');
  }
}

function prune(call: Call, worker: Worker, storage: Storage, guest: Guest): void {
  const keep = Number(/(?:^|,)keep-last=(\d+)/.exec(call.params['prune-backups'] ?? storage.settings['prune-backups'] ?? '')?.[1] ?? 0);
  if (keep === 0 || call.params['remove'] === '0') return;
  for (const name of pruneBackups(call.cluster, guest, storage, keep)) worker.log(`INFO: removing backup '${storage.id}:${name}'`);
}

function release(call: Call, worker: Worker, guest: Guest, hasToStart: boolean): void {
  delete guest.main['lock'];
  if (hasToStart) {
    worker.log('INFO: restarting vm');
    powerOn(call.cluster, guest);
    worker.log('INFO: guest is online again after 1 seconds');
  }
  call.cluster.changed(guest);
}

/** No index of appliances was ever fetched: the list is empty, as on a fresh installation. */
export const backupRoutes: readonly Route[] = [route('POST', '/nodes/{node}/vzdump', anyone, vzdump), route('GET', '/nodes/{node}/aplinfo', anyone, () => ({ data: [] }))];
