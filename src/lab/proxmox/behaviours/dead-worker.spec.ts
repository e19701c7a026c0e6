import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('the task of a worker that died', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(100), specGuest(101)]); });
  afterAll(() => cluster.close());

  it('P26 ends with `unexpected status`, its log without a last line, and its lock stays for somebody at the console', async () => {
    await cluster.lab.fault({ path: '/nodes/pve1/qemu/100/clone$' }, 'task-killed');
    const answer = await cluster.root.call('POST', '/nodes/pve1/qemu/100/clone', { newid: 300, name: 'half' });
    const end = await cluster.root.finished(answer);
    expect(end.exitstatus).toBe('unexpected status');
    expect(end.log.at(-1)).not.toMatch(/^TASK /);
    expect((await cluster.lab.guest(300))?.main['lock']).toBe('clone');
    expect(said(await cluster.root.call('PUT', '/nodes/pve1/qemu/300/config', { cores: 2 }))).toBe('500 VM is locked (clone)');
    expect((await cluster.root.finished(await cluster.root.call('DELETE', '/nodes/pve1/qemu/300'))).exitstatus).toBe('VM is locked (clone)');
  });

  it('is listed as unknown, neither as good nor as failed', async () => {
    await cluster.lab.fault({ path: '/nodes/pve1/qemu/101/status/start$' }, { taskKilled: 'start' });
    const answer = await cluster.root.call('POST', '/nodes/pve1/qemu/101/status/start');
    await cluster.root.finished(answer);
    const listed = async (statusfilter: string): Promise<readonly string[]> => ((await cluster.root.call<readonly { readonly upid: string }[]>('GET', '/nodes/pve1/tasks', { statusfilter, vmid: 101 })).body?.data ?? []).map((row) => row.upid);
    expect(await listed('unknown')).toEqual([answer.body?.data]);
    expect([await listed('ok'), await listed('error')]).toEqual([[], []]);
  });
});
