// Start, stop, shutdown, reboot, pause: what is refused at once and what only inside the task differs between VM and
// container (Proxmox VE 8.4, 7.1 of the reference). For guests under HA the task ends when the wish is queued.
import { isOn, isRootItself, needs, route, task, vmidOf, type Answer, type Call, type Route } from '../call';
import { crmStateOf, isHaManaged, sidOf, wish } from '../ha';
import { powerOff, powerOn } from '../power-state';
import { badParameters, die } from '../pve-error';
import type { Guest, GuestKind } from '../state';
import type { Worker } from '../tasks';

const powers = needs('/vms/{vmid}', 'VM.PowerMgmt');
const letters = { qemu: 'qm', lxc: 'vz' } as const;
const nameOf = (kind: GuestKind): string => (kind === 'qemu' ? 'VM' : 'CT');

function checkLock(guest: Guest, except?: string): void {
  const lock = guest.main['lock'];
  if (lock !== undefined && lock !== except) die(`${nameOf(guest.kind)} is locked (${lock})`);
}

function runningOrDie(call: Call, kind: GuestKind, word: string): Guest {
  const guest = call.cluster.guest(vmidOf(call));
  return guest !== null && guest.node === call.node && guest.kind === kind && guest.power !== null ? guest : die(`${word} ${vmidOf(call)} not running`);
}

function checkSkiplock(call: Call): void {
  if (isOn(call, 'skiplock') && !isRootItself(call)) badParameters({ skiplock: 'Only root may use this option.' });
}

/** A verb under HA: the task only notes the wish, the manager acts on it in its next round. */
function viaHa(call: Call, type: 'hastart' | 'hastop', kind: GuestKind): Answer | null {
  const vmid = vmidOf(call);
  const { cluster } = call;
  if (!isHaManaged(cluster, vmid)) return null;
  if (isOn(call, 'overrule-shutdown')) badParameters({ 'overrule-shutdown': 'Not applicable for HA resources.' });
  return task(call, type, vmid, async (worker) => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, kind, vmid);
    if (crmStateOf(cluster, vmid) === 'error') die(`service '${sidOf(guest)}' in error state, must be disabled and fixed first`);
    worker.log(`Requesting HA ${type === 'hastart' ? 'start' : 'stop'} for ${nameOf(kind)} ${vmid}`);
    wish(cluster, vmid, type === 'hastart' ? 'started' : 'stopped');
    cluster.commit();
  });
}

function start(call: Call, kind: GuestKind): Answer {
  checkSkiplock(call);
  const vmid = vmidOf(call);
  const { cluster } = call;
  if (!cluster.state.quorate) die('cluster not ready - no quorum?');
  if (kind === 'lxc' && cluster.guest(vmid)?.power) die(`CT ${vmid} already running`);
  return viaHa(call, 'hastart', kind) ?? task(call, `${letters[kind]}start`, vmid, (worker) => cluster.withFlock(kind, vmid, async () => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, kind, vmid);
    if (guest.main['template'] === '1') die(kind === 'qemu' ? "you can't start a vm if it's a template" : "you can't start a CT if it's a template");
    checkLock(guest, kind === 'qemu' ? 'suspended' : undefined);
    if (guest.power !== null) die(`${nameOf(kind)} ${vmid} already running`);
    for (const [key, value] of Object.entries({ ...guest.main, ...guest.pending })) {
      const bridge = /^net\d+$/.test(key) ? /(?:^|,)bridge=([^,]*)/.exec(value)?.[1] : undefined;
      if (bridge !== undefined && !cluster.options.bridges.includes(bridge)) die(`bridge '${bridge}' does not exist`);
    }
    await worker.middle();
    delete guest.main['lock'];
    powerOn(cluster, guest);
  }));
}

function stop(call: Call, kind: GuestKind): Answer {
  checkSkiplock(call);
  const vmid = vmidOf(call);
  if (kind === 'lxc') runningOrDie(call, kind, 'CT');
  return viaHa(call, 'hastop', kind) ?? task(call, `${letters[kind]}stop`, vmid, (worker) => halt(call, kind, worker));
}

async function halt(call: Call, kind: GuestKind, worker: Worker): Promise<void> {
  const { cluster } = call;
  await cluster.withFlock(kind, vmidOf(call), async () => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, kind, vmidOf(call));
    if (guest.power === null) return;
    checkLock(guest);
    await worker.middle();
    powerOff(cluster, guest);
  });
}

/** A shutdown asks the agent first where one is configured; without an answer it presses the button. */
const isAgentAwaited = (guest: Guest): boolean => guest.kind === 'qemu' && /^(?:enabled=)?1\b/.test(guest.main['agent'] ?? '') && (guest.inside === undefined || guest.inside.agent.state === 'silent');

function shutdown(call: Call, kind: GuestKind): Answer {
  checkSkiplock(call);
  const vmid = vmidOf(call);
  const { cluster } = call;
  if (kind === 'lxc') runningOrDie(call, kind, 'CT');
  if (cluster.guest(vmid)?.power?.paused === true && !isOn(call, 'forceStop')) die('VM is paused - cannot shutdown');
  return viaHa(call, 'hastop', kind) ?? task(call, `${letters[kind]}shutdown`, vmid, (worker) => cluster.withFlock(kind, vmid, async () => {
    await worker.begin();
    const guest = cluster.guestAt(call.node, kind, vmid);
    if (guest.power === null) return;
    checkLock(guest);
    if (isAgentAwaited(guest)) worker.log(`QEMU Guest Agent is not running - VM ${vmid} ${cluster.options.version === '8.4' ? 'qmp' : 'qga'} command 'guest-ping' failed - got timeout`);
    if (guest.deaf) {
      await worker.wait(Math.min(Number(call.params['timeout'] ?? 60), 60) * cluster.options.taskMillis);
      if (!isOn(call, 'forceStop')) die('VM quit/powerdown failed - got timeout');
      worker.log('VM still running - terminating now with SIGTERM');
    } else await worker.middle();
    powerOff(cluster, guest);
  }));
}

function reboot(call: Call, kind: GuestKind): Answer {
  const guest = runningOrDie(call, kind, 'VM');
  if (guest.power?.paused === true) die('VM is paused - cannot shutdown');
  return task(call, `${letters[kind]}reboot`, guest.vmid, (worker) => call.cluster.withFlock(kind, guest.vmid, async () => {
    await worker.begin();
    checkLock(guest);
    await worker.middle();
    powerOff(call.cluster, guest);
    powerOn(call.cluster, guest);
  }));
}

/** Freezing a container is an experiment of Proxmox's own; it asks for a running one at once. */
function onRunningCt(call: Call, type: string, paused: boolean): Answer {
  checkSkiplock(call);
  const guest = runningOrDie(call, 'lxc', 'CT');
  return task(call, type, guest.vmid, (worker) => call.cluster.withFlock('lxc', guest.vmid, async () => {
    await worker.begin();
    checkLock(guest);
    if (guest.power !== null) guest.power.paused = paused;
    call.cluster.commit();
  }));
}

/** Pause, resume and reset of a running VM. */
function onRunning(call: Call, type: string, act: (power: NonNullable<Guest['power']>) => void): Answer {
  checkSkiplock(call);
  const guest = runningOrDie(call, 'qemu', 'VM');
  return task(call, type, guest.vmid, async (worker) => {
    await worker.begin();
    if (guest.power !== null) act(guest.power);
    call.cluster.commit();
  });
}

export const powerRoutes: readonly Route[] = [
  ...(['qemu', 'lxc'] as const).flatMap((kind) => [
    route('POST', `/nodes/{node}/${kind}/{vmid}/status/start`, powers, (call) => start(call, kind)), route('POST', `/nodes/{node}/${kind}/{vmid}/status/stop`, powers, (call) => stop(call, kind)),
    route('POST', `/nodes/{node}/${kind}/{vmid}/status/shutdown`, powers, (call) => shutdown(call, kind)), route('POST', `/nodes/{node}/${kind}/{vmid}/status/reboot`, powers, (call) => reboot(call, kind)),
  ]),
  route('POST', '/nodes/{node}/lxc/{vmid}/status/suspend', powers, (call) => onRunningCt(call, 'vzsuspend', true)),
  route('POST', '/nodes/{node}/lxc/{vmid}/status/resume', powers, (call) => onRunningCt(call, 'vzresume', false)),
  route('POST', '/nodes/{node}/qemu/{vmid}/status/suspend', powers, (call) => onRunning(call, 'qmpause', (power) => { power.paused = true; })),
  route('POST', '/nodes/{node}/qemu/{vmid}/status/resume', powers, (call) => onRunning(call, 'qmresume', (power) => { power.paused = false; })),
  route('POST', '/nodes/{node}/qemu/{vmid}/status/reset', powers, (call) => onRunning(call, 'qmreset', (power) => { power.since = call.cluster.now(); })),
];
