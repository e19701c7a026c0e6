// Reads of guests: lists, configuration, pending values, power, snapshots. Nothing here needs more than VM.Audit.
import { lxcKeys, qemuKeys, tableKey } from '../../../proxmox/schema';
import { guestFilter } from '../acl';
import { containerInterfaces, type ContainerInterface } from '../container-interfaces';
import { isOn, needs, anyone, route, vmidOf, type Call, type Route } from '../call';
import { digestOf } from '../config-text';
import { haOptions, isHaManaged, verboseState } from '../ha';
import { die } from '../pve-error';
import type { Entries, Guest, GuestKind } from '../state';
import { statusOf, written } from '../statistics';

const audits = needs('/vms/{vmid}', 'VM.Audit');
const notInSchema: Readonly<Record<string, true>> = { snaptime: true };

const numbers = { qemu: new Map<string, boolean>(), lxc: new Map<string, boolean>() } as const;

/** Asked of each line of each configuration that is read: each key is looked up once. */
function isNumber(kind: GuestKind, key: string): boolean {
  const known = numbers[kind].get(key);
  if (known !== undefined) return known;
  const keys = kind === 'qemu' ? qemuKeys : lxcKeys;
  const name = tableKey(keys, key);
  const type = name === null ? undefined : keys[name]?.type;
  const made = type === 'integer' || type === 'boolean' || notInSchema[key] === true;
  numbers[kind].set(key, made);
  return made;
}

/** One value as JSON: what the schema calls integer or boolean is a number, all else is text (Proxmox VE 8.4). */
function shown(kind: GuestKind, key: string, value: string): string | number {
  if (key === 'cipassword') return '**********';
  if (key === 'description' && kind === 'lxc') return value.endsWith('\n') ? value : `${value}\n`;
  return isNumber(kind, key) && /^-?\d+$/.test(value) ? Number(value) : value;
}

const shownAll = (kind: GuestKind, entries: Entries): Record<string, unknown> => Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, shown(kind, key, value)]));

function config(kind: GuestKind, call: Call): Record<string, unknown> {
  const guest = call.cluster.guestAt(call.node, kind, vmidOf(call));
  const name = call.params['snapshot'];
  if (name !== undefined) return { ...shownAll(kind, snapshotOf(guest, name)), digest: digestOf(guest) };
  const merged: Entries = isOn(call, 'current') ? { ...guest.main } : { ...guest.main, ...guest.pending };
  if (!isOn(call, 'current')) for (const key of guest.pendingDelete) delete merged[key];
  return { ...shownAll(kind, merged), digest: digestOf(guest) };
}

const snapshotOf = (guest: Guest, name: string): Entries => guest.snapshots.find((snapshot) => snapshot.name === name)?.main ?? die(`snapshot '${name}' does not exist`);

function pending(kind: GuestKind, call: Call): readonly Record<string, unknown>[] {
  const guest = call.cluster.guestAt(call.node, kind, vmidOf(call));
  const keys = [...new Set([...Object.keys(guest.main), ...Object.keys(guest.pending), ...guest.pendingDelete])];
  return [...keys.map((key) => ({
    key, ...(guest.main[key] === undefined ? {} : { value: shown(kind, key, guest.main[key]) }), ...(guest.pending[key] === undefined ? {} : { pending: shown(kind, key, guest.pending[key]) }), ...(guest.pendingDelete.includes(key) ? { delete: 1 } : {}),
  })), { key: 'digest', value: digestOf(guest) }];
}

/** Facts of one guest as lists and status show them, live. */
function facts(call: Call, guest: Guest): Record<string, unknown> {
  const { cluster } = call;
  const running = guest.power !== null;
  const { name, maxcpu, maxmem, maxdisk } = written(cluster, guest);
  return {
    vmid: guest.vmid, name, status: statusOf(guest), uptime: guest.power === null ? 0 : Math.max(1, cluster.now() - guest.power.since), cpus: maxcpu, maxmem, maxdisk,
    cpu: running ? 0.01 : 0, mem: running ? Math.floor(maxmem / 3) : 0, disk: 0, netin: 0, netout: 0, ...(guest.power === null ? {} : { pid: guest.power.pid }),
    ...(guest.main['tags'] === undefined ? {} : { tags: guest.main['tags'] }), ...(guest.main['lock'] === undefined ? {} : { lock: guest.main['lock'] }), ...(guest.main['template'] === '1' ? { template: 1 } : {}),
    ...(guest.kind === 'lxc' ? { type: 'lxc', swap: 0, maxswap: Number(guest.main['swap'] ?? 512) * 1024 ** 2, diskread: 0, diskwrite: 0 } : {}),
  };
}

/** Traffic by network device, of a running VM that has any. */
function nics(guest: Guest): Record<string, unknown> {
  const taps = Object.keys(guest.main).flatMap((key) => (/^net\d+$/.test(key) ? [`tap${guest.vmid}i${key.slice(3)}`] : []));
  return guest.power === null || taps.length === 0 ? {} : { nics: Object.fromEntries(taps.map((tap) => [tap, { netin: 0, netout: 0 }])) };
}

const qmpStatus = (guest: Guest): string => (guest.power === null ? 'stopped' : guest.power.paused ? 'paused' : 'running');

function list(kind: GuestKind, call: Call): readonly Record<string, unknown>[] {
  const sees = guestFilter(call.cluster.access, call.authid, 'VM.Audit');
  return call.cluster.guests().filter((guest) => guest.kind === kind && guest.node === call.node && sees(guest.vmid)).map((guest) => ({ ...facts(call, guest), ...(isOn(call, 'full') ? { qmpstatus: qmpStatus(guest), ...(kind === 'qemu' ? nics(guest) : {}) } : {}) }));
}

/** `ignored` is no management. */
const haFacts = (call: Call, guest: Guest): Record<string, unknown> => (isHaManaged(call.cluster, guest.vmid) ? { managed: 1, state: verboseState(call.cluster, guest), ...(haOptions(call.cluster, guest.vmid)['group'] === undefined ? {} : { group: haOptions(call.cluster, guest.vmid)['group'] }) } : { managed: 0 });

function current(kind: GuestKind, call: Call): Record<string, unknown> {
  const guest = call.cluster.guestAt(call.node, kind, vmidOf(call));
  const agent = guest.main['agent'] !== undefined && /^(?:enabled=)?(?:1|on|yes|true)\b/.test(guest.main['agent']);
  return {
    ...facts(call, guest), ha: haFacts(call, guest),
    ...(kind === 'qemu' ? { qmpstatus: qmpStatus(guest), ...(agent ? { agent: 1 } : {}), ...(Object.keys(guest.main).some((key) => /^serial\d$/.test(key)) ? { serial: 1 } : {}), ...nics(guest), ...(guest.power === null ? {} : { 'running-machine': 'pc-i440fx-9.2+pve1', 'running-qemu': '9.2.0' }) } : {}),
  };
}

function snapshots(kind: GuestKind, call: Call): readonly Record<string, unknown>[] {
  const guest = call.cluster.guestAt(call.node, kind, vmidOf(call));
  const rows = guest.snapshots.map(({ name, main }) => ({ name, snaptime: Number(main['snaptime'] ?? 0), description: main['description'] ?? '', ...(kind === 'qemu' ? { vmstate: 0 } : {}), ...(main['parent'] === undefined ? {} : { parent: main['parent'] }) }));
  return [...rows, { name: 'current', description: 'You are here!', digest: digestOf(guest), running: guest.power === null ? 0 : 1, ...(guest.main['parent'] === undefined ? {} : { parent: guest.main['parent'] }) }];
}

function interfaces(call: Call): readonly ContainerInterface[] | null {
  const guest = call.cluster.guestAt(call.node, 'lxc', vmidOf(call));
  return guest.power === null ? null : containerInterfaces(guest);
}

const verbs: Readonly<Record<GuestKind, readonly string[]>> = { qemu: ['current', 'start', 'stop', 'reset', 'shutdown', 'suspend', 'reboot'], lxc: ['current', 'start', 'stop', 'shutdown', 'reboot', 'migrate'] };

const onBoth = (tail: string, read: (kind: GuestKind, call: Call) => unknown): readonly Route[] => (['qemu', 'lxc'] as const).map((kind) => route('GET', `/nodes/{node}/${kind}/{vmid}${tail}`, audits, (call) => ({ data: read(kind, call) })));

export const guestReadRoutes: readonly Route[] = [
  route('GET', '/nodes/{node}/qemu', anyone, (call) => ({ data: list('qemu', call) })),
  route('GET', '/nodes/{node}/lxc', anyone, (call) => ({ data: list('lxc', call) })),
  ...onBoth('/config', config), ...onBoth('/pending', pending), ...onBoth('/status/current', current), ...onBoth('/snapshot', snapshots),
  ...onBoth('/status', (kind) => verbs[kind].map((subdir) => ({ subdir }))),
  ...onBoth('/snapshot/{snapname}/config', (kind, call) => shownAll(kind, snapshotOf(call.cluster.guestAt(call.node, kind, vmidOf(call)), call.parts['snapname'] ?? ''))),
  route('GET', '/nodes/{node}/lxc/{vmid}/interfaces', audits, (call) => ({ data: interfaces(call) })),
];
