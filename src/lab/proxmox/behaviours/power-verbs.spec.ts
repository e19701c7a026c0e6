import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('power verbs', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { running: true }), specGuest(102, { running: true }), specGuest(103, { running: true }, { agent: '1' }), specContainer(200), specContainer(201, { running: true })]); });
  afterAll(() => cluster.close());

  const verb = (path: string, params = {}) => cluster.root.call('POST', `/nodes/pve1/${path}`, params);
  const ended = async (path: string, params = {}): Promise<string> => (await cluster.root.finished(await verb(path, params))).exitstatus;
  const state = async (path: string): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `/nodes/pve1/${path}/status/current`)).body?.data ?? {};

  it('stop and shutdown of a stopped VM are OK and do nothing, of a stopped container they are refused at once', async () => {
    expect([await ended('qemu/100/status/stop'), await ended('qemu/100/status/shutdown')]).toEqual(['OK', 'OK']);
    for (const word of ['stop', 'shutdown']) expect(said(await verb(`lxc/200/status/${word}`))).toBe('500 CT 200 not running');
  });

  it('start of a running VM fails in its task, of a running container at once', async () => {
    expect(await ended('qemu/101/status/start')).toBe('VM 101 already running');
    expect(said(await verb('lxc/201/status/start'))).toBe('500 CT 201 already running');
  });

  it('reboot, reset and suspend want a running VM at once', async () => {
    for (const word of ['reboot', 'reset', 'suspend']) expect(said(await verb(`qemu/100/status/${word}`))).toBe('500 VM 100 not running');
    expect(said(await verb('lxc/200/status/suspend'))).toBe('500 CT 200 not running');
  });

  it('a paused VM runs on as a process: it cannot be shut down, and it can be stopped', async () => {
    expect(await ended('qemu/102/status/suspend')).toBe('OK');
    expect([(await state('qemu/102'))['status'], (await state('qemu/102'))['qmpstatus']]).toEqual(['running', 'paused']);
    expect(said(await verb('qemu/102/status/shutdown'))).toBe('500 VM is paused - cannot shutdown');
    expect(await ended('qemu/102/status/stop')).toBe('OK');
    expect((await state('qemu/102'))['status']).toBe('stopped');
  });

  it('a shutdown asks the agent first, and where nobody hears it fails or kills', async () => {
    await cluster.lab.act({ act: 'agent', vmid: 103, facts: { state: 'silent' } });
    await cluster.lab.act({ act: 'ignore-shutdown', vmid: 103 });
    const deaf = await cluster.root.finished(await verb('qemu/103/status/shutdown', { timeout: 1 }));
    expect([deaf.exitstatus, deaf.log[0]]).toEqual(['VM quit/powerdown failed - got timeout', "QEMU Guest Agent is not running - VM 103 qmp command 'guest-ping' failed - got timeout"]);
    expect(await ended('qemu/103/status/shutdown', { timeout: 1, forceStop: 1 })).toBe('OK');
    expect((await state('qemu/103'))['status']).toBe('stopped');
  });
});
