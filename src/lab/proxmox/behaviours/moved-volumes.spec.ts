import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('a volume that moves', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, {}, { scsi0: 'files:101/vm-101-disk-0.qcow2,size=8G' }), specGuest(102), specContainer(200), specContainer(201, { running: true })], {
      storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'files', content: 'images,rootdir', type: 'dir', sizeGiB: 100 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    });
  });
  afterAll(() => cluster.close());

  const move = (path: string, params: Record<string, string | number>): ReturnType<typeof cluster.root.call> => cluster.root.call('POST', `/nodes/pve1/${path}`, params);
  const ended = async (path: string, params: Record<string, string | number>): Promise<string> => (await cluster.root.finished(await move(path, params))).exitstatus;
  const main = async (vmid: number): Promise<Readonly<Record<string, string>>> => (await cluster.lab.guest(vmid))?.main ?? {};

  it('leaves the old one as an unused disk, or gone when it is told so', async () => {
    expect(await ended('qemu/100/move_disk', { disk: 'scsi0', storage: 'files' })).toBe('OK');
    expect(await main(100)).toMatchObject({ scsi0: 'files:100/vm-100-disk-0.raw,size=8G', unused0: 'disks:vm-100-disk-0' });
    expect(await ended('qemu/101/move_disk', { disk: 'scsi0', storage: 'files', format: 'raw', delete: 1 })).toBe('OK');
    expect((await main(101))['scsi0']).toBe('files:101/vm-101-disk-1.raw,size=8G');
    expect((await main(101))['unused0']).toBeUndefined();
    expect(said(await cluster.root.call('GET', '/nodes/pve1/storage/files/content/files:101/vm-101-disk-0.qcow2'))).toMatch(/^500 volume_size_info on /);
  });

  it('is looked at before the task starts: digest, place, what it is', async () => {
    const refused = async (params: Record<string, string | number>): Promise<string> => said(await move('qemu/102/move_disk', params));
    expect(await refused({ disk: 'scsi0', storage: 'files', digest: '0'.repeat(40) })).toBe('500 detected modified configuration - file changed by other user? Try again.');
    expect(await refused({ disk: 'scsi0', storage: 'disks' })).toBe("500 you can't move to the same storage with same format");
    expect(await refused({ disk: 'scsi5', storage: 'files' })).toBe("500 disk 'scsi5' does not exist");
    expect((await move('qemu/102/move_disk', { disk: 'scsi0' })).body?.errors).toHaveProperty('storage');
  });

  it('of a VM with snapshots may move, but the old one may not go', async () => {
    expect(await ended('qemu/102/snapshot', { snapname: 'before' })).toBe('OK');
    expect(said(await move('qemu/102/move_disk', { disk: 'scsi0', storage: 'files', delete: 1 }))).toBe("500 you can't move a disk with snapshots and delete the source");
  });

  it('of a container wants it stopped and keeps it locked meanwhile', async () => {
    expect(said(await move('lxc/201/move_volume', { volume: 'rootfs', storage: 'files' }))).toBe('500 cannot move volumes of a running container');
    const paused = await cluster.lab.fault({ path: '/move_volume$' }, { taskPaused: 'middle' });
    const started = await move('lxc/200/move_volume', { volume: 'rootfs', storage: 'files' });
    expect((await main(200))['lock']).toBe('disk');
    await cluster.lab.lift(paused);
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
    expect(await main(200)).toMatchObject({ rootfs: 'files:200/vm-200-disk-0.raw,size=4G', unused0: 'disks:vm-200-disk-0' });
    expect((await main(200))['lock']).toBeUndefined();
  });
});
