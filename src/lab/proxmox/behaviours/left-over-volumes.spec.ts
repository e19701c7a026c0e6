import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a volume that a destroy cannot free', () => {
  const open: SpecCluster[] = [];
  afterAll(async () => {
    for (const cluster of open) await cluster.close();
  });
  const start = async (version: '8.4' | '9.0'): Promise<SpecCluster> => {
    const cluster = await specCluster([specGuest(100), specContainer(200)], { version });
    open.push(cluster);
    for (const vmid of [100, 200]) await cluster.lab.act({ act: 'hold-volume', volid: `disks:vm-${vmid}-disk-0`, held: true });
    return cluster;
  };
  const destroyed = async (cluster: SpecCluster, path: string): Promise<string> => (await cluster.root.finished(await cluster.root.call('DELETE', `/nodes/pve1/${path}`))).exitstatus;
  const volumes = async (cluster: SpecCluster): Promise<readonly string[]> => (await cluster.root.call<readonly { readonly volid: string }[]>('GET', '/nodes/pve1/storage/disks/content')).body?.data.map((row) => row.volid) ?? [];

  it('is left behind by a VM, with a line of the log in 8.4 and a warning in 9', async () => {
    for (const [version, exit] of [['8.4', 'OK'], ['9.0', 'WARNINGS: 1']] as const) {
      const cluster = await start(version);
      expect([version, await destroyed(cluster, 'qemu/100')]).toEqual([version, exit]);
      expect(await cluster.lab.guest(100)).toBeNull();
      expect(await volumes(cluster)).toContain('disks:vm-100-disk-0');
    }
  });

  it('stops the destroy of a container half-way', async () => {
    const [cluster] = open;
    if (cluster === undefined) throw new Error('no cluster');
    expect(await destroyed(cluster, 'lxc/200')).toBe("can't remove volume 'disks:vm-200-disk-0': device or resource busy");
    expect((await cluster.lab.guest(200))?.main['rootfs']).toBe('disks:vm-200-disk-0,size=4G');
  });

  it('is no hindrance without quorum: volumes on local storage go, and the guest that named them stays', async () => {
    const cluster = await specCluster([specGuest(100)]);
    open.push(cluster);
    await cluster.lab.act({ act: 'quorum', quorate: false });
    expect(await destroyed(cluster, 'qemu/100')).toMatch(/Permission denied$/);
    await cluster.lab.act({ act: 'quorum', quorate: true });
    expect(said(await cluster.root.call('GET', '/nodes/pve1/qemu/100/config'))).toBe('200 OK');
    expect(await volumes(cluster)).not.toContain('disks:vm-100-disk-0');
  });
});
