import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { until } from '../../../../test/setup/until';
import { said } from './said';

describe('linked clones', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([
      specGuest(100, {}, { scsi0: 'files:100/vm-100-disk-0.qcow2,size=8G', ide2: 'files:100/vm-100-cloudinit.qcow2,media=cdrom' }), specGuest(101), specGuest(102), specGuest(103, { running: true }), specContainer(200, {}, { rootfs: 'files:200/vm-200-disk-0.raw,size=4G', tags: 'a;b' }),
    ], { storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'files', content: 'images,rootdir', type: 'dir', sizeGiB: 100 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }] });
  });
  afterAll(() => cluster.close());

  const ended = async (method: string, path: string, params = {}): Promise<string> => (await cluster.root.finished(await cluster.root.call(method, `/nodes/pve1/${path}`, params))).exitstatus;
  const main = async (vmid: number): Promise<Readonly<Record<string, string>>> => (await cluster.lab.guest(vmid))?.main ?? {};

  it('hang on a base, which a template makes of its volumes; in a directory their id says so and the base stays', async () => {
    expect(await ended('POST', 'qemu/100/template')).toBe('OK');
    expect((await main(100))['scsi0']).toBe('files:100/base-100-disk-0.qcow2,size=8G');
    expect(await ended('POST', 'qemu/100/clone', { newid: 110 })).toBe('OK');
    expect((await main(110))['scsi0']).toBe('files:100/base-100-disk-0.qcow2/110/vm-110-disk-0.qcow2,size=8G');
    expect((await main(110))['ide2']).toBe('files:110/vm-110-cloudinit.qcow2,media=cdrom');
    expect(await ended('DELETE', 'qemu/100')).toBe("base volume 'files:100/base-100-disk-0.qcow2' is still in use by linked cloned");
    expect((await main(100))['template']).toBe('1');
    expect(await ended('DELETE', 'storage/files/content/files:100/base-100-disk-0.qcow2')).toBe("base volume '100/base-100-disk-0.qcow2' is still in use by linked clones");
  });

  it('on thin LVM do not show it in their id, so nothing keeps the base from going', async () => {
    expect(await ended('POST', 'qemu/101/template')).toBe('OK');
    expect(await ended('POST', 'qemu/101/clone', { newid: 111 })).toBe('OK');
    expect([(await main(101))['scsi0'], (await main(111))['scsi0']]).toEqual(['disks:base-101-disk-0,size=8G', 'disks:vm-111-disk-0,size=8G']);
    expect(await ended('DELETE', 'qemu/101')).toBe('OK');
    expect((await main(111))['scsi0']).toBe('disks:vm-111-disk-0,size=8G');
  });

  it('are made of templates only, on their own storage and in their own format', async () => {
    expect(said(await cluster.root.call('POST', '/nodes/pve1/qemu/102/clone', { newid: 112, full: 0 }))).toBe("500 Linked clone feature is not supported for 'disks:vm-102-disk-0' (scsi0)");
    expect(said(await cluster.root.call('POST', '/nodes/pve1/qemu/100/clone', { newid: 112, full: 0, storage: 'disks' }))).toBe("500 parameter 'storage' not allowed for linked clones");
    expect(await ended('POST', 'qemu/100/clone', { newid: 113, full: 1, storage: 'disks' })).toBe('OK');
    expect((await main(113))['scsi0']).toBe('disks:vm-113-disk-0,size=8G');
  });

  it('of a container: the template call answers null though it works on, and the source is locked while it is copied', async () => {
    expect((await cluster.root.call('POST', '/nodes/pve1/lxc/200/template')).body?.data).toBeNull();
    await until(async () => (await main(200))['template'] === '1');
    const paused = await cluster.lab.fault({ path: '/lxc/200/clone$' }, { taskPaused: 'middle' });
    const started = await cluster.root.call('POST', '/nodes/pve1/lxc/200/clone', { newid: 210 });
    expect(said(await cluster.root.call('POST', '/nodes/pve1/lxc/200/clone', { newid: 211 }))).toBe('500 CT is locked (disk)');
    await cluster.lab.lift(paused);
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
    expect(await main(210)).toMatchObject({ tags: 'a;b', hostname: 'CT210' });
    expect((await main(200))['lock']).toBeUndefined();
  });

  it('and full ones go to another node only from shared storage', async () => {
    expect(said(await cluster.root.call('POST', '/nodes/pve1/qemu/102/clone', { newid: 114, target: 'pve2' }))).toBe("500 can't clone VM to node 'pve2' (VM uses local storage)");
    expect(said(await cluster.root.call('POST', '/nodes/pve1/qemu/102/clone', { newid: 114, target: 'pve2', storage: 'files' }))).toBe("500 can't clone to non-shared storage 'files'");
    await cluster.root.call('PUT', '/storage/files', { shared: 1 });
    expect(await ended('POST', 'qemu/102/clone', { newid: 114, target: 'pve2', storage: 'files' })).toBe('OK');
    expect((await cluster.lab.guest(114))?.node).toBe('pve2');
  });

  it('of a running VM are full: it mirrors its own disks and stands still for a moment', async () => {
    const end = await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/103/clone', { newid: 115 }));
    expect(end.log).toEqual(['create full clone of drive scsi0 (disks:vm-103-disk-0)', 'drive mirror is starting for drive-scsi0', "all 'mirror' jobs are ready", 'suspend vm', 'drive-scsi0: Cancelling block job', 'drive-scsi0: Done.', 'resume vm', 'TASK OK']);
  });

  it('want space on the storage of each disk, whoever may clone the source', async () => {
    for (const holder of ['sluice-create@pve', 'sluice-create@pve!create']) await cluster.lab.act({ act: 'acl', path: '/vms/100', role: 'PVETemplateUser', holder, grant: true });
    expect(said(await cluster.token.create.call('POST', '/nodes/pve1/qemu/100/clone', { newid: 116, pool: 'sluice-intake' }))).toBe('403 Permission check failed (/storage/files, Datastore.AllocateSpace)');
  });
});
