// What a person looks at about a node: name servers, time, one interface, machine types, curves of guests, replication.
import { guestFilter } from '../acl';
import { anyone, needs, route, vmidOf, type Call, type Route } from '../call';
import { badParameters, die } from '../pve-error';
import { cpusOf, mainDiskBytes, memoryMib } from '../property-values';
import type { Guest, GuestKind } from '../state';
import { network } from './nodes';

const audits = needs('/nodes/{node}', 'Sys.Audit');

function iface(call: Call): Record<string, unknown> {
  const { iface: _name, exists: _exists, ...facts } = network(call).find((row) => row['iface'] === call.parts['iface']) ?? badParameters({ iface: 'interface does not exist' });
  return facts;
}

/** Machine types of the QEMU that each version brings: the newest first, q35 before i440fx. */
const newest = { '8.4': ['9.2+pve1', '9.2', '9.1', '9.0'], '9.0': ['10.0+pve1', '10.0', '9.2+pve1', '9.2', '9.1', '9.0'] } as const;
const older = ['8.2', '8.1', '8.0', '7.2', '7.1', '7.0', '6.2', '6.1', '6.0', '5.2', '5.1', '5.0', '4.2', '4.1', '4.0'];

function machines(call: Call): readonly Record<string, unknown>[] {
  return ['q35', 'i440fx'].flatMap((type) => [...newest[call.cluster.options.version], ...older].map((version) => ({ id: `pc-${type}-${version}`, type, version, ...(version.includes('+pve') ? { changes: 'Set host_mtu vNIC option even with default value for migration compat.' } : {}) })));
}

const secondsOf: Readonly<Record<string, number>> = { hour: 60, day: 1800, week: 10_800, month: 43_200, year: 604_800 };
const points = 70;

/** Seventy points up to now; before the guest ran there is nothing but the time. */
function curve(kind: GuestKind, call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const guest = cluster.guest(vmidOf(call));
  if (guest?.kind !== kind) return die(`RRD error: opening '/var/lib/rrdcached/db/pve2-vm/${vmidOf(call)}': No such file or directory`);
  const step = secondsOf[call.params['timeframe'] ?? 'hour'] ?? 60;
  const last = Math.floor(cluster.now() / step) * step;
  return Array.from({ length: points }, (_none, index) => last - (points - 1 - index) * step).map((time) => ({ time, ...(guest.power !== null && guest.power.since < time ? measured(cluster.nodeCores, guest) : {}) }));
}

function measured(nodeCores: number, guest: Guest): Record<string, number> {
  const maxmem = memoryMib(guest) * 1024 ** 2;
  return { cpu: 0.01, maxcpu: cpusOf(guest, nodeCores), mem: Math.floor(maxmem / 3), maxmem, disk: 0, maxdisk: mainDiskBytes(guest), netin: 0, netout: 0, diskread: 0, diskwrite: 0 };
}

function replication(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const sees = guestFilter(cluster.access, call.authid, 'VM.Audit');
  const every = 900;
  const last = Math.floor(cluster.now() / every) * every;
  return cluster.state.replicated.filter(sees).flatMap((vmid) => {
    const guest = cluster.guest(vmid);
    if (guest === null || guest.node !== call.node || (call.params['guest'] !== undefined && call.params['guest'] !== String(vmid))) return [];
    const target = cluster.state.nodes.find((node) => node.name !== guest.node);
    return [{ id: `${vmid}-0`, guest: vmid, jobnum: 0, type: 'local', vmtype: guest.kind, source: guest.node, target: target?.name ?? guest.node, schedule: '*/15', last_sync: last, last_try: last, next_sync: last + every, duration: 2.5, fail_count: target?.online === false ? 1 : 0, ...(target?.online === false ? { error: `command 'ssh root@${target.name}' failed: exit code 255` } : {}) }];
  });
}

export const nodeReadRoutes: readonly Route[] = [
  route('GET', '/nodes/{node}/config', needs('/', 'Sys.Audit'), () => ({ data: {} })),
  route('GET', '/nodes/{node}/dns', audits, () => ({ data: { dns1: '10.99.0.253' } })),
  route('GET', '/nodes/{node}/time', audits, (call) => ({ data: { timezone: 'Etc/UTC', time: call.cluster.now(), localtime: call.cluster.now() } })),
  route('GET', '/nodes/{node}/network/{iface}', audits, (call) => ({ data: iface(call) })),
  route('GET', '/nodes/{node}/capabilities/qemu/machines', anyone, (call) => ({ data: machines(call) })),
  route('GET', '/nodes/{node}/replication', anyone, (call) => ({ data: replication(call) })),
  ...(['qemu', 'lxc'] as const).map((kind) => route('GET', `/nodes/{node}/${kind}/{vmid}/rrddata`, needs('/vms/{vmid}', 'VM.Audit'), (call) => ({ data: curve(kind, call) }))),
];
