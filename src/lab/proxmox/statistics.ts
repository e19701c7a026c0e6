// The stale half of /cluster/resources: name, status and template come from a broadcast every ten seconds, kept for 300 s and
// keyed by VMID alone, so they may be those of a predecessor (Proxmox VE 8.4, pvestatd). Carries P13.
import type { Cluster } from './cluster';
import { cpusOf, mainDiskBytes, memoryMib, nameOf } from './property-values';
import type { Guest, Statistics } from './state';

const everySeconds = 10;
const keptSeconds = 300;

export const statusOf = (guest: Guest): string => (guest.power === null ? 'stopped' : 'running');

function measure(cluster: Cluster, guest: Guest, at: number): Statistics {
  return {
    at, name: nameOf(guest), status: statusOf(guest), template: guest.main['template'] === '1' ? 1 : 0, uptime: guest.power === null ? 0 : at - guest.power.since,
    maxcpu: cpusOf(guest, cluster.nodeCores), maxmem: memoryMib(guest) * 1024 ** 2, maxdisk: mainDiskBytes(guest),
  };
}

/** Takes the round that is due, if one is. Guests on nodes that do not answer keep their last entry until it is too old. */
export function refreshStatistics(cluster: Cluster, force = false): void {
  const { state } = cluster;
  const now = cluster.now();
  if (!force && now - state.statisticsAt < everySeconds) return;
  const online = new Set(state.nodes.filter((node) => node.online).map((node) => node.name));
  state.statisticsAt = now;
  for (const guest of cluster.guests()) if (online.has(guest.node)) state.statistics[guest.vmid] = measure(cluster, guest, now);
  for (const [vmid, entry] of Object.entries(state.statistics)) if (now - entry.at > keptSeconds) delete state.statistics[vmid];
}
