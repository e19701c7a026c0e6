// Reads about nodes and their storages. Images are listed only to who may configure their owner: an empty list is no absence.
import { X509Certificate } from 'node:crypto';
import { may } from '../acl';
import { anyone, needs, route, type Call, type Route } from '../call';
import { badParameters } from '../pve-error';
import type { Volume } from '../state';
import { nodeRow } from './cluster';

const fingerprintOf = (call: Call): string => new X509Certificate(call.cluster.state.certificate.cert).fingerprint256;
const auditsStorage = needs('/storage/{storage}', 'Datastore.Audit', 'Datastore.AllocateSpace');

function nodeStatus(call: Call): Record<string, unknown> {
  const memory = (call.cluster.options.nodeMemoryMiB ?? 65_536) * 1024 ** 2;
  const cpus = call.cluster.nodeCores;
  return {
    uptime: 864_000, cpu: 0.05, wait: 0, idle: 0, loadavg: ['0.21', '0.18', '0.15'], kversion: 'Linux 6.8.12-14-pve', pveversion: call.cluster.options.version === '8.4' ? 'pve-manager/8.4.14/5a1b0c9fbd3e2d11' : 'pve-manager/9.0.11/8d4c6e0a7b9f1e22',
    cpuinfo: { sockets: 1, cores: cpus, cpus, model: 'Simulated CPU', mhz: '2400.000', flags: '', hvm: '1', user_hz: 100 }, memory: { total: memory, used: Math.floor(memory / 4), free: memory - Math.floor(memory / 4) },
    swap: { total: 0, used: 0, free: 0 }, rootfs: { total: 96 * 1024 ** 3, used: 8 * 1024 ** 3, free: 88 * 1024 ** 3, avail: 88 * 1024 ** 3 }, ksm: { shared: 0 }, 'current-kernel': { sysname: 'Linux', release: '6.8.12-14-pve', version: '#1 SMP PREEMPT_DYNAMIC', machine: 'x86_64' }, 'boot-info': { mode: 'efi', secureboot: 0 },
  };
}

function network(call: Call): readonly Record<string, unknown>[] {
  const type = call.params['type'];
  const bridges = call.cluster.options.bridges.map((iface) => ({ iface, type: 'bridge', active: 1, autostart: 1, exists: 1, bridge_ports: '', bridge_stp: 'off', bridge_fd: '0', bridge_vlan_aware: 1, method: 'manual', method6: 'manual', families: ['inet'], priority: 3 }));
  const wanted = type === undefined ? 'all' : ['bridge', 'any_bridge', 'any_local_bridge', 'include_sdn'].includes(type) ? 'bridges' : type === 'eth' ? 'eth' : 'none';
  const eth = { iface: 'eno1', type: 'eth', active: 1, exists: 1, method: 'manual', method6: 'manual', families: ['inet'], priority: 2 };
  return [...(wanted === 'all' || wanted === 'eth' ? [eth] : []), ...(wanted === 'all' || wanted === 'bridges' ? bridges : [])];
}

function usage(call: Call, id: string): Record<string, unknown> {
  const storage = call.cluster.storage(id);
  const total = storage.sizeGiB * 1024 ** 3;
  const used = Object.values(call.cluster.state.volumes).filter((volume) => volume.storage === id && (volume.node ?? call.node) === call.node).reduce((sum, volume) => sum + volume.bytes, 0);
  return { type: storage.type, content: storage.content, active: 1, enabled: 1, shared: storage.shared === true ? 1 : 0, total, used, avail: Math.max(0, total - used) };
}

function storages(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const wanted = (call.params['content'] ?? '').split(',').filter((part) => part !== '');
  return cluster.options.storages
    .filter((storage) => may(cluster.access, call.authid, `/storage/${storage.id}`, 'Datastore.Audit', 'Datastore.AllocateSpace', 'Datastore.Allocate'))
    .filter((storage) => (call.params['storage'] ?? storage.id) === storage.id && (wanted.length === 0 || wanted.some((content) => storage.content.split(',').includes(content))))
    .map((storage) => {
      const facts = usage(call, storage.id);
      return { storage: storage.id, ...facts, used_fraction: Number(facts['used']) / Number(facts['total']) };
    });
}

/** May this caller see the volume in a listing? (Proxmox VE 8.4, storage content) */
function isVisible(call: Call, volume: Volume): boolean {
  const { access } = call.cluster;
  if (may(access, call.authid, `/storage/${volume.storage}`, 'Datastore.Allocate')) return true;
  if (volume.content === 'iso' || volume.content === 'vztmpl') return true;
  if (volume.owner === null) return false;
  return may(access, call.authid, `/vms/${volume.owner}`, volume.content === 'backup' ? 'VM.Backup' : 'VM.Config.Disk');
}

function content(call: Call): readonly Record<string, unknown>[] {
  const storage = call.cluster.storage(call.parts['storage'] ?? '');
  return Object.entries(call.cluster.state.volumes)
    .filter(([, volume]) => volume.storage === storage.id && (volume.node ?? call.node) === call.node)
    .filter(([, volume]) => (call.params['content'] ?? volume.content) === volume.content && (call.params['vmid'] === undefined || volume.owner === Number(call.params['vmid'])))
    .filter(([, volume]) => isVisible(call, volume))
    .map(([volid, volume]) => ({ volid, content: volume.content, format: volume.format, size: volume.bytes, ctime: volume.created, ...(volume.content === 'backup' ? { subtype: volid.includes('vzdump-lxc-') ? 'lxc' : 'qemu' } : {}), ...(volume.owner === null ? {} : { vmid: volume.owner }), ...(volume.content === 'images' || volume.content === 'rootdir' ? { used: volume.bytes, parent: volume.parent } : {}) }));
}

export const nodeRoutes: readonly Route[] = [
  route('GET', '/nodes', anyone, (call) => ({ data: call.cluster.state.nodes.map((node) => ({ ...nodeRow(call, node.name, may(call.cluster.access, call.authid, `/nodes/${node.name}`, 'Sys.Audit')), ssl_fingerprint: fingerprintOf(call) })) })),
  route('GET', '/nodes/{node}/status', needs('/nodes/{node}', 'Sys.Audit'), (call) => ({ data: nodeStatus(call) })),
  route('GET', '/nodes/{node}/network', anyone, (call) => ({ data: network(call) })),
  route('GET', '/nodes/{node}/storage', anyone, (call) => ({ data: storages(call) })),
  route('GET', '/nodes/{node}/storage/{storage}/status', auditsStorage, (call) => {
    const id = call.parts['storage'] ?? '';
    return { data: call.cluster.options.storages.some((storage) => storage.id === id) ? usage(call, id) : badParameters({ storage: 'No such storage.' }) };
  }),
  route('GET', '/nodes/{node}/storage/{storage}/content', auditsStorage, (call) => ({ data: content(call) })),
];
