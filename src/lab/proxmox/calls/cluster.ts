// Cluster-wide reads: status, resources with their live and stale halves, free VMIDs, replication (Proxmox VE 8.4).
import { guestFilter, may } from '../acl';
import { anyone, needs, route, type Call, type Route } from '../call';
import type { Cluster } from '../cluster';
import { isHaResource, verboseState } from '../ha';
import { badParameters, die } from '../pve-error';
import type { Guest } from '../state';
import { isThere } from '../storages';
import { taskRow } from './tasks';

const releases = { '8.4': { release: '8.4', repoid: '5a1b0c9fbd3e2d11', version: '8.4.14' }, '9.0': { release: '9.0', repoid: '8d4c6e0a7b9f1e22', version: '9.0.11' } } as const;
const auditsCluster = needs('/', 'Sys.Audit');

const poolFilter = (call: Call): ((pool: string) => boolean) => {
  const known = new Map<string, boolean>();
  return (pool) => {
    const sees = known.get(pool) ?? may(call.cluster.access, call.authid, `/pool/${pool}`, 'Pool.Audit');
    known.set(pool, sees);
    return sees;
  };
};

/** A row for a guest: VMID, node, lock and tags are live, the rest is from the last statistics round. */
export function guestRow(call: Call, guest: Guest, seesPool = poolFilter(call)): Record<string, unknown> {
  const { cluster } = call;
  const stale = cluster.state.statistics[guest.vmid];
  const pool = cluster.state.poolOf[guest.vmid];
  const running = stale?.status === 'running';
  return {
    id: `${guest.kind}/${guest.vmid}`, type: guest.kind, vmid: guest.vmid, node: guest.node,
    ...(stale === undefined ? { status: 'unknown' } : {
      name: stale.name, status: stale.status, template: stale.template, uptime: stale.uptime, maxcpu: stale.maxcpu, maxmem: stale.maxmem, maxdisk: stale.maxdisk,
      cpu: running ? 0.01 : 0, mem: running ? Math.floor(stale.maxmem / 3) : 0, disk: 0, diskread: 0, diskwrite: 0, netin: 0, netout: 0, ...(cluster.options.version === '9.0' ? { memhost: running ? Math.floor(stale.maxmem / 3) : 0 } : {}),
    }),
    ...(guest.main['lock'] === undefined ? {} : { lock: guest.main['lock'] }),
    ...(guest.main['tags'] === undefined ? {} : { tags: guest.main['tags'] }),
    ...(pool !== undefined && seesPool(pool) ? { pool } : {}),
    ...(isHaResource(cluster, guest.vmid) ? { hastate: verboseState(cluster, guest) } : {}),
  };
}

export function nodeRow(call: Call, name: string, withUsage: boolean): Record<string, unknown> {
  const { cluster } = call;
  const online = cluster.state.nodes.find((node) => node.name === name)?.online === true;
  const memory = (cluster.options.nodeMemoryMiB ?? 65_536) * 1024 ** 2;
  const usage = online ? { maxcpu: cluster.nodeCores, maxmem: memory, cpu: 0.05, mem: Math.floor(memory / 4), disk: 8 * 1024 ** 3, maxdisk: 96 * 1024 ** 3, uptime: 864_000 } : {};
  return { id: `node/${name}`, type: 'node', node: name, status: online ? 'online' : 'offline', level: '', ...(withUsage ? usage : {}) };
}

function resources(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const type = call.params['type'];
  const sees = guestFilter(cluster.access, call.authid, 'VM.Audit');
  const seesPool = poolFilter(call);
  const used = usedBytes(cluster);
  const guests = type === undefined || type === 'vm' ? cluster.guests().filter((guest) => sees(guest.vmid)).map((guest) => guestRow(call, guest, seesPool)) : [];
  const nodes = type === undefined || type === 'node' ? cluster.state.nodes.map((node) => ({ ...nodeRow(call, node.name, may(cluster.access, call.authid, `/nodes/${node.name}`, 'Sys.Audit')), 'cgroup-mode': 2 })) : [];
  const storages = type === undefined || type === 'storage' ? cluster.state.nodes.flatMap((node) => storageRows(call, node.name, node.online, used)) : [];
  const zones = (type === undefined || type === 'sdn') && may(cluster.access, call.authid, '/sdn/zones/localnetwork', 'SDN.Audit', 'SDN.Allocate', 'SDN.Use') ? cluster.state.nodes.map((node) => ({ id: `sdn/${node.name}/localnetwork`, type: 'sdn', sdn: 'localnetwork', node: node.name, status: node.online ? 'ok' : 'unknown' })) : [];
  return [...guests, ...nodes, ...storages, ...zones];
}

/** What the volumes of a storage take, seen from a node: one look at all of them for all storages and nodes. */
function usedBytes(cluster: Cluster): (storage: string, node: string) => number {
  const sums = new Map<string, Map<string | null, number>>();
  for (const { storage, node, bytes } of Object.values(cluster.state.volumes)) {
    const byNode = sums.get(storage) ?? new Map<string | null, number>();
    sums.set(storage, byNode.set(node, (byNode.get(node) ?? 0) + bytes));
  }
  return (storage, node) => (sums.get(storage)?.get(null) ?? 0) + (sums.get(storage)?.get(node) ?? 0);
}

function storageRows(call: Call, node: string, online: boolean, used: ReturnType<typeof usedBytes>): readonly Record<string, unknown>[] {
  const { cluster } = call;
  return Object.values(cluster.storages).filter((storage) => isThere(storage, node) && may(cluster.access, call.authid, `/storage/${storage.id}`, 'Datastore.Audit', 'Datastore.AllocateSpace', 'Datastore.Allocate')).map((storage) => ({
    id: `storage/${node}/${storage.id}`, type: 'storage', storage: storage.id, node, plugintype: storage.type, content: storage.content, shared: storage.shared ? 1 : 0, status: online ? 'available' : 'unknown',
    ...(online ? { maxdisk: storage.sizeGiB * 1024 ** 3, disk: used(storage.id, node) } : {}),
  }));
}

/** A node that is in no cluster has no corosync and the number 0. */
const isAlone = (call: Call): boolean => call.cluster.state.nodes.length === 1;

function status(call: Call): readonly Record<string, unknown>[] {
  const { state } = call.cluster;
  const nodes = state.nodes.map((node) => ({ type: 'node', id: `node/${node.name}`, name: node.name, nodeid: isAlone(call) ? 0 : node.id, ip: node.ip, online: node.online ? 1 : 0, local: node.name === call.entry ? 1 : 0, level: '' }));
  return isAlone(call) && state.quorate ? nodes : [{ type: 'cluster', id: 'cluster', name: state.name, version: state.nodes.length, nodes: state.nodes.length, quorate: state.quorate ? 1 : 0 }, ...nodes];
}

function nextId(call: Call): string {
  const { cluster } = call;
  const asked = call.params['vmid'];
  if (asked !== undefined) return cluster.guest(asked) === null ? asked : badParameters({ vmid: `VM ${asked} already exists` });
  const range = cluster.state.options['next-id'] ?? '';
  const lower = Number(/lower=(\d+)/.exec(range)?.[1] ?? 100);
  const upper = Number(/upper=(\d+)/.exec(range)?.[1] ?? 1_000_000);
  for (let vmid = lower; vmid < upper; vmid += 1) if (cluster.guest(vmid) === null) return String(vmid);
  return die(`unable to get any free VMID in range [${lower}, ${upper}]`);
}

/** As corosync has them. */
const corosyncNodes = (call: Call): readonly Record<string, unknown>[] => isAlone(call) ? [] : call.cluster.state.nodes.map((node) => ({ node: node.name, name: node.name, nodeid: String(node.id), quorum_votes: '1', ring0_addr: node.ip }));

function replication(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const sees = guestFilter(cluster.access, call.authid, 'VM.Audit');
  return cluster.state.replicated.filter(sees).flatMap((vmid) => {
    const guest = cluster.guest(vmid);
    return guest === null ? [] : [{ id: `${vmid}-0`, guest: vmid, jobnum: 0, type: 'local', source: guest.node, target: cluster.state.nodes.find((node) => node.name !== guest.node)?.name ?? guest.node, schedule: '*/15' }];
  });
}

export const clusterRoutes: readonly Route[] = [
  route('GET', '/version', anyone, (call) => ({ data: releases[call.cluster.options.version] })),
  route('GET', '/nodes/{node}/version', anyone, (call) => ({ data: releases[call.cluster.options.version] })),
  route('GET', '/cluster/status', auditsCluster, (call) => ({ data: status(call) })),
  route('GET', '/cluster/resources', anyone, (call) => ({ data: resources(call) })),
  route('GET', '/cluster/nextid', anyone, (call) => ({ data: nextId(call) })),
  route('GET', '/cluster/tasks', anyone, (call) => ({ data: call.cluster.state.tasks.filter((record) => record.authid === call.authid || may(call.cluster.access, call.authid, '/', 'Sys.Audit')).slice(0, 25).map((record) => ({ ...taskRow(record), saved: record.end === null ? '0' : '1' })) })),
  route('GET', '/cluster/config/nodes', auditsCluster, (call) => ({ data: corosyncNodes(call) })),
  route('GET', '/cluster/replication', anyone, (call) => ({ data: replication(call) })),
];
