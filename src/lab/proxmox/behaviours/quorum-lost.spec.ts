import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a cluster that lost its quorum', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, { running: true }), specContainer(200)]);
    await cluster.lab.act({ act: 'quorum', quorate: false });
  });
  afterAll(() => cluster.close());

  it('answers every read', async () => {
    for (const path of ['/cluster/status', '/cluster/resources', '/cluster/nextid', '/cluster/ha/resources', '/cluster/options', '/nodes/pve1/qemu', '/nodes/pve1/qemu/100/config', '/nodes/pve1/lxc/200/config', '/nodes/pve1/tasks', '/access/permissions', '/pools']) {
      expect([path, (await cluster.root.call('GET', path)).status]).toEqual([path, 200]);
    }
    const status = (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/cluster/status')).body?.data ?? [];
    expect(status.find((row) => row['type'] === 'cluster')?.['quorate']).toBe(0);
  });

  it.each([
    ['POST', '/nodes/pve1/qemu', { vmid: 400 }], ['POST', '/nodes/pve1/qemu/100/status/start', {}], ['POST', '/nodes/pve1/qemu/100/clone', { newid: 401 }], ['POST', '/nodes/pve1/qemu/100/migrate', { target: 'pve2' }], ['POST', '/cluster/ha/resources', { sid: 'vm:100' }], ['POST', '/cluster/sdn/zones', { type: 'simple', zone: 'z1' }],
  ] as const)('refuses %s %s', async (method, path, params) => {
    expect(said(await cluster.root.call(method, path, params))).toBe('500 cluster not ready - no quorum?');
  });

  it('refuses what writes a file with the words of the file system, at once or in the task', async () => {
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { description: 'x' }))).toMatch(/^500 unable to open file '\/etc\/pve\/nodes\/pve1\/qemu-server\/100\.conf\.tmp\.\d+' - Permission denied$/);
    expect((await cluster.root.finished(await cluster.root.call('DELETE', '/nodes/pve1/qemu/100'))).exitstatus).toMatch(/^unable to open file '\/etc\/pve\/nodes\/pve1\/qemu-server\/100\.conf\.tmp\.\d+' - Permission denied$/);
    expect(said(await cluster.root.call('PUT', '/cluster/options', { description: 'x' }))).toBe("500 cfs-lock 'file-datacenter_cfg' error: no quorum!");
    expect((await cluster.lab.guest(100))?.text).toContain('name: guest-100');
  });

  it('still stops a guest, for that writes nothing', async () => {
    expect((await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/stop'))).exitstatus).toBe('OK');
    expect((await cluster.lab.guest(100))?.main['lock']).toBeUndefined();
  });
});
