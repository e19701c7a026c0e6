import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('locks', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101), specGuest(102, { running: true }), specContainer(200)], { flockMillis: 40 }); });
  afterEach(() => cluster.lab.clear());
  afterAll(() => cluster.close());

  const ended = async (method: string, path: string, params = {}): Promise<string> => (await cluster.root.finished(await cluster.root.call(method, `/nodes/pve1/${path}`, params))).exitstatus;

  it('`lock` of a configuration refuses writes and verbs, a VM in its task and a container at once', async () => {
    for (const vmid of [100, 102, 200]) await cluster.lab.act({ act: 'lock', vmid, lock: 'backup' });
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { cores: 3 }))).toBe('500 VM is locked (backup)');
    expect(await ended('POST', 'qemu/100/status/start')).toBe('VM is locked (backup)');
    expect(await ended('POST', 'qemu/102/status/stop')).toBe('VM is locked (backup)');
    expect(await ended('DELETE', 'qemu/100')).toBe('VM is locked (backup)');
    expect(said(await cluster.root.call('DELETE', '/nodes/pve1/lxc/200'))).toBe('500 CT is locked (backup)');
    for (const vmid of [100, 102, 200]) await cluster.lab.act({ act: 'unlock', vmid });
  });

  it('`suspended` is no obstacle to a start, which is how such a VM resumes', async () => {
    await cluster.lab.act({ act: 'lock', vmid: 101, lock: 'suspended' });
    expect(await ended('POST', 'qemu/101/status/start')).toBe('OK');
    expect((await cluster.lab.guest(101))?.main['lock']).toBeUndefined();
  });

  it('no token takes a lock away, not even one of root', async () => {
    await cluster.lab.act({ act: 'lock', vmid: 100, lock: 'backup' });
    expect((await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { delete: 'lock' })).status).not.toBe(200);
    expect((await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { cores: 3, skiplock: 1 })).body?.errors).toEqual({ skiplock: 'Only root may use this option.' });
    expect((await cluster.lab.guest(100))?.main['lock']).toBe('backup');
    await cluster.lab.act({ act: 'unlock', vmid: 100 });
  });

  it('the lock of the file is waited for ten seconds (here 40 ms), then nothing was done', async () => {
    const paused = await cluster.lab.fault({ path: '/qemu/100/status/start$' }, { taskPaused: 'middle' });
    const started = await cluster.root.call('POST', '/nodes/pve1/qemu/100/status/start');
    const before = (await cluster.lab.guest(100))?.digest;
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { description: 'late' }))).toBe("500 can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout");
    expect((await cluster.lab.guest(100))?.digest).toBe(before);
    await cluster.lab.lift(paused);
    expect((await cluster.root.finished(started)).exitstatus).toBe('OK');
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { description: 'in time' }))).toBe('200 OK');
  });

  it('is reported by the name of the file of a container', async () => {
    const paused = await cluster.lab.fault({ path: '/lxc/200/status/start$' }, { taskPaused: 'middle' });
    const started = await cluster.root.call('POST', '/nodes/pve1/lxc/200/status/start');
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/lxc/200/config', { description: 'late' }))).toBe("500 can't lock file '/run/lock/lxc/pve-config-200.lock' - got timeout");
    await cluster.lab.lift(paused);
    await cluster.root.finished(started);
  });
});
