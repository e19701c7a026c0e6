import { until } from '../../../../test/setup/until';
import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('another node', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { node: 'pve2', running: true })]); });
  afterEach(async () => {
    await cluster.lab.clear();
    await cluster.lab.act({ act: 'node', node: 'pve2', online: true });
  });
  afterAll(() => cluster.close());

  const row = async (): Promise<Record<string, unknown>> => (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/cluster/resources', { type: 'vm' })).body?.data.find((each) => each['vmid'] === 101) ?? {};
  const description = async (): Promise<string | undefined> => (await cluster.lab.guest(101))?.main['description'];

  it('that is down: 595 without a body for reads and writes, and nothing was done', async () => {
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    for (const [method, path, params] of [['GET', '/config', {}], ['PUT', '/config', { description: 'never' }], ['POST', '/status/stop', {}], ['DELETE', '', {}]] as const) {
      const answer = await cluster.root.call(method, `/nodes/pve2/qemu/101${path}`, params);
      expect([answer.status, answer.reason, answer.text]).toEqual([595, 'Connection refused', '']);
    }
    expect(await description()).toBeUndefined();
  });

  it('that is down: its guests stay in the list, with what was last said of them, and after five minutes as unknown', async () => {
    await cluster.lab.advance(11);
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    await cluster.lab.advance(60);
    expect(await row()).toMatchObject({ node: 'pve2', name: 'guest-101', status: 'running' });
    await cluster.lab.advance(300);
    const late = await row();
    expect([late['node'], late['status'], late['name']]).toEqual(['pve2', 'unknown', undefined]);
    await cluster.lab.act({ act: 'node', node: 'pve2', online: true });
    await cluster.lab.advance(11);
    expect(await row()).toMatchObject({ name: 'guest-101', status: 'running' });
  });

  it('P26 that is slow: 596 after 30 seconds of silence, and the work goes on behind it', async () => {
    const slow = await cluster.lab.fault({ method: 'PUT', path: '/nodes/pve2/qemu/101/config$' }, { status: 596, executed: 'later' });
    const answer = await cluster.root.call('PUT', '/nodes/pve2/qemu/101/config', { description: 'late' });
    expect([answer.status, answer.reason, answer.text]).toEqual([596, 'Connection timed out', '']);
    expect(await description()).toBeUndefined();
    await cluster.lab.lift(slow);
    await until(async () => (await description()) === 'late', 'the end of the work');
  });

  it('has another name: only names of nodes are known', async () => {
    expect(said(await cluster.root.call('GET', '/nodes/pve9/qemu'))).toBe("500 hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known");
  });
});
