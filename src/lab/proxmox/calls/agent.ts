// The QEMU guest agent (Proxmox VE 8.4, 3.5 of the reference): three things keep it from answering, each with its sentence; what
// the agent itself refuses is an error inside a 200 for plain commands, and a 500 for those that Proxmox looks into.
import type { Inside } from '../agent-facts';
import { agentInterfaces } from '../agent-network';
import { demand, nothing, route, vmidOf, type Answer, type Call, type Permission, type Route } from '../call';
import { programOf } from '../guest-programs';
import { cpusOf, mainDiskBytes, nameOf } from '../property-values';
import { die, PveError } from '../pve-error';
import type { Guest } from '../state';

interface Reached { readonly guest: Guest; readonly inside: Inside }
interface AgentError { readonly error: { readonly class: string; readonly desc: string } }

/** VM.Monitor up to 8; from 9 on a privilege for each kind of command, or the one for all. */
const asks = (...on9: readonly string[]): Permission => (call) => demand(call, `/vms/${vmidOf(call)}`, ...(call.cluster.options.version === '8.4' ? ['VM.Monitor'] : [...on9, 'VM.GuestAgent.Unrestricted']));
const audits = asks('VM.GuestAgent.Audit');

function reach(call: Call): Reached {
  const guest = call.cluster.guestAt(call.node, 'qemu', vmidOf(call));
  if (guest.main['agent'] === undefined) die('No QEMU guest agent configured');
  if (guest.power === null) die(`VM ${guest.vmid} is not running`);
  const { inside } = guest;
  return inside === undefined || inside.agent.state === 'silent' || guest.power.paused ? die('QEMU guest agent is not running') : { guest, inside };
}

/** Sends a command: it may never come back, or be switched off inside the guest. */
function send(call: Call, { guest, inside }: Reached, command: string): AgentError | null {
  if (inside.agent.state === 'stuck' && command !== 'guest-ping') die(`VM ${guest.vmid} ${call.cluster.options.version === '8.4' ? 'qmp' : 'qga'} command '${command}' failed - got timeout`);
  return inside.agent.disabled?.includes(command) === true ? { error: { class: 'CommandNotFound', desc: `Command ${command} has been disabled` } } : null;
}

const plain = (command: string, tell: (reached: Reached, call: Call) => unknown) => (call: Call): Answer => {
  const reached = reach(call);
  return { data: { result: send(call, reached, `guest-${command}`) ?? tell(reached, call) } };
};

const checked = (command: string, tell: (reached: Reached, call: Call) => Answer) => (call: Call): Answer => {
  const reached = reach(call);
  const refusal = send(call, reached, `guest-${command}`);
  return refusal === null ? tell(reached, call) : die(`Agent error: ${refusal.error.desc}`);
};

const debian = {
  id: 'debian', name: 'Debian GNU/Linux', version: '12 (bookworm)', 'version-id': '12', 'pretty-name': 'Debian GNU/Linux 12 (bookworm)', 'kernel-release': '6.1.0-28-amd64', 'kernel-version': '#1 SMP PREEMPT_DYNAMIC Debian 6.1.119-1', machine: 'x86_64',
};

function filesystems({ guest, inside }: Reached): readonly unknown[] {
  if (inside.agent.state === 'empty') return [];
  if (inside.agent.filesystems !== undefined) return inside.agent.filesystems;
  const total = mainDiskBytes(guest);
  return total === 0 ? [] : [{ name: 'sda1', mountpoint: '/', type: 'ext4', 'total-bytes': total, 'used-bytes': Math.floor(total / 4), disk: [{ 'bus-type': 'scsi', bus: 0, target: 0, unit: 0, dev: '/dev/sda1', 'pci-controller': { domain: 0, bus: 1, slot: 1, function: 0 } }] }];
}

const known = [
  'guest-ping', 'guest-info', 'guest-sync', 'guest-sync-delimited', 'guest-network-get-interfaces', 'guest-get-host-name', 'guest-get-osinfo', 'guest-get-fsinfo', 'guest-get-vcpus', 'guest-get-users', 'guest-get-timezone', 'guest-exec', 'guest-exec-status', 'guest-file-open',
  'guest-file-read', 'guest-file-write', 'guest-file-close', 'guest-fsfreeze-status', 'guest-set-user-password', 'guest-shutdown',
];

function exec({ inside }: Reached, call: Call): Answer {
  const [path = '', ...args] = (call.params['command'] ?? '').split(',');
  const program = programOf(inside, path);
  // The agent's sentence quotes the path with marks outside latin-1, of which the daemon dies: what arrives is this (8.4).
  if (program === null) throw new PveError(596, 'Broken pipe');
  inside.lastPid += 2;
  inside.processes[inside.lastPid] = program(inside, args);
  call.cluster.commit();
  return { data: { pid: inside.lastPid } };
}

function execStatus({ inside }: Reached, call: Call): Answer {
  const ended = inside.processes[call.params['pid'] ?? ''] ?? die("Agent error: Invalid parameter 'pid'");
  // The agent forgets a process when its end was told.
  delete inside.processes[call.params['pid'] ?? ''];
  call.cluster.commit();
  return { data: { exited: 1, exitcode: ended.exitcode, ...(ended.out === undefined ? {} : { 'out-data': ended.out, 'out-truncated': 0 }), ...(ended.err === undefined ? {} : { 'err-data': ended.err, 'err-truncated': 0 }) } };
}

function readFile({ inside }: Reached, call: Call): Answer {
  const file = call.params['file'] ?? '';
  const content = inside.files[file] ?? die(`Agent error: failed to open file '${file}' (mode: 'r'): No such file or directory`);
  const part = content.slice(Number(call.params['offset'] ?? 0)).slice(0, Number(call.params['count'] ?? content.length));
  return { data: { content: call.params['decode'] === '0' ? Buffer.from(part).toString('base64') : part, 'bytes-read': Buffer.byteLength(part) } };
}

function writeFile({ inside }: Reached, call: Call): Answer {
  const content = call.params['content'] ?? '';
  inside.files[call.params['file'] ?? ''] = call.params['encode'] === '0' ? Buffer.from(content, 'base64').toString('utf8') : content;
  call.cluster.commit();
  return nothing;
}

const setPassword = ({ inside }: Reached): Answer => (programOf(inside, 'passwd') === null ? die("Agent error: cannot find 'passwd' program in PATH") : { data: { result: {} } });

const at = (method: Route['method'], tail: string, permission: Permission, handler: Route['handler']): Route => route(method, `/nodes/{node}/qemu/{vmid}/agent/${tail}`, permission, handler);

export const agentRoutes: readonly Route[] = [
  at('POST', 'ping', audits, plain('ping', () => ({}))),
  at('GET', 'info', audits, plain('info', ({ inside }) => ({ version: '7.2.22', supported_commands: known.map((name) => ({ name, enabled: inside.agent.disabled?.includes(name) !== true, 'success-response': true })) }))),
  at('GET', 'network-get-interfaces', audits, plain('network-get-interfaces', ({ guest, inside }) => agentInterfaces(guest, inside.agent))),
  at('GET', 'get-host-name', audits, plain('get-host-name', ({ guest, inside }) => ({ 'host-name': inside.agent.hostname ?? nameOf(guest) }))),
  at('GET', 'get-osinfo', audits, plain('get-osinfo', ({ inside }) => (inside.agent.state === 'empty' ? {} : (inside.agent.os ?? debian)))),
  at('GET', 'get-fsinfo', audits, plain('get-fsinfo', filesystems)),
  at('GET', 'get-vcpus', audits, plain('get-vcpus', ({ guest }, call) => Array.from({ length: cpusOf(guest, call.cluster.nodeCores) }, (_none, index) => ({ 'logical-id': index, online: true, 'can-offline': index > 0 })))),
  at('GET', 'get-users', audits, plain('get-users', () => [])),
  at('GET', 'get-timezone', audits, plain('get-timezone', () => ({ zone: 'UTC', offset: 0 }))),
  at('POST', 'fsfreeze-status', asks('VM.GuestAgent.Audit', 'VM.GuestAgent.FileSystemMgmt'), plain('fsfreeze-status', () => 'thawed')),
  at('POST', 'exec', asks(), checked('exec', exec)),
  at('GET', 'exec-status', asks(), checked('exec-status', execStatus)),
  at('GET', 'file-read', asks('VM.GuestAgent.FileRead'), checked('file-open', readFile)),
  at('POST', 'file-write', asks('VM.GuestAgent.FileWrite'), checked('file-open', writeFile)),
  at('POST', 'set-user-password', asks(), checked('set-user-password', setPassword)),
];
