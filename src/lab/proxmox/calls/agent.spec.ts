import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from '../behaviours/said';

describe('the guest agent', () => {
  let cluster: SpecCluster;
  let v9: SpecCluster;
  beforeAll(async () => {
    v9 = await specCluster([specGuest(100, { running: true }, { agent: '1' })], { version: '9.0' });
    cluster = await specCluster([
      specGuest(100, { running: true }, { agent: '1', net0: 'virtio=BC:24:11:00:01:00,bridge=vmbr0', net1: 'virtio=BC:24:11:00:02:00,bridge=vmbr0', net2: 'virtio=BC:24:11:00:03:00,bridge=vmbr0', ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1,ip6=fd00::5/64', ipconfig1: 'ip=dhcp' }), specGuest(101, { running: true }), specGuest(102, {}, { agent: '1' }),
      specGuest(103, { running: true }, { agent: '1' }), specGuest(104, { running: true, agent: { state: 'running', hostname: 'told', addresses: { net0: ['192.0.2.7/24', '2001:db8::7/64'] } } }, { agent: '1', net0: 'virtio=BC:24:11:00:04:00,bridge=vmbr0' }),
      specContainer(200, { running: true }, { net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:01:00,ip=10.0.0.9/24,ip6=auto,type=veth' }), specContainer(201),
    ]);
  });
  afterAll(() => Promise.all([cluster.close(), v9.close()]));

  const agent = (vmid: number, command: string, params = {}, method = 'GET') => cluster.root.call<{ readonly result: unknown }>(method, `/nodes/pve1/qemu/${vmid}/agent/${command}`, params);
  const addresses = async (vmid: number): Promise<readonly unknown[]> => ((await agent(vmid, 'network-get-interfaces')).body?.data.result as readonly { readonly name: string; readonly 'ip-addresses'?: readonly { readonly 'ip-address': string; readonly prefix: number }[] }[]).map((each) => [each.name, each['ip-addresses']?.map((address) => `${address['ip-address']}/${address.prefix}`)]);

  it('has three reasons for not answering, each with its sentence', async () => {
    await cluster.lab.act({ act: 'agent', vmid: 103, facts: { state: 'silent' } });
    expect(said(await agent(101, 'get-host-name'))).toBe('500 No QEMU guest agent configured');
    expect(said(await agent(102, 'get-host-name'))).toBe('500 VM 102 is not running');
    expect(said(await agent(103, 'get-host-name'))).toBe('500 QEMU guest agent is not running');
  });

  it('of a guest that was just made is silent, until an operating system is there', async () => {
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 300, agent: 1, memory: 512, net0: 'virtio,bridge=vmbr0', start: 1 }));
    expect(said(await agent(300, 'ping', {}, 'POST'))).toBe('500 QEMU guest agent is not running');
    await cluster.lab.act({ act: 'agent', vmid: 300, facts: {} });
    expect((await agent(300, 'ping', {}, 'POST')).body?.data).toEqual({ result: {} });
  });

  it('tells the loopback, several addresses of both kinds, leases, and of a device that is down nothing but its MAC', async () => {
    expect(await addresses(100)).toEqual([
      ['lo', ['127.0.0.1/8', '::1/128']], ['eth0', ['10.0.0.5/24', 'fd00::5/64', 'fe80::be24:11ff:fe00:100/64']], ['eth1', ['10.101.0.101/16', 'fe80::be24:11ff:fe00:200/64']], ['eth2', undefined],
    ]);
    const rows = (await agent(100, 'network-get-interfaces')).body?.data.result as readonly Record<string, unknown>[];
    expect(rows[3]).toEqual({ name: 'eth2', 'hardware-address': 'bc:24:11:00:03:00' });
  });

  it('tells what the seed says of a guest, and at `empty` nothing at all', async () => {
    expect((await agent(104, 'get-host-name')).body?.data.result).toEqual({ 'host-name': 'told' });
    expect((await addresses(104))[1]).toEqual(['eth0', ['192.0.2.7/24', '2001:db8::7/64', expect.stringMatching(/^fe80::be24:/)]]);
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { state: 'empty' } });
    expect([await addresses(104), (await agent(104, 'get-osinfo')).body?.data.result]).toEqual([[], {}]);
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { state: 'running' } });
  });

  it('that hangs answers a ping and times out for all else', async () => {
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { state: 'stuck' } });
    expect((await agent(104, 'ping', {}, 'POST')).status).toBe(200);
    expect(said(await agent(104, 'get-fsinfo'))).toBe("500 VM 104 qmp command 'guest-get-fsinfo' failed - got timeout");
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { state: 'running' } });
  });

  it('refuses inside a 200 where Proxmox only hands on, and as a 500 where it looks', async () => {
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { disabled: ['guest-network-get-interfaces', 'guest-exec'] } });
    expect((await agent(104, 'network-get-interfaces')).body?.data).toEqual({ result: { error: { class: 'CommandNotFound', desc: 'Command guest-network-get-interfaces has been disabled' } } });
    expect(said(await agent(104, 'exec', { command: 'true' }, 'POST'))).toBe('500 Agent error: Command guest-exec has been disabled');
    await cluster.lab.act({ act: 'agent', vmid: 104, facts: { disabled: [] } });
  });

  it('runs programs, once told forgets them, and breaks over one that is not there', async () => {
    const started = await cluster.root.call<{ readonly pid: number }>('POST', '/nodes/pve1/qemu/104/agent/exec', { command: '/bin/hostname' });
    const pid = started.body?.data.pid ?? 0;
    expect((await agent(104, 'exec-status', { pid })).body?.data).toEqual({ exited: 1, exitcode: 0, 'out-data': 'told\n', 'out-truncated': 0 });
    expect(said(await agent(104, 'exec-status', { pid }))).toBe("500 Agent error: Invalid parameter 'pid'");
    const broken = await agent(104, 'exec', { command: '/nope' }, 'POST');
    expect([broken.status, broken.reason, broken.text]).toEqual([596, 'Broken pipe', '']);
  });

  it('writes and reads files, tells the freeze of its file systems, and sets passwords', async () => {
    expect((await agent(104, 'file-write', { file: '/etc/motd', content: 'hello' }, 'POST')).body?.data).toBeNull();
    expect((await agent(104, 'file-read', { file: '/etc/motd' })).body?.data).toEqual({ content: 'hello', 'bytes-read': 5 });
    expect(said(await agent(104, 'file-read', { file: '/nope' }))).toBe("500 Agent error: failed to open file '/nope' (mode: 'r'): No such file or directory");
    expect((await agent(104, 'fsfreeze-status', {}, 'POST')).body?.data).toEqual({ result: 'thawed' });
    expect((await agent(104, 'set-user-password', { username: 'root', password: 'abcde' }, 'POST')).body?.data).toEqual({ result: {} });
  });

  it('is no part of a container, whose addresses the host itself sees', async () => {
    const rows = (await cluster.root.call<readonly Record<string, unknown>[] | null>('GET', '/nodes/pve1/lxc/200/interfaces')).body?.data;
    expect(rows?.[0]).toMatchObject({ name: 'lo', inet: '127.0.0.1/8', inet6: '::1/128' });
    expect(rows?.[1]).toMatchObject({ name: 'eth0', hwaddr: 'bc:24:11:00:01:00', inet: '10.0.0.9/24', inet6: 'fd00:1::be24:11ff:fe00:100/64' });
    expect((rows?.[1]?.['ip-addresses'] as readonly Record<string, unknown>[]).map((address) => address['ip-address-type'])).toEqual(['inet', 'inet6', 'inet6']);
    expect((await cluster.root.call('GET', '/nodes/pve1/lxc/201/interfaces')).body?.data).toBeNull();
  });

  it('wants VM.Monitor up to 8 and its own privileges from 9 on', async () => {
    const ask = async (each: SpecCluster, command: string, method = 'GET', params = {}): Promise<string> => said(await each.token.reflect.call(method, `/nodes/pve1/qemu/100/agent/${command}`, params));
    expect(await ask(cluster, 'get-osinfo')).toBe('403 Permission check failed (/vms/100, VM.Monitor)');
    expect(await ask(v9, 'get-osinfo')).toBe('403 Permission check failed (/vms/100, VM.GuestAgent.Audit|VM.GuestAgent.Unrestricted)');
    for (const holder of ['sluice-reflect@pve', 'sluice-reflect@pve!reflect']) await v9.lab.act({ act: 'acl', path: '/vms/100', role: 'PVEAuditor', holder, grant: true });
    expect(await ask(v9, 'get-osinfo')).toBe('200 OK');
    expect(await ask(v9, 'exec', 'POST', { command: 'true' })).toBe('403 Permission check failed (/vms/100, VM.GuestAgent.Unrestricted)');
    expect(await ask(v9, 'file-read', 'GET', { file: '/x' })).toBe('403 Permission check failed (/vms/100, VM.GuestAgent.FileRead|VM.GuestAgent.Unrestricted)');
  });
});
