import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';

describe('/cluster/resources', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { running: true })]); });
  afterAll(() => cluster.close());

  const row = async (vmid: number): Promise<Record<string, unknown>> => (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/cluster/resources', { type: 'vm' })).body?.data.find((each) => each['vmid'] === vmid) ?? {};

  it('has live places, tags and locks beside names, power and sizes of up to ten seconds ago', async () => {
    await cluster.lab.advance(11);
    await row(100);
    await cluster.lab.act({ act: 'set-config', vmid: 100, set: { name: 'renamed', tags: 'fresh', lock: 'backup', memory: '4096' } });
    await cluster.lab.act({ act: 'move-to-node', vmid: 100, node: 'pve2' });
    await cluster.lab.act({ act: 'stop', vmid: 101 });
    expect(await row(100)).toMatchObject({ node: 'pve2', tags: 'fresh', lock: 'backup', name: 'guest-100', maxmem: 1024 ** 3 });
    expect((await row(101))['status']).toBe('running');
    await cluster.lab.advance(11);
    expect(await row(100)).toMatchObject({ name: 'renamed', maxmem: 4 * 1024 ** 3 });
    expect((await row(101))['status']).toBe('stopped');
  });

  it('shows a new guest as unknown and without a name until the first round', async () => {
    await cluster.lab.act({ act: 'create', vmid: 150, config: { name: 'new' } });
    expect([(await row(150))['status'], (await row(150))['name']]).toEqual(['unknown', undefined]);
    await cluster.lab.advance(11);
    expect([(await row(150))['status'], (await row(150))['name']]).toEqual(['stopped', 'new']);
  });

  it('P13 gives a successor the name and the power of its predecessor, for the statistics know VMIDs only', async () => {
    await cluster.lab.act({ act: 'create', vmid: 160, running: true, config: { name: 'predecessor' } });
    await cluster.lab.advance(11);
    await row(160);
    await cluster.lab.act({ act: 'recycle', vmid: 160, config: { name: 'successor' } });
    expect(await row(160)).toMatchObject({ name: 'predecessor', status: 'running' });
    expect((await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/nodes/pve1/qemu')).body?.data.find((each) => each['vmid'] === 160)).toMatchObject({ name: 'successor', status: 'stopped' });
  });
});
