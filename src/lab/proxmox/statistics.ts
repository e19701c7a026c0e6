// The stale half of /cluster/resources: name, status and template come from a broadcast every ten seconds, kept for 300 s and
// keyed by VMID alone, so they may be those of a predecessor (Proxmox VE 8.4, pvestatd). Carries P13.
import type { Cluster } from './cluster';
import { textAndDigest } from './config-text';
import { cpusOf, mainDiskBytes, memoryMib, nameOf } from './property-values';
import type { Guest, Statistics } from './state';

const everySeconds = 10;
const keptSeconds = 300;

export const statusOf = (guest: Guest): string => (guest.power === null ? 'stopped' : 'running');

type Written = Pick<Statistics, 'name' | 'template' | 'maxcpu' | 'maxmem' | 'maxdisk'>;
const known = new WeakMap<Guest, { readonly text: object; readonly written: Written }>();

/** What the configuration says, worked out once for each text that a guest has had: rounds and lists look at every guest. */
export function written(cluster: Cluster, guest: Guest): Written {
  const text = textAndDigest(guest);
  const before = known.get(guest);
  if (before?.text === text) return before.written;
  const made = { name: nameOf(guest), template: guest.main['template'] === '1' ? 1 : 0, maxcpu: cpusOf(guest, cluster.nodeCores), maxmem: memoryMib(guest) * 1024 ** 2, maxdisk: mainDiskBytes(guest) };
  known.set(guest, { text, written: made });
  return made;
}

const measure = (cluster: Cluster, guest: Guest, at: number): Statistics => ({ at, status: statusOf(guest), uptime: guest.power === null ? 0 : at - guest.power.since, ...written(cluster, guest) });

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
