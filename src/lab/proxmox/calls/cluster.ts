// Cluster-wide reads: status, resources with their live and stale halves, free VMIDs, HA, replication (Proxmox VE 8.4).
import { guestFilter, may } from '../acl';
import { anyone, needs, route, type Call, type Route } from '../call';
import { digestOf } from '../config-text';
import { badParameters, die } from '../pve-error';
import type { Entries, Guest } from '../state';
import { taskRow } from './tasks';

const releases = { '8.4': { release: '8.4', repoid: '5a1b0c9fbd3e2d11', version: '8.4.14' }, '9.0': { release: '9.0', repoid: '8d4c6e0a7b9f1e22', version: '9.0.11' } } as const;
const auditsCluster = needs('/', 'Sys.Audit');

/** A row for a guest: VMID, node, lock and tags are live, the rest is from the last statistics round. */
export function guestRow(call: Call, guest: Guest): Record<string, unknown> {
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
    ...(pool !== undefined && may(cluster.access, call.authid, `/pool/${pool}`, 'Pool.Audit') ? { pool } : {}),
    ...(cluster.state.haGuests.includes(guest.vmid) ? { hastate: guest.power === null ? 'stopped' : 'started' } : {}),
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
  const guests = type === undefined || type === 'vm' ? cluster.guests().filter((guest) => sees(guest.vmid)).map((guest) => guestRow(call, guest)) : [];
  const nodes = type === undefined || type === 'node' ? cluster.state.nodes.map((node) => ({ ...nodeRow(call, node.name, may(cluster.access, call.authid, `/nodes/${node.name}`, 'Sys.Audit')), 'cgroup-mode': 2 })) : [];
  const storages = type === undefined || type === 'storage' ? cluster.state.nodes.flatMap((node) => storageRows(call, node.name, node.online)) : [];
  const zones = (type === undefined || type === 'sdn') && may(cluster.access, call.authid, '/sdn/zones/localnetwork', 'SDN.Audit', 'SDN.Allocate', 'SDN.Use') ? cluster.state.nodes.map((node) => ({ id: `sdn/${node.name}/localnetwork`, type: 'sdn', sdn: 'localnetwork', node: node.name, status: node.online ? 'ok' : 'unknown' })) : [];
  return [...guests, ...nodes, ...storages, ...zones];
}

function storageRows(call: Call, node: string, online: boolean): readonly Record<string, unknown>[] {
  const { cluster } = call;
  return cluster.options.storages.filter((storage) => may(cluster.access, call.authid, `/storage/${storage.id}`, 'Datastore.Audit', 'Datastore.AllocateSpace', 'Datastore.Allocate')).map((storage) => ({
    id: `storage/${node}/${storage.id}`, type: 'storage', storage: storage.id, node, plugintype: storage.type, content: storage.content, shared: storage.shared === true ? 1 : 0, status: online ? 'available' : 'unknown',
    ...(online ? { maxdisk: storage.sizeGiB * 1024 ** 3, disk: Object.values(cluster.state.volumes).filter((volume) => volume.storage === storage.id && (volume.node ?? node) === node).reduce((sum, volume) => sum + volume.bytes, 0) } : {}),
  }));
}

function status(call: Call): readonly Record<string, unknown>[] {
  const { state } = call.cluster;
  const nodes = state.nodes.map((node) => ({ type: 'node', id: `node/${node.name}`, name: node.name, nodeid: node.id, ip: node.ip, online: node.online ? 1 : 0, local: node.name === call.entry ? 1 : 0, level: '' }));
  return state.nodes.length === 1 && state.quorate ? nodes : [{ type: 'cluster', id: 'cluster', name: state.name, version: state.nodes.length, nodes: state.nodes.length, quorate: state.quorate ? 1 : 0 }, ...nodes];
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

/** Options that are property strings are answered as objects. */
function optionsShown(stored: Entries): Record<string, unknown> {
  const value = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);
  return Object.fromEntries(Object.entries(stored).map(([name, text]) => [name, text.includes('=') ? Object.fromEntries(text.split(',').map((part) => [part.split('=')[0] ?? '', value(part.split('=')[1] ?? '')])) : text]));
}

/** Tags of the guests that the caller sees: with free tag access they are the ones offered. */
function tagsInUse(call: Call): readonly string[] {
  const sees = guestFilter(call.cluster.access, call.authid, 'VM.Audit');
  return [...new Set(call.cluster.guests().filter((guest) => sees(guest.vmid)).flatMap((guest) => (guest.main['tags'] ?? '').split(/[,;\s]+/)))].filter((tag) => tag !== '').sort();
}

const haRows = (call: Call): readonly Guest[] => call.cluster.state.haGuests.flatMap((vmid) => call.cluster.guest(vmid) ?? []);
const sidOf = (guest: Guest): string => `${guest.kind === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`;

function haStatus(call: Call): readonly Record<string, unknown>[] {
  const { state } = call.cluster;
  const services = haRows(call).map((guest) => {
    const wanted = guest.power === null ? 'stopped' : 'started';
    return { id: `service:${sidOf(guest)}`, type: 'service', sid: sidOf(guest), node: guest.node, state: wanted, crm_state: wanted, request_state: wanted, status: `${sidOf(guest)} (${guest.node}, ${wanted})` };
  });
  return [{ id: 'quorum', type: 'quorum', node: call.entry, status: state.quorate ? 'OK' : 'No quorum on node', quorate: state.quorate ? 1 : 0 }, ...services];
}

function replication(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const sees = guestFilter(cluster.access, call.authid, 'VM.Audit');
  return cluster.state.replicated.filter(sees).flatMap((vmid) => {
    const guest = cluster.guest(vmid);
    return guest === null ? [] : [{ id: `${vmid}-0`, guest: vmid, jobnum: 0, type: 'local', source: guest.node, target: cluster.state.nodes.find((node) => node.name !== guest.node)?.name ?? guest.node }];
  });
}

export const clusterRoutes: readonly Route[] = [
  route('GET', '/version', anyone, (call) => ({ data: releases[call.cluster.options.version] })),
  route('GET', '/nodes/{node}/version', anyone, (call) => ({ data: releases[call.cluster.options.version] })),
  route('GET', '/cluster/status', auditsCluster, (call) => ({ data: status(call) })),
  route('GET', '/cluster/resources', anyone, (call) => ({ data: resources(call) })),
  route('GET', '/cluster/nextid', anyone, (call) => ({ data: nextId(call) })),
  route('GET', '/cluster/options', auditsCluster, (call) => ({ data: { mac_prefix: 'BC:24:11', description: '', 'allowed-tags': tagsInUse(call), ...optionsShown(call.cluster.state.options) } })),
  route('GET', '/cluster/tasks', anyone, (call) => ({ data: call.cluster.state.tasks.filter((record) => record.authid === call.authid || may(call.cluster.access, call.authid, '/', 'Sys.Audit')).slice(0, 25).map((record) => ({ ...taskRow(record), saved: record.end === null ? '0' : '1' })) })),
  route('GET', '/cluster/ha/resources', auditsCluster, (call) => ({ data: haRows(call).filter((guest) => call.params['type'] === undefined || sidOf(guest).startsWith(`${call.params['type']}:`)).map((guest) => ({ sid: sidOf(guest), type: guest.kind === 'qemu' ? 'vm' : 'ct', digest: digestOf(guest) })) })),
  route('GET', '/cluster/ha/status/current', auditsCluster, (call) => ({ data: haStatus(call) })),
  route('GET', '/cluster/replication', anyone, (call) => ({ data: replication(call) })),
];
