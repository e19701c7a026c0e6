import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from '../behaviours/said';

describe('what a person looks at', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100, { running: true }), specGuest(101), specContainer(200)]); });
  afterAll(() => cluster.close());

  const read = async <T>(path: string, params = {}): Promise<T> => (await cluster.root.call<T>('GET', path, params)).body?.data as T;
  type Rows = readonly Record<string, unknown>[];

  it('is about a node: its configuration, name servers, time, version and interfaces', async () => {
    expect([await read('/nodes/pve1/config'), await read('/nodes/pve1/dns')]).toEqual([{}, { dns1: '10.99.0.253' }]);
    expect(Object.keys(await read('/nodes/pve1/time')).sort()).toEqual(['localtime', 'time', 'timezone']);
    expect(await read('/nodes/pve1/network/vmbr0')).toMatchObject({ type: 'bridge', active: 1, method: 'manual' });
    expect((await cluster.root.call('GET', '/nodes/pve1/network/vmbr9')).body?.errors).toEqual({ iface: 'interface does not exist' });
    const { version, repoid } = await read<{ readonly version: string; readonly repoid: string }>('/version');
    expect((await read<{ readonly pveversion: string }>('/nodes/pve1/status')).pveversion).toBe(`pve-manager/${version}/${repoid}`);
    expect(said(await cluster.token.destroy.call('GET', '/nodes/pve1/dns'))).toBe('403 Permission check failed (/nodes/pve1, Sys.Audit)');
  });

  it('is the machine types of the QEMU of the version, both families', async () => {
    const ids = (await read<Rows>('/nodes/pve1/capabilities/qemu/machines')).map((row) => row['id']);
    expect(ids).toEqual(expect.arrayContaining(['pc-q35-9.2+pve1', 'pc-i440fx-9.0']));
    expect(ids).not.toContain('pc-q35-10.0');
  });

  it('is the curve of a guest: seventy points, empty before it ran', async () => {
    const rows = await read<Rows>('/nodes/pve1/qemu/100/rrddata', { timeframe: 'hour' });
    expect([rows.length, Object.keys(rows[0] ?? {}), rows.at(-1)?.['maxcpu']]).toEqual([70, ['time'], 2]);
    expect(Number(rows[1]?.['time']) - Number(rows[0]?.['time'])).toBe(60);
    expect((await read<Rows>('/nodes/pve1/lxc/200/rrddata', { timeframe: 'year' })).every((row) => Object.keys(row).length === 1)).toBe(true);
    expect((await cluster.root.call('GET', '/nodes/pve1/qemu/100/rrddata', { timeframe: 'minute' })).body?.errors).toEqual({ timeframe: "value 'minute' does not have a value in the enumeration 'hour, day, week, month, year'" });
  });

  it('is replication, of the cluster and of a node, and an error where the target does not answer', async () => {
    await cluster.lab.act({ act: 'replication', vmid: 101, on: true });
    expect(await read<Rows>('/cluster/replication')).toEqual([{ id: '101-0', guest: 101, jobnum: 0, type: 'local', source: 'pve1', target: 'pve2', schedule: '*/15' }]);
    expect((await read<Rows>('/nodes/pve1/replication', { guest: 101 }))[0]).toMatchObject({ id: '101-0', fail_count: 0 });
    expect(await read<Rows>('/nodes/pve2/replication')).toEqual([]);
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    expect((await read<Rows>('/nodes/pve1/replication'))[0]).toMatchObject({ fail_count: 1 });
    await cluster.lab.act({ act: 'node', node: 'pve2', online: true });
  });

  it('is the datacenter: corosync, options as objects, the range of free VMIDs, the log', async () => {
    expect(await read('/cluster/config/nodes')).toEqual([{ node: 'pve1', name: 'pve1', nodeid: '1', quorum_votes: '1', ring0_addr: '10.99.0.1' }, { node: 'pve2', name: 'pve2', nodeid: '2', quorum_votes: '1', ring0_addr: '10.99.0.2' }]);
    expect(said(await cluster.root.call('PUT', '/cluster/options', { 'next-id': 'lower=500,upper=502', migration: 'insecure', 'registered-tags': 'a;b', description: 'a=b' }))).toBe('200 OK');
    expect(await read('/cluster/options')).toMatchObject({ 'next-id': { lower: 500, upper: 502 }, migration: { type: 'insecure' }, 'registered-tags': ['a', 'b'], description: 'a=b' });
    expect(await read('/cluster/nextid')).toBe('500');
    expect(said(await cluster.root.call('PUT', '/cluster/options', { delete: 'next-id,migration,registered-tags,description' }))).toBe('200 OK');
    expect((await cluster.root.call('PUT', '/cluster/options', { description: 'x', digest: '0'.repeat(40) })).body?.errors).toEqual({ digest: 'property is not defined in schema and the schema does not allow additional properties' });
    const started = await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/start');
    await cluster.root.finished(started);
    expect((await read<Rows>('/cluster/log', { max: 2 })).map((row) => [row['msg'], row['pri']])).toEqual([[`end task ${String(started.body?.data)} OK`, 6], [`starting task ${String(started.body?.data)}`, 6]]);
  });

  it('is software-defined network: zones are made, listed as pending, and removed', async () => {
    expect(said(await cluster.root.call('POST', '/cluster/sdn/zones', { type: 'vlan', zone: 'z1' }))).toBe("500 missing value for required option 'bridge'");
    expect(said(await cluster.root.call('POST', '/cluster/sdn/zones', { type: 'vlan', zone: 'z1', bridge: 'vmbr0', mtu: 1500 }))).toBe('200 OK');
    expect(said(await cluster.root.call('POST', '/cluster/sdn/zones', { type: 'simple', zone: 'z1' }))).toBe("500 create sdn zone object failed: sdn zone object ID 'z1' already defined");
    expect((await cluster.root.call('POST', '/cluster/sdn/zones', { type: 'simple', zone: 'muchtoolong' })).body?.errors).toEqual({ zone: "invalid format - zone ID 'muchtoolong' can't be more length than 8 characters\n" });
    expect(await read<Rows>('/cluster/sdn/zones')).toMatchObject([{ zone: 'z1', type: 'vlan', bridge: 'vmbr0', mtu: 1500 }]);
    expect(await read<Rows>('/cluster/sdn/zones', { pending: 1 })).toMatchObject([{ zone: 'z1', state: 'new' }]);
    expect([await read('/cluster/sdn/zones', { running: 1 }), await read('/cluster/sdn/vnets'), await read('/cluster/sdn/controllers')]).toEqual([[], [], []]);
    expect(said(await cluster.root.call('GET', '/cluster/sdn/vnets/none/subnets'))).toBe("500 sdn 'none' does not exist");
    expect(said(await cluster.root.call('DELETE', '/cluster/sdn/zones/z1'))).toBe('200 OK');
    expect(said(await cluster.root.call('DELETE', '/cluster/sdn/zones/z1'))).toBe("500 delete sdn zone object failed: sdn 'z1' does not exist");
  });
});
