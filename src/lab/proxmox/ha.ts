// High availability: a verb only notes a wish (`state` of the resource); the manager looks every ten seconds and acts. A node that
// was silent for a minute is fenced, and its guests start elsewhere (Proxmox VE 8.4, 7.3 of the reference).
import { createHash } from 'node:crypto';
import type { Cluster } from './cluster';
import { isBoundToNode, moveGuest } from './move';
import { powerOff, powerOn } from './power-state';
import type { Entries, Guest, HaState } from './state';

const everySeconds = 10;
const fencedAfterSeconds = 60;

export const haOf = (cluster: Cluster): HaState => (cluster.state.ha ??= { options: {}, seen: {}, targets: {}, roundAt: cluster.now(), silentSince: {} });

export const sidOf = (guest: Guest): string => `${guest.kind === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`;
export const isHaResource = (cluster: Cluster, vmid: number): boolean => cluster.state.haGuests.includes(vmid);
export const haOptions = (cluster: Cluster, vmid: number): Entries => haOf(cluster).options[vmid] ?? {};

/** What is wanted of a resource; without a word, that it runs. */
export function wishOf(cluster: Cluster, vmid: number): 'started' | 'stopped' | 'disabled' | 'ignored' {
  const state = haOptions(cluster, vmid)['state'] ?? 'started';
  return state === 'stopped' || state === 'disabled' || state === 'ignored' ? state : 'started';
}

export const isHaManaged = (cluster: Cluster, vmid: number): boolean => isHaResource(cluster, vmid) && wishOf(cluster, vmid) !== 'ignored';

export const haGuests = (cluster: Cluster): readonly Guest[] => cluster.state.haGuests.flatMap((vmid) => cluster.guest(vmid) ?? []);

/** resources.cfg as it stands: its SHA-1 is the digest of every resource. */
export function haDigest(cluster: Cluster): string {
  const text = haGuests(cluster).map((guest) => `${sidOf(guest).replace(':', ': ')}\n${Object.entries(haOptions(cluster, guest.vmid)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `\t${name} ${value}\n`).join('')}\n`).join('');
  return createHash('sha1').update(text).digest('hex');
}

/** What the manager last made of it, and null before it looked. */
export const crmStateOf = (cluster: Cluster, vmid: number): 'started' | 'stopped' | 'error' | null => haOf(cluster).seen[vmid] ?? null;

/** The word of status pages: what is, and what is on its way. */
export function verboseState(cluster: Cluster, guest: Guest): string {
  const wish = wishOf(cluster, guest.vmid);
  if (wish === 'ignored') return 'ignored';
  switch (crmStateOf(cluster, guest.vmid)) {
    case null: return 'queued';
    case 'error': return wish === 'disabled' ? 'clearing error flag' : 'error';
    case 'stopped': return wish === 'started' ? 'starting' : wish;
    case 'started': return guest.power === null ? 'starting' : wish === 'started' ? 'started' : 'stopping';
  }
}

/** Adds a resource or takes it out; `options` as the API names them. */
export function setResource(cluster: Cluster, vmid: number, options: Entries | null): void {
  const { state } = cluster;
  const ha = haOf(cluster);
  if (options === null || !state.haGuests.includes(vmid)) {
    delete ha.options[vmid];
    delete ha.seen[vmid];
    delete ha.targets[vmid];
  }
  state.haGuests = [...state.haGuests.filter((other) => other !== vmid), ...(options === null ? [] : [vmid])];
  if (options !== null) ha.options[vmid] = options;
}

export function wish(cluster: Cluster, vmid: number, state: 'started' | 'stopped'): void {
  const ha = haOf(cluster);
  ha.options[vmid] = { ...ha.options[vmid], state };
}

/** The round of the manager that is due, if one is. Without quorum it does nothing. */
export function haRound(cluster: Cluster): void {
  const { state } = cluster;
  if (state.haGuests.length === 0) return;
  const ha = haOf(cluster);
  const now = cluster.now();
  if (now - ha.roundAt < everySeconds) return;
  ha.roundAt = now;
  for (const node of state.nodes) {
    if (node.online) delete ha.silentSince[node.name];
    else ha.silentSince[node.name] ??= now;
  }
  if (!state.quorate) return;
  // What starts, stops or moves is saved there; a round in which nothing happened writes nothing.
  const before = JSON.stringify(ha.seen);
  for (const guest of haGuests(cluster)) settle(cluster, ha, guest);
  if (JSON.stringify(ha.seen) !== before) cluster.commit();
}

function settle(cluster: Cluster, ha: HaState, guest: Guest): void {
  const wanted = wishOf(cluster, guest.vmid);
  if (wanted === 'ignored' || (ha.seen[guest.vmid] === 'error' && wanted !== 'disabled')) return;
  if (!cluster.state.nodes.some((node) => node.name === guest.node && node.online) && (wanted === 'disabled' || !recovered(cluster, ha, guest))) return;
  if (wanted !== 'started') {
    if (guest.power !== null) powerOff(cluster, guest);
    ha.seen[guest.vmid] = 'stopped';
    return;
  }
  goWhereWished(cluster, ha, guest);
  if (guest.power === null && !started(cluster, guest)) ha.seen[guest.vmid] = 'error';
  else ha.seen[guest.vmid] = 'started';
}

/** A guest of a node that was fenced gets another one. A disk that went down with the node does not come along. */
function recovered(cluster: Cluster, ha: HaState, guest: Guest): boolean {
  const since = ha.silentSince[guest.node];
  const target = cluster.state.nodes.find((node) => node.online);
  if (since === undefined || cluster.now() - since < fencedAfterSeconds || target === undefined) return false;
  guest.power = null;
  if (isBoundToNode(cluster, guest)) {
    guest.node = target.name;
    ha.seen[guest.vmid] = 'error';
    cluster.changed(guest);
    return false;
  }
  moveGuest(cluster, guest, target.name);
  return true;
}

/** A wish to migrate is kept for a guest that does not run, until it starts. */
function goWhereWished(cluster: Cluster, ha: HaState, guest: Guest): void {
  const target = ha.targets[guest.vmid];
  delete ha.targets[guest.vmid];
  if (target !== undefined && target !== guest.node && cluster.state.nodes.some((node) => node.name === target && node.online)) moveGuest(cluster, guest, target);
}

function started(cluster: Cluster, guest: Guest): boolean {
  if (guest.main['template'] === '1' || (guest.main['lock'] !== undefined && guest.main['lock'] !== 'suspended')) return false;
  delete guest.main['lock'];
  powerOn(cluster, guest);
  return true;
}
