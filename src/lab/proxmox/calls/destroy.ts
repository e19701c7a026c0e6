// DELETE of a guest, in Proxmox's own order: early checks at once and again inside the worker, volumes, `lock: destroyed`,
// then ACLs and pool membership, the configuration last, so that a recycled VMID never inherits a right. Carries P15.
import { forgetInJobs } from '../backups';
import { isOn, isRootItself, needs, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import type { Cluster } from '../cluster';
import { touched } from '../config-text';
import { powerOff } from '../power-state';
import { volumesOf } from '../property-values';
import { PveError, badParameters, die } from '../pve-error';
import type { Guest, GuestKind } from '../state';
import type { Worker } from '../tasks';
import { clonesOf, free, ownerOf } from '../volumes';

function earlyChecks(call: Call, kind: GuestKind): Guest {
  const vmid = vmidOf(call);
  const { state } = call.cluster;
  const guest = call.cluster.guestAt(call.node, kind, vmid);
  if (guest.main['protection'] === '1') die(`can't remove ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} - protection mode enabled`);
  if (kind === 'lxc' && guest.main['lock'] !== undefined) die(`CT is locked (${guest.main['lock']})`);
  if (!isOn(call, 'purge')) {
    if (state.haGuests.includes(vmid)) die(`unable to remove ${kind === 'qemu' ? 'VM' : 'CT'} ${vmid} - used in HA resources and purge parameter not set.`);
    if (state.replicated.includes(vmid)) die(`There is a replication job '${vmid}-0' for guest '${vmid}' - Please remove that first.`);
  }
  if (guest.power !== null && !(kind === 'lxc' && isOn(call, 'force'))) die(kind === 'qemu' ? `VM ${vmid} is running - destroy failed` : `unable to destroy CT ${vmid} - container is running`);
  return guest;
}

function remove(call: Call, kind: GuestKind): Answer {
  if (isOn(call, 'skiplock') && !isRootItself(call)) badParameters({ skiplock: 'Only root may use this option.' });
  earlyChecks(call, kind);
  const vmid = vmidOf(call);
  return task(call, kind === 'qemu' ? 'qmdestroy' : 'vzdestroy', vmid, (worker) => call.cluster.withFlock(kind, vmid, () => work(call, kind, worker)));
}

async function work(call: Call, kind: GuestKind, worker: Worker): Promise<void> {
  const { cluster } = call;
  await worker.begin();
  const guest = earlyChecks(call, kind);
  const lock = guest.main['lock'];
  if (kind === 'qemu' && lock !== undefined && lock !== 'suspended' && !isOn(call, 'skiplock')) die(`VM is locked (${lock})`);
  if (guest.power !== null) powerOff(cluster, guest);
  const own = volumesOf(guest).filter((volid) => ownerOf(volid) === guest.vmid);
  for (const volid of own) if (clonesOf(cluster, volid).length > 0) die(`base volume '${volid}' is still in use by linked ${kind === 'qemu' ? 'cloned' : 'clones'}`);
  for (const volid of own) freeOne(cluster, kind, worker, volid);
  if (isOn(call, 'destroy-unreferenced-disks')) for (const volid of Object.keys(cluster.state.volumes)) if (ownerOf(volid) === guest.vmid) freeOne(cluster, kind, worker, volid);
  // Only here: without quorum the volumes of a local storage are gone, and the guest that named them stays.
  cluster.mustBeWritable(guest);
  guest.main = { lock: 'destroyed' };
  guest.pending = {};
  guest.pendingDelete = [];
  guest.snapshots = [];
  cluster.changed(guest);
  await worker.middle();
  forgetRights(cluster, guest.vmid);
  if (isOn(call, 'purge')) {
    worker.log(`purging ${kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid} from related configurations..`);
    forgetInJobs(cluster, guest.vmid);
    cluster.state.haGuests = cluster.state.haGuests.filter((other) => other !== guest.vmid);
    cluster.state.replicated = cluster.state.replicated.filter((other) => other !== guest.vmid);
  }
  if (cluster.guest(guest.vmid) === guest) delete cluster.state.guests[guest.vmid];
  touched(guest);
  cluster.commit();
}

function freeOne(cluster: Cluster, kind: GuestKind, worker: Worker, volid: string): void {
  try {
    free(cluster, volid, (line) => worker.log(line));
  } catch (error) {
    if (kind === 'lxc' || !(error instanceof PveError)) throw error;
    const text = `Could not remove disk '${volid}', check manually: ${error.message}`;
    // In 8.4 this is a line of the log, and the task ends with OK all the same.
    if (cluster.options.version === '8.4') worker.log(text);
    else worker.warn(text);
  }
}

/** ACL entries on the guest and its pool membership end with it. */
export function forgetRights(cluster: Cluster, vmid: number): void {
  const path = `/vms/${vmid}`;
  if (cluster.state.acl.some((entry) => entry.path === path)) cluster.state.acl = cluster.state.acl.filter((entry) => entry.path !== path);
  delete cluster.state.poolOf[vmid];
}

export const destroyRoutes: readonly Route[] = (['qemu', 'lxc'] as const).map((kind) => route('DELETE', `/nodes/{node}/${kind}/{vmid}`, needs('/vms/{vmid}', 'VM.Allocate'), (call) => remove(call, kind)));
