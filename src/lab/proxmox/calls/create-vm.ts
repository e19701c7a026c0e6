// POST qemu: a stub with `lock: create` at once, the rest in the worker, the pool last (Proxmox VE 8.4). uuid, ctime, vmgenid
// and MACs are made here when the caller did not choose them. Carries P14.
import { randomUUID } from 'node:crypto';
import { requireOnGuest, checkBridge, checkDriveStorage, checkQemuKey } from '../guest-rights';
import { anyone, isOn, isRootItself, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { qemuKeys, tableKey } from '../../../proxmox/schema';
import { may } from '../acl';
import { checkBoot, defaultBoot, makeDrive, netText } from '../devices';
import { touched } from '../config-text';
import { driveValues, isDrive, isNet } from '../property-values';
import { PveError, die, forbidden } from '../pve-error';
import { powerOn } from '../power-state';
import type { Entries, Guest, GuestKind } from '../state';
import { isKilled, type Worker } from '../tasks';
import { free } from '../volumes';

export const newGuest = (vmid: number, kind: GuestKind, node: string, main: Entries): Guest => ({ vmid, kind, node, main, pending: {}, pendingDelete: [], snapshots: [], power: null, deaf: false });

/** 403 unless the pool exists and the caller may create in it, or with this VMID at all. */
export function checkMayCreate(call: Call, vmid: number): string | null {
  const pool = call.params['pool'] ?? null;
  if (pool !== null && call.cluster.state.pools[pool] === undefined) forbidden(`pool '${pool}' does not exist`);
  const { access } = call.cluster;
  if (!may(access, call.authid, `/vms/${vmid}`, 'VM.Allocate') && !(pool !== null && may(access, call.authid, `/pool/${pool}`, 'VM.Allocate'))) forbidden();
  return pool;
}

/** Members of a pool are added by the guest's own creation, whatever pool the VMID was in before. */
export function joinPool(call: Call, vmid: number, pool: string | null): void {
  if (pool !== null && call.cluster.state.pools[pool] !== undefined) call.cluster.state.poolOf[vmid] = pool;
}

export const takenBy = (guest: Guest): string => `${guest.kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid} already exists on node '${guest.node}'`;

function create(call: Call): Answer {
  const vmid = vmidOf(call);
  const { cluster, params } = call;
  if (isOn(call, 'force') || params['archive'] !== undefined) die(`unable to restore VM ${vmid} - restore is not simulated`);
  const pool = checkMayCreate(call, vmid);
  const wanted = Object.entries(params).filter(([key]) => key !== 'vmid' && tableKey(qemuKeys, key) !== null);
  for (const [key, value] of wanted) checkQemuKey(call, vmid, pool, key, value);
  for (const [key, value] of wanted) {
    if (isDrive(key)) checkDriveStorage(call, vmid, key, driveValues(key, value)['file'] ?? '', 'images', driveValues(key, value)['media'] === 'cdrom');
    if (isNet(key)) checkBridge(call, 'qemu', value);
  }
  if (isOn(call, 'start') && !isRootItself(call)) requireOnGuest(call, vmid, pool, 'VM.PowerMgmt');
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  const present = cluster.guest(vmid);
  if (present !== null) die(`unable to create VM ${vmid} - ${takenBy(present)}`);
  const guest = newGuest(vmid, 'qemu', call.node, { lock: 'create' });
  cluster.state.guests[vmid] = guest;
  return task(call, 'qmcreate', vmid, (worker) => cluster.withFlock('qemu', vmid, () => work(call, worker, guest, Object.fromEntries(wanted), pool)));
}

async function work(call: Call, worker: Worker, guest: Guest, wanted: Entries, pool: string | null): Promise<void> {
  const { cluster } = call;
  const made: string[] = [];
  try {
    await worker.begin();
    if (cluster.options.version !== '8.4' && wanted['tags'] !== undefined && !may(cluster.access, call.authid, `/vms/${guest.vmid}`, 'VM.Config.Options')) die(`403 Permission check failed (/vms/${guest.vmid}, VM.Config.Options)`);
    const memory = Number((wanted['memory'] ?? '512').replace(/^current=/, ''));
    if (wanted['balloon'] !== undefined && Number(wanted['balloon']) > memory) die('balloon value too large (must be smaller than assigned memory)');
    const main: Entries = {};
    for (const [key, value] of Object.entries(wanted)) {
      if (isDrive(key)) {
        const drive = makeDrive({ cluster, vmid: guest.vmid, node: guest.node, log: (line) => worker.log(line), main }, key, value);
        if (drive.volid !== null) made.push(drive.volid);
        main[key] = drive.text;
      } else if (isNet(key)) main[key] = netText('qemu', value);
      else if (key === 'description') main[key] = value.replace(/\n+$/, '');
      else main[key] = value;
    }
    await worker.middle();
    main['smbios1'] ??= `uuid=${randomUUID()}`;
    main['vmgenid'] ??= randomUUID();
    main['meta'] = `creation-qemu=9.2.0,ctime=${cluster.now()}`;
    main['boot'] ??= defaultBoot(main);
    checkBoot(main);
    guest.main = main;
    cluster.changed(guest);
  } catch (error) {
    if (isKilled(error) || !(error instanceof PveError)) throw error;
    for (const volid of made) free(cluster, volid);
    delete cluster.state.guests[guest.vmid];
    touched(guest);
    throw new PveError(500, `unable to create VM ${guest.vmid} - ${error.message}`, error.errors);
  }
  joinPool(call, guest.vmid, pool);
  if (isOn(call, 'start')) powerOn(cluster, guest);
  cluster.commit();
}

export const createVmRoutes: readonly Route[] = [route('POST', '/nodes/{node}/qemu', anyone, create)];
