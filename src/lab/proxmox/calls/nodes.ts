// Reads about nodes.
import { X509Certificate } from 'node:crypto';
import { may } from '../acl';
import { anyone, needs, route, type Call, type Route } from '../call';
import { nodeRow } from './cluster';

const fingerprintOf = (call: Call): string => new X509Certificate(call.cluster.state.certificate.cert).fingerprint256;

function nodeStatus(call: Call): Record<string, unknown> {
  const memory = (call.cluster.options.nodeMemoryMiB ?? 65_536) * 1024 ** 2;
  const cpus = call.cluster.nodeCores;
  return {
    uptime: 864_000, cpu: 0.05, wait: 0, idle: 0, loadavg: ['0.21', '0.18', '0.15'], kversion: 'Linux 6.8.12-14-pve', pveversion: call.cluster.options.version === '8.4' ? 'pve-manager/8.4.14/5a1b0c9fbd3e2d11' : 'pve-manager/9.0.11/8d4c6e0a7b9f1e22',
    cpuinfo: { sockets: 1, cores: cpus, cpus, model: 'Simulated CPU', mhz: '2400.000', flags: '', hvm: '1', user_hz: 100 }, memory: { total: memory, used: Math.floor(memory / 4), free: memory - Math.floor(memory / 4) },
    swap: { total: 0, used: 0, free: 0 }, rootfs: { total: 96 * 1024 ** 3, used: 8 * 1024 ** 3, free: 88 * 1024 ** 3, avail: 88 * 1024 ** 3 }, ksm: { shared: 0 }, 'current-kernel': { sysname: 'Linux', release: '6.8.12-14-pve', version: '#1 SMP PREEMPT_DYNAMIC', machine: 'x86_64' }, 'boot-info': { mode: 'efi', secureboot: 0 },
  };
}

export function network(call: Call): readonly Record<string, unknown>[] {
  const type = call.params['type'];
  const bridges = call.cluster.options.bridges.map((iface) => ({ iface, type: 'bridge', active: 1, autostart: 1, exists: 1, bridge_ports: call.cluster.options.portlessBridges?.includes(iface) === true ? '' : 'eno1', bridge_stp: 'off', bridge_fd: '0', method: 'manual', method6: 'manual', families: ['inet'], priority: 3 }));
  const wanted = type === undefined ? 'all' : ['bridge', 'any_bridge', 'any_local_bridge', 'include_sdn'].includes(type) ? 'bridges' : type === 'eth' ? 'eth' : 'none';
  const eth = { iface: 'eno1', type: 'eth', active: 1, exists: 1, method: 'manual', method6: 'manual', families: ['inet'], priority: 2 };
  return [...(wanted === 'all' || wanted === 'eth' ? [eth] : []), ...(wanted === 'all' || wanted === 'bridges' ? bridges : [])];
}

export const nodeRoutes: readonly Route[] = [
  route('GET', '/nodes', anyone, (call) => ({ data: call.cluster.state.nodes.map((node) => ({ ...nodeRow(call, node.name, may(call.cluster.access, call.authid, `/nodes/${node.name}`, 'Sys.Audit')), ssl_fingerprint: fingerprintOf(call) })) })),
  route('GET', '/nodes/{node}/status', needs('/nodes/{node}', 'Sys.Audit'), (call) => ({ data: nodeStatus(call) })),
  route('GET', '/nodes/{node}/network', anyone, (call) => ({ data: network(call) })),
];
