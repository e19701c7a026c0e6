import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a guest that is not there', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101, { node: 'pve2' }), specContainer(200)]); });
  afterAll(() => cluster.close());

  const gone = (kind: 'qemu-server' | 'lxc', vmid: number): string => `Configuration file 'nodes/pve1/${kind}/${vmid}.conf' does not exist`;

  it.each([
    ['GET', 'qemu/999/config', {}], ['PUT', 'qemu/999/config', { description: 'x' }], ['GET', 'qemu/999/status/current', {}], ['DELETE', 'qemu/999', {}], ['GET', 'qemu/999/agent/get-host-name', {}],
    // On the other node, and of the other kind: Proxmox has one sentence for all three.
    ['GET', 'qemu/101/config', {}], ['GET', 'qemu/200/config', {}],
  ] as const)('is a 500 at once for %s %s', async (method, path, params) => {
    const vmid = Number(path.split('/')[1]);
    expect(said(await cluster.root.call(method, `/nodes/pve1/${path}`, params))).toBe(`500 ${gone('qemu-server', vmid)}`);
  });

  it('is a UPID whose task fails for a resize, a start and a stop', async () => {
    for (const [method, path, params] of [['PUT', 'resize', { disk: 'scsi0', size: '+1G' }], ['POST', 'status/start', {}], ['POST', 'status/stop', {}]] as const) {
      const answer = await cluster.root.call(method, `/nodes/pve1/qemu/999/${path}`, params);
      expect(answer.status).toBe(200);
      expect((await cluster.root.finished(answer)).exitstatus).toBe(gone('qemu-server', 999));
    }
  });

  it('has other words for a clone and for a container', async () => {
    expect(said(await cluster.root.call('POST', '/nodes/pve1/qemu/999/clone', { newid: 500 }))).toBe("500 unable to find configuration file for VM 999 on node 'pve1'");
    expect(said(await cluster.root.call('DELETE', '/nodes/pve1/lxc/999'))).toBe(`500 ${gone('lxc', 999)}`);
    expect(said(await cluster.root.call('POST', '/nodes/pve1/lxc/999/status/reboot'))).toBe('500 VM 999 not running');
    expect(said(await cluster.root.call('POST', '/nodes/pve1/lxc/999/status/stop'))).toBe('500 CT 999 not running');
  });
});
