import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';

describe('tags', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101)]); });
  afterAll(() => cluster.close());

  const tags = async (vmid: number): Promise<unknown> => (await cluster.root.call<Record<string, unknown>>('GET', `/nodes/pve1/qemu/${vmid}/config`)).body?.data['tags'];

  it('are put in order by an update and kept as they came by a create', async () => {
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 200, tags: 'Web,prod;web' }));
    expect(await tags(200)).toBe('Web,prod;web');
    await cluster.root.call('PUT', '/nodes/pve1/qemu/200/config', { tags: 'Web,prod;web' });
    expect(await tags(200)).toBe('prod;web');
  });

  it('keep their case where the datacenter says so, and an empty list is one space', async () => {
    await cluster.root.call('PUT', '/cluster/options', { 'tag-style': 'case-sensitive=1' });
    await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { tags: 'B,b,a' });
    expect(await tags(100)).toBe('B;a;b');
    await cluster.root.call('PUT', '/cluster/options', { delete: 'tag-style' });
    await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { tags: '' });
    expect(await tags(100)).toBe(' ');
  });

  it('go along with a clone, as description and protection do', async () => {
    await cluster.lab.act({ act: 'set-config', vmid: 101, set: { tags: 'golden', protection: '1', description: 'the source' } });
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/101/clone', { newid: 300 }));
    expect((await cluster.lab.guest(300))?.main).toMatchObject({ tags: 'golden', protection: '1', description: 'the source' });
  });
});
