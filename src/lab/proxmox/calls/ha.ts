// HA resources and what the manager says of them. Groups are of 8, rules took their place with 9 (Proxmox VE 8.4, 9.0).
import { needs, nothing, route, type Answer, type Call, type Route } from '../call';
import { splitList } from '../../../proxmox/schema';
import { crmStateOf, haDigest, haGuests, haOptions, isHaManaged, isHaResource, setResource, sidOf, verboseState, wishOf } from '../ha';
import { die } from '../pve-error';
import type { Entries, Guest } from '../state';

const audits = needs('/', 'Sys.Audit');
const consoles = needs('/', 'Sys.Console');
const numbers = new Set(['max_restart', 'max_relocate', 'failback']);
const optional = ['state', 'group', 'comment', 'max_restart', 'max_relocate', 'failback'];

const shown = (options: Entries): Record<string, unknown> => Object.fromEntries(Object.entries(options).map(([name, value]) => [name, numbers.has(name) ? Number(value) : value]));
const row = (call: Call, guest: Guest): Record<string, unknown> => ({ sid: sidOf(guest), type: guest.kind === 'qemu' ? 'vm' : 'ct', ...shown(haOptions(call.cluster, guest.vmid)), digest: haDigest(call.cluster) });

/** `vm:100` or `100` -> sid; the kind of a bare VMID is that of the guest. */
function sidIn(call: Call): { readonly sid: string; readonly guest: Guest | null } {
  const given = call.parts['sid'] ?? call.params['sid'] ?? '';
  const [, type, vmid = ''] = /^(?:(vm|ct):)?(\d+)$/.exec(given) ?? [];
  const guest = call.cluster.guest(vmid);
  if (type === undefined && guest === null) die(`unable to parse resource id '${given}'`);
  const sid = type === undefined && guest !== null ? sidOf(guest) : given;
  return { sid, guest: guest !== null && sidOf(guest) === sid ? guest : null };
}

function resourceOf(call: Call): Guest {
  const { sid, guest } = sidIn(call);
  return guest !== null && isHaResource(call.cluster, guest.vmid) ? guest : die(`no such resource '${sid}'`);
}

const given = (call: Call): Entries => Object.fromEntries(optional.flatMap((name) => (call.params[name] === undefined ? [] : [[name, call.params[name]]])));

function checkGroup(call: Call): void {
  if (call.params['group'] === undefined) return;
  die(call.cluster.options.version === '8.4' ? `HA group '${call.params['group']}' does not exist` : "invalid parameter 'group': ha groups have been migrated to rules");
}

/** The configuration is written under a lock of the whole cluster. */
function underLock(call: Call, what: string, write: () => void): Answer {
  if (!call.cluster.state.quorate) die(`${what} resource failed: cfs-lock 'domain-ha' error: no quorum!`);
  write();
  call.cluster.commit();
  return nothing;
}

function create(call: Call): Answer {
  const { cluster } = call;
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  const { sid, guest } = sidIn(call);
  if (call.params['type'] !== undefined && !sid.startsWith(`${call.params['type']}:`)) die('types does not match');
  if (guest === null) die(`resource '${sid}' does not exist in cluster`);
  checkGroup(call);
  return underLock(call, 'create', () => {
    if (isHaResource(cluster, guest.vmid)) die(`create resource failed: resource ID '${sid}' already defined`);
    setResource(cluster, guest.vmid, given(call));
  });
}

function update(call: Call): Answer {
  const { cluster, params } = call;
  checkGroup(call);
  const { sid, guest } = sidIn(call);
  if (guest !== null && crmStateOf(cluster, guest.vmid) === 'error' && params['state'] !== 'disabled') die(`service '${sid}' in error state, must be disabled and fixed first`);
  return underLock(call, 'update', () => {
    if (params['digest'] !== undefined && params['digest'] !== '' && params['digest'] !== haDigest(cluster)) die('update resource failed: detected modified configuration - file changed by other user? Try again.');
    const found = guest !== null && isHaResource(cluster, guest.vmid) ? guest : die(`update resource failed: no such resource '${sid}'`);
    const drop = splitList(params['delete'] ?? '');
    for (const name of drop) if (!optional.includes(name)) die(`update resource failed: no such option '${name}'`);
    const options = { ...haOptions(cluster, found.vmid), ...given(call) };
    setResource(cluster, found.vmid, Object.fromEntries(Object.entries(options).filter(([name]) => !drop.includes(name))));
  });
}

function remove(call: Call): Answer {
  const { sid, guest } = sidIn(call);
  const { cluster } = call;
  const found = guest !== null && isHaResource(cluster, guest.vmid) ? guest : die(`cannot delete service '${sid}', not HA managed!`);
  return underLock(call, 'delete', () => setResource(cluster, found.vmid, null));
}

const isActive = (call: Call): boolean => call.cluster.state.haGuests.length > 0;
const masterOf = (call: Call): string => call.cluster.state.nodes.find((node) => node.online)?.name ?? call.entry;

function current(call: Call): readonly Record<string, unknown>[] {
  const { cluster } = call;
  const { state } = cluster;
  const quorum = { id: 'quorum', type: 'quorum', node: call.entry, status: state.quorate ? 'OK' : `No quorum on node '${call.entry}'!`, quorate: state.quorate ? 1 : 0 };
  if (!isActive(call)) return [quorum];
  const timestamp = cluster.now();
  const time = new Date(timestamp * 1000).toUTCString();
  const services = haGuests(cluster).map((guest) => {
    const [sid, word] = [sidOf(guest), verboseState(cluster, guest)];
    const crm = crmStateOf(cluster, guest.vmid);
    return { id: `service:${sid}`, type: 'service', sid, node: guest.node, state: word, status: `${sid} (${guest.node}, ${word})`, request_state: wishOf(cluster, guest.vmid), ...(crm === null ? {} : { crm_state: crm }), max_restart: 1, max_relocate: 1, ...shown(Object.fromEntries(Object.entries(haOptions(cluster, guest.vmid)).filter(([name]) => name !== 'state'))) };
  });
  const lrms = state.nodes.map((node) => {
    const isBusy = haGuests(cluster).some((guest) => guest.node === node.name && isHaManaged(cluster, guest.vmid));
    return { id: `lrm:${node.name}`, type: 'lrm', node: node.name, timestamp, status: `${node.name} (${node.online ? (isBusy ? 'active' : 'idle') : 'old timestamp - dead?'}, ${time})` };
  });
  return [quorum, { id: 'master', type: 'master', node: masterOf(call), timestamp, status: `${masterOf(call)} (active, ${time})` }, ...lrms, ...services];
}

function managerStatus(call: Call): Record<string, unknown> {
  const { cluster } = call;
  const { nodes, quorate } = cluster.state;
  const timestamp = cluster.now();
  const quorum = { node: call.entry, quorate: quorate ? '1' : '0' };
  if (!isActive(call)) return { manager_status: {}, quorum };
  const services = haGuests(cluster).flatMap((guest) => {
    const crm = crmStateOf(cluster, guest.vmid);
    return crm === null ? [] : [[sidOf(guest), { state: crm, node: guest.node, ...(guest.power === null ? {} : { running: 1 }) }] as const];
  });
  return {
    manager_status: { master_node: masterOf(call), timestamp, node_status: Object.fromEntries(nodes.map((node) => [node.name, node.online ? 'online' : 'unknown'])), service_status: Object.fromEntries(services) },
    quorum, lrm_status: Object.fromEntries(nodes.map((node) => [node.name, { mode: 'active', state: node.online ? 'active' : 'wait_for_agent_lock', timestamp, results: {} }])),
  };
}

export const haRoutes: readonly Route[] = [
  route('GET', '/cluster/ha/resources', audits, (call) => ({ data: haGuests(call.cluster).filter((guest) => call.params['type'] === undefined || sidOf(guest).startsWith(`${call.params['type']}:`)).map((guest) => row(call, guest)) })),
  route('POST', '/cluster/ha/resources', consoles, create),
  route('GET', '/cluster/ha/resources/{sid}', audits, (call) => ({ data: row(call, resourceOf(call)) })),
  route('PUT', '/cluster/ha/resources/{sid}', consoles, update),
  route('DELETE', '/cluster/ha/resources/{sid}', consoles, remove),
  route('GET', '/cluster/ha/status/current', audits, (call) => ({ data: current(call) })),
  route('GET', '/cluster/ha/status/manager_status', audits, (call) => ({ data: managerStatus(call) })),
  route('GET', '/cluster/ha/groups', audits, (call) => (call.cluster.options.version === '8.4' ? { data: [] } : die('cannot index groups: ha groups have been migrated to rules'))),
  route('GET', '/cluster/ha/rules', audits, () => ({ data: [] })),
];
