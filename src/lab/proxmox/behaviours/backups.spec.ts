import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { until } from '../../../../test/setup/until';
import { said } from './said';

describe('backups', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, { running: true }), specGuest(102), specContainer(200), specGuest(103, { node: 'pve2' })], {
      storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'small', content: 'backup', type: 'dir', sizeGiB: 1, settings: { path: '/srv/small' } }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    });
  });
  afterAll(() => cluster.close());

  type Row = Readonly<Record<string, unknown>>;
  const dump = (params: Record<string, string | number>): ReturnType<typeof cluster.root.call> => cluster.root.call('POST', '/nodes/pve1/vzdump', params);
  const done = async (params: Record<string, string | number>): Promise<{ readonly exitstatus: string; readonly log: readonly string[] }> => cluster.root.finished(await dump(params));
  const kept = async (vmid: number, storage = 'local'): Promise<readonly Row[]> => (await cluster.root.call<readonly Row[]>('GET', `/nodes/pve1/storage/${storage}/content`, { content: 'backup', vmid })).body?.data ?? [];

  it('are volumes with notes, a size and a protected flag, which keeps them', async () => {
    expect((await done({ vmid: 100, storage: 'local', compress: 'zstd', 'notes-template': '{{guestname}} on {{node}}\\nsecond line', protected: 1 })).exitstatus).toBe('OK');
    const [backup] = await kept(100);
    expect(backup).toMatchObject({ content: 'backup', format: 'vma.zst', subtype: 'qemu', vmid: 100, notes: 'guest-100 on pve1', protected: 1 });
    const volid = String(backup?.['volid']);
    expect(volid).toMatch(/^local:backup\/vzdump-qemu-100-\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d\.vma\.zst$/);
    expect((await cluster.root.call<Row>('GET', `/nodes/pve1/storage/local/content/${volid}`)).body?.data).toMatchObject({ notes: 'guest-100 on pve1\nsecond line', protected: 1 });
    const gone = await cluster.root.finished(await cluster.root.call('DELETE', `/nodes/pve1/storage/local/content/${volid}`));
    expect(gone.exitstatus).toBe(`cannot remove protected volume '${volid.slice('local:'.length)}' on 'local'`);
    expect(said(await cluster.root.call('PUT', `/nodes/pve1/storage/local/content/${volid}`, { protected: 0, notes: 'later' }))).toBe('200 OK');
    expect((await kept(100))[0]).toMatchObject({ notes: 'later' });
    expect((await cluster.root.finished(await cluster.root.call('DELETE', `/nodes/pve1/storage/local/content/${volid}`))).exitstatus).toBe('OK');
  });

  it('lock their guest with `backup` while they run, so its digest moves and writes are refused', async () => {
    const before = (await cluster.lab.guest(101))?.digest;
    const paused = await cluster.lab.fault({ path: '/vzdump$' }, { taskPaused: 'middle' });
    const started = await dump({ vmid: 101, storage: 'local' });
    await until(async () => (await cluster.lab.guest(101))?.main['lock'] === 'backup');
    expect((await cluster.lab.guest(101))?.digest).not.toBe(before);
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/101/config', { cores: 3 }))).toBe('500 VM is locked (backup)');
    await cluster.lab.lift(paused);
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
    expect((await cluster.lab.guest(101))?.digest).toBe(before);
  });

  it('in mode stop start the guest again, which applies what was pending', async () => {
    await cluster.root.call('PUT', '/nodes/pve1/qemu/101/config', { cores: 6 });
    const end = await done({ vmid: 101, storage: 'local', mode: 'stop' });
    expect(end.log).toEqual(expect.arrayContaining(['INFO: stopping virtual guest', 'INFO: restarting vm']));
    expect((await cluster.root.call<Row>('GET', '/nodes/pve1/qemu/101/config', { current: 1 })).body?.data['cores']).toBe(6);
    expect((await cluster.root.call<Row>('GET', '/nodes/pve1/qemu/101/status/current')).body?.data['status']).toBe('running');
  });

  it('go on after a guest that cannot be had, and the task ends with job errors', async () => {
    await cluster.lab.act({ act: 'lock', vmid: 102, lock: 'snapshot' });
    const end = await done({ vmid: '102,200,999', storage: 'local' });
    expect(end.exitstatus).toBe('job errors');
    expect(end.log).toEqual(expect.arrayContaining(['ERROR: Backup of VM 102 failed - VM is locked (snapshot)', "ERROR: Backup of VM 999 failed - unable to find VM '999'"]));
    expect(await kept(200)).toHaveLength(1);
    await cluster.lab.act({ act: 'unlock', vmid: 102 });
  });

  it('of a full storage fail and leave nothing', async () => {
    expect((await done({ vmid: 102, storage: 'small' })).exitstatus).toBe('job errors');
    expect(await kept(102, 'small')).toEqual([]);
    expect((await cluster.lab.guest(102))?.main['lock']).toBeUndefined();
  });

  it('are kept up to a number; of guests on other nodes nothing is done', async () => {
    for (let round = 0; round < 3; round += 1) {
      await cluster.lab.advance(60);
      expect((await done({ vmid: 102, storage: 'local', 'prune-backups': 'keep-last=2' })).exitstatus).toBe('OK');
    }
    expect(await kept(102)).toHaveLength(2);
    expect((await dump({ vmid: 103, storage: 'local' })).body?.data).toBe('OK');
  });

  it('are refused for a wrong place and for a selection that contradicts itself', async () => {
    expect(said(await dump({ vmid: 100, storage: 'disks' }))).toBe("500 could not get storage information for 'disks': can't use storage 'disks' for backups - wrong content type");
    expect((await dump({ vmid: 100, all: 1 })).body?.errors).toEqual({ all: "option conflicts with option 'vmid'" });
    expect((await dump({ storage: 'local' })).body?.errors).toEqual({ vmid: 'property is missing' });
    expect((await dump({ vmid: 100, dumpdir: '/tmp' })).body?.errors).toEqual({ dumpdir: 'Only root may set this option.' });
    const without = await cluster.token.reflect.finished(await cluster.token.reflect.call('POST', '/nodes/pve1/vzdump', { vmid: 100 }));
    expect(without.exitstatus).toBe('403 Permission check failed (/vms/100, VM.Backup)');
  });

  it('by jobs are kept as they are told; who is in none of them is listed', async () => {
    expect(said(await cluster.root.call('POST', '/cluster/backup', { id: 'nightly', schedule: 'daily', storage: 'local', vmid: '100,101' }))).toBe('200 OK');
    expect((await cluster.root.call('GET', '/cluster/backup')).body?.data).toEqual([{ id: 'nightly', type: 'vzdump', enabled: 1, schedule: 'daily', storage: 'local', vmid: '100,101' }]);
    expect((await cluster.root.call<readonly Row[]>('GET', '/cluster/backup-info/not-backed-up')).body?.data.map((row) => row['vmid'])).toEqual([102, 103, 200]);
    await cluster.root.finished(await cluster.root.call('DELETE', '/nodes/pve1/qemu/100', { purge: 1 }));
    expect((await cluster.root.call<Row>('GET', '/cluster/backup/nightly')).body?.data['vmid']).toBe('101');
    expect(said(await cluster.root.call('DELETE', '/cluster/backup/nightly'))).toBe('200 OK');
    expect((await cluster.root.call('GET', '/cluster/backup/nightly')).body?.errors).toEqual({ id: "No such job 'nightly'" });
  });
});
