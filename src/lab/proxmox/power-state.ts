// Starting and stopping as such, shared by the verbs, by create with `start=1` and by the lab's third party. Both apply what
// is pending, so the digest moves (Proxmox VE 8.4).
import type { Cluster } from './cluster';
import { touched } from './config-text';
import { applyAllPending } from './pending';
import type { Guest } from './state';

export function powerOn(cluster: Cluster, guest: Guest): void {
  applyAllPending(cluster, guest);
  // The drive is made anew at each start.
  delete guest.cloudInit;
  cluster.state.lastPid += 3;
  guest.power = { pid: cluster.state.lastPid, since: cluster.now(), paused: false };
  touched(guest);
  cluster.commit();
}

export function powerOff(cluster: Cluster, guest: Guest): void {
  guest.power = null;
  if (cluster.state.quorate) applyAllPending(cluster, guest);
  touched(guest);
  cluster.commit();
}
