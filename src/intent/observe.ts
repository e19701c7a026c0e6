// What a plan needs of Proxmox, in few shared reads: one status, one list, one list of pools, one ACL list, one config per touched guest, and the
// nodes that the draft names. What cannot be read stays a fault in its place (P5).
import { effectivePrivileges, tokenIdOf, updaterOf, type ClusterAccess } from '../endpoints';
import type { GuestLink } from '../guest';
import { no, notObserved, ok, type Fault, type Observed } from '../kernel';
import type { GuestRow, PoolRow } from '../proxmox/ports';
import { bearerOf, type Bearer } from './core/adopt/bearers';
import { templateRow } from './core/create/origin';
import { mayMigrate, migrationKey } from './core/migration';
import { volumesKey } from './core/world';
import type { ClusterWorld, ConnectedCluster, ObservedGuest, PoolRights } from './core/world';

/** Everything but the nodes: those are known only when the first draft is made. */
export async function observeCluster(access: ClusterAccess, identity: ConnectedCluster['identity'], links: readonly GuestLink[], templates: readonly unknown[], everUsed: ReadonlySet<number>, adopts: readonly number[] = []): Promise<ClusterWorld> {
  const { reader, settings } = access;
  const [status, guests, pools, poolRights] = await Promise.all([reader.clusterStatus(), reader.guests(), reader.pools(), observePoolRights(access)]);
  const observed = new Map<number, Observed<ObservedGuest>>();
  if (guests.ok) {
    const rows = new Map(guests.value.map((row) => [row.vmid, row]));
    const standing = links.filter((candidate) => candidate.state === 'live').flatMap((link) => rows.get(link.vmid) ?? []);
    // All at once: how many are in flight at a node is the client's business.
    const seen = await Promise.all(standing.map((row) => observeGuest(access, row, pools)));
    for (const [index, row] of standing.entries()) observed.set(row.vmid, seen[index] ?? notObserved(`guest ${row.vmid}`, 'it was not read'));
  }
  const strangers = guests.ok ? guests.value.filter((row) => adopts.includes(row.vmid) && !observed.has(row.vmid)) : [];
  for (const row of strangers) observed.set(row.vmid, await observeGuest(access, row, pools));
  const world: ClusterWorld = { settings: { ...settings, identity }, status, guests, nodes: new Map(), storages: new Map(), bridges: new Map(), volumes: new Map(), migrations: new Map(), poolRights, observed, bearers: strangers.length === 0 || !guests.ok ? null : await observeBearers(access, guests.value), everUsed };
  for (const template of templates) {
    const row = templateRow(template, world);
    const seen = row.ok && guests.ok ? guests.value.find((candidate) => candidate.vmid === row.value.vmid) : undefined;
    if (seen !== undefined && !observed.has(seen.vmid)) observed.set(seen.vmid, await observeGuest(access, seen, pools));
  }
  return world;
}

/** Adds size, storages and bridges of the nodes that the draft names, and the volumes that guests are to be made from. */
export async function observeNodes(access: ClusterAccess, world: ClusterWorld, nodes: readonly string[], volumes: readonly WantedVolume[] = []): Promise<ClusterWorld> {
  const online = world.status.ok ? world.status.value.nodes.filter((node) => node.online).map((node) => node.name) : [];
  const reads = await Promise.all(nodes.filter((node) => online.includes(node)).map(async (node) => [node, await access.reader.nodeFacts(node), await access.reader.storages(node), await access.reader.bridges(node)] as const));
  return {
    ...world,
    nodes: new Map(reads.map(([node, facts]) => [node, facts])),
    storages: new Map(reads.map(([node, , storages]) => [node, storages])),
    bridges: new Map(reads.map(([node, , , bridges]) => [node, bridges])),
    volumes: new Map(await Promise.all([...new Map(volumes.filter(({ node }) => online.includes(node)).map((wanted) => [volumesKey(wanted.node, wanted.volid), wanted])).entries()].map(async ([key, { node, volid, content }]) => [key, await access.reader.volumes(node, volid.split(':')[0] ?? '', content)] as const))),
  };
}

/** Adds what Proxmox says against moving these VMs to these nodes. */
export async function observeMigrations(access: ClusterAccess, world: ClusterWorld, moves: readonly { readonly vmid: number; readonly target: string }[]): Promise<ClusterWorld> {
  const rows = world.guests.ok ? world.guests.value : [];
  const asked = moves.flatMap(({ vmid, target }) => rows.filter((row) => row.vmid === vmid && row.kind === 'qemu' && mayMigrate(world, vmid)).map((row) => ({ target, ref: { node: row.node, kind: 'qemu' as const, vmid: row.vmid } })));
  const checks = await Promise.all(asked.map(async ({ target, ref }) => [migrationKey(ref.vmid, target), await updaterOf(access).migrationCheck(ref, target)] as const));
  return { ...world, migrations: new Map(checks) };
}

export interface WantedVolume { readonly node: string; readonly volid: string; readonly content: 'iso' | 'vztmpl' | 'snippets' }

async function observeGuest(access: ClusterAccess, row: GuestRow, pools: Observed<readonly PoolRow[]>): Promise<Observed<ObservedGuest>> {
  const [config, power, pending] = await Promise.all([access.reader.guestConfig(row), access.reader.power(row), access.reader.pending(row)]);
  if (!config.ok) return config;
  if (!power.ok) return power;
  if (!pending.ok) return pending;
  if (!pools.ok) return pools;
  const pool = pools.value.find((candidate) => candidate.members.includes(row.vmid))?.id ?? null;
  return ok({ node: row.node, config: config.value, hasProcess: power.value.hasProcess, haManaged: power.value.haManaged, pool, pendingKeys: pending.value.filter((entry) => entry.pending !== null || entry.delete).map((entry) => entry.key) });
}

/** One configuration per guest: no list says who bears a uuid. What one guest hides, hides all of it. */
async function observeBearers(access: ClusterAccess, guests: readonly GuestRow[]): Promise<Observed<readonly Bearer[]>> {
  const configs = await Promise.all(guests.map((row) => access.reader.guestConfig(row)));
  const bearers: Bearer[] = [];
  for (const config of configs) {
    if (!config.ok) return config;
    bearers.push(bearerOf(config.value));
  }
  return ok(bearers);
}

async function observePoolRights(access: ClusterAccess): Promise<Observed<ReadonlyMap<string, PoolRights>>> {
  const [acl, roles] = await Promise.all([access.reader.acl(), access.reader.roles()]);
  if (!acl.ok) return acl;
  if (!roles.ok) return roles;
  const { managedPools, deletablePools } = access.settings;
  const rights = (token: 'create' | 'update' | 'lender', pool: string): readonly string[] => effectivePrivileges(tokenIdOf(token), `/pool/${pool}`, acl.value, roles.value);
  return ok(new Map([...new Set([...managedPools, ...deletablePools])].map((pool) => [pool, { create: rights('create', pool), update: rights('update', pool), lender: rights('lender', pool) }])));
}

/** The whole observation of a cluster that this process has no way into. */
export function notConnected(settings: ConnectedCluster, fault: Fault): ClusterWorld {
  const missing = no(fault);
  return { settings, status: missing, guests: missing, nodes: new Map(), storages: new Map(), bridges: new Map(), volumes: new Map(), migrations: new Map(), poolRights: missing, observed: new Map(), bearers: null, everUsed: new Set() };
}
