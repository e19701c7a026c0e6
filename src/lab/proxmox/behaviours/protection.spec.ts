import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('protection', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100, { protection: true }, { unused0: 'disks:vm-100-disk-1' }), specContainer(200, { protection: true }, { mp0: 'disks:vm-200-disk-1,mp=/data,size=1G' })]); });
  afterAll(() => cluster.close());

  const put = async (path: string, params: Record<string, string | number>): Promise<string> => said(await cluster.root.call('PUT', `/nodes/pve1/${path}/config`, params));

  it('keeps a guest and its volumes', async () => {
    expect(said(await cluster.root.call('DELETE', '/nodes/pve1/qemu/100'))).toBe("500 can't remove VM 100 - protection mode enabled");
    expect(said(await cluster.root.call('DELETE', '/nodes/pve1/lxc/200'))).toBe("500 can't remove CT 200 - protection mode enabled");
    expect(await put('qemu/100', { delete: 'scsi0' })).toBe("500 can't remove drive 'scsi0' - protection mode enabled");
    expect(await put('qemu/100', { delete: 'unused0' })).toBe("500 can't remove unused disk 'disks:vm-100-disk-1' - protection mode enabled");
    expect(await put('lxc/200', { delete: 'mp0' })).toBe("500 can't remove CT 200 drive 'mp0' - protection mode enabled");
  });

  it('keeps nothing else: power, sizes and settings change, and it is taken off by a plain write', async () => {
    expect(await put('qemu/100', { cores: 4 })).toBe('200 OK');
    expect((await cluster.root.finished(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0', size: '9G' }))).exitstatus).toBe('OK');
    expect(await put('qemu/100', { protection: 0 })).toBe('200 OK');
    expect((await cluster.root.finished(await cluster.root.call('DELETE', '/nodes/pve1/qemu/100'))).exitstatus).toBe('OK');
  });
});
