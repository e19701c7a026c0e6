import { connect } from 'node:tls';
import { until } from '../../../../test/setup/until';
import { labOf } from '../lab-client';
import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';

describe('the HTTP server of the simulated Proxmox', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { node: 'pve2', running: true })], { unauthorizedDelayMillis: 60, idleMillis: 400 }); });
  afterAll(() => cluster.close());

  it('answers any node from any node, and the certificate holds for 127.0.0.1', async () => {
    const there = await cluster.as('root@pam!lab', 'root-secret', 1).call<{ readonly name: string }>('GET', '/nodes/pve1/qemu/100/config');
    expect([there.status, there.reason, there.body?.data.name]).toEqual([200, 'OK', 'guest-100']);
    const status = await cluster.root.call<readonly { readonly name: string; readonly local?: number }[]>('GET', '/cluster/status');
    expect(status.body?.data.filter((row) => row.local === 1).map((row) => row.name)).toEqual(['pve1']);
  });

  it('says the first line in the reason phrase, all of it in the body, and closes the connection', async () => {
    const answer = await cluster.root.call('DELETE', '/nodes/pve2/qemu/101');
    expect([answer.status, answer.reason, answer.text, answer.headers['connection']]).toEqual([500, 'VM 101 is running - destroy failed', '{"data":null,"message":"VM 101 is running - destroy failed\\n"}', 'close']);
  });

  it('tells parameter errors by name, all at once', async () => {
    const answer = await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 99, cores: 0, foo: 1 });
    expect([answer.status, answer.reason]).toEqual([400, 'Parameter verification failed.']);
    expect(answer.body?.errors).toEqual({ vmid: 'invalid format - value does not look like a valid VM ID\n', cores: 'value must have a minimum value of 1', foo: 'property is not defined in schema and the schema does not allow additional properties' });
  });

  it('holds a 401 back and sends it without a body', async () => {
    for (const [caller, reason] of [[cluster.as(null), 'No ticket'], [cluster.as('root@pam!lab', 'wrong'), 'Authentication failed!'], [cluster.as('root@pam!nobody', 'x'), 'Authentication failed!']] as const) {
      const before = Date.now();
      const answer = await caller.call('GET', '/nodes');
      expect([answer.status, answer.reason, answer.text]).toEqual([401, reason, '']);
      expect(Date.now() - before).toBeGreaterThanOrEqual(55);
    }
  });

  it('checks the permission before the parameters', async () => {
    const answer = await cluster.token.reflect.call('PUT', '/nodes/pve1/qemu/100/config', { cores: 'many', nonsense: 1 });
    expect([answer.status, answer.reason]).toEqual([403, 'Permission check failed (/vms/100, VM.Config.Disk|VM.Config.CDROM|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.HWType|VM.Config.Options|VM.Config.Cloudinit)']);
  });

  it('knows no other methods, no body on GET and DELETE, no chunks, no other content types', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const asked = async (method: string, url: string, headers: Record<string, string>, body: string): Promise<string> => {
      const answer = await cluster.root.raw(method, url, headers, body);
      return `${answer.status} ${answer.reason}`;
    };
    expect(await asked('PATCH', '/api2/json/version', {}, '')).toBe("501 method 'PATCH' not available");
    expect(await asked('DELETE', '/api2/json/nodes/pve1/qemu/100', form, 'purge=1')).toBe("501 Unexpected content for method 'DELETE'");
    expect(await asked('GET', '/api2/json/version', form, 'a=1')).toBe("501 Unexpected content for method 'GET'");
    expect(await asked('POST', '/api2/json/nodes/pve1/qemu', { 'content-type': 'text/plain' }, 'x')).toBe("506 upload 'Content-Type 'text/plain' not implemented");
    expect(await asked('GET', '/api2/json/nosuchthing', {}, '')).toBe("501 Method 'GET /nosuchthing' not implemented");
    expect(await asked('GET', '/api2/yaml/version', {}, '')).toBe('501 no formatter for uri /version, yaml');
    expect(await asked('POST', '/api2/json/nodes/pve1/qemu', { ...form, 'transfer-encoding': 'chunked' }, '')).toBe('501 chunked transfer encoding not supported');
    expect((await cluster.root.raw('POST', '/api2/json/nodes/pve1/qemu', form, `description=${'x'.repeat(600_000)}`)).reason).toBe('for data too large');
  });

  it('takes JSON bodies, with true and false for booleans and null for nothing', async () => {
    const put = await cluster.root.raw('PUT', '/api2/json/nodes/pve1/qemu/100/config', { 'content-type': 'application/json' }, '{"onboot":true,"description":null,"cores":3}');
    expect(put.status).toBe(200);
    const config = await cluster.root.call<{ readonly onboot: number; readonly cores: number }>('GET', '/nodes/pve1/qemu/100/config');
    expect([config.body?.data.onboot, config.body?.data.cores]).toEqual([1, 3]);
    expect((await cluster.root.raw('PUT', '/api2/json/nodes/pve1/qemu/100/config', { 'content-type': 'application/json' }, '{"cores":')).status).toBe(500);
  });

  it('answers 500 for an unknown node and 595 without a body for one that is down', async () => {
    expect((await cluster.root.call('GET', '/nodes/nope/qemu')).reason).toBe("hostname lookup 'nope' failed - failed to get address info for: nope: Name or service not known");
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    const answer = await cluster.root.call('GET', '/nodes/pve2/qemu/101/config');
    expect([answer.status, answer.text]).toEqual([595, '']);
    await expect(cluster.as('root@pam!lab', 'root-secret', 1).call('GET', '/version')).rejects.toThrow('ECONNREFUSED');
    const rows = (await cluster.root.call<readonly { readonly node: string; readonly type: string; readonly status: string }[]>('GET', '/cluster/resources')).body?.data ?? [];
    expect(rows.find((row) => row.type === 'node' && row.node === 'pve2')?.status).toBe('offline');
    await cluster.lab.act({ act: 'node', node: 'pve2', online: true });
    expect((await cluster.root.call('GET', '/nodes/pve2/qemu/101/config')).status).toBe(200);
  });

  it('takes nodes down and up again from any port, its own included, and the last one keeps the control', async () => {
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    await cluster.lab.act({ act: 'node', node: 'pve1', online: false });
    await expect(cluster.root.call('GET', '/version')).rejects.toThrow('socket hang up');
    for (const node of ['pve1', 'pve2']) await cluster.lab.act({ act: 'node', node, online: true });
    expect((await cluster.as('root@pam!lab', 'root-secret', 1).call('GET', '/version')).status).toBe(200);
    expect((await cluster.root.call('GET', '/version')).status).toBe(200);
    const lab2 = labOf(cluster.sim.nodes[1]?.url ?? '');
    await lab2.act({ act: 'node', node: 'pve2', online: false });
    await until(() => lab2.armed().then(() => false, () => true), 'the end of the port of pve2');
    await cluster.lab.act({ act: 'node', node: 'pve2', online: true });
    expect(await lab2.armed()).toEqual([]);
  });

  it('cuts the connection when an error text holds a character that the wire cannot carry', async () => {
    await expect(cluster.root.call('GET', '/nodes/höhleЖ/qemu')).rejects.toThrow();
  });

  it('says close with the 100th answer of a connection, and a caller that listens loses nothing', async () => {
    const caller = cluster.as('root@pam!lab', 'root-secret');
    const connections: unknown[] = [];
    for (let n = 0; n < 230; n += 1) {
      const answer = await caller.call('GET', '/version');
      expect(answer.status).toBe(200);
      connections.push(answer.headers['connection']);
    }
    expect(connections.filter((connection) => connection === 'close')).toHaveLength(2);
    expect(connections.indexOf('close')).toBe(99);
  });

  it('listens on loopback only', async () => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(cluster.sim.nodes[0]?.url ?? '').port), ca: cluster.sim.caPem });
    await new Promise<void>((resolve, reject) => { socket.once('secureConnect', resolve).once('error', reject); });
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });
});
