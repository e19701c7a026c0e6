import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import type { PveCaller } from '../pve-caller';
import { said } from './said';

describe('a caller without rights', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, { pool: 'cust2' }), specContainer(200, { pool: 'cust2' })]);
    await cluster.lab.act({ act: 'acl', path: '/pool/cust2', role: 'PVEVMUser', holder: 'sluice-update@pve', grant: true });
    await cluster.lab.act({ act: 'acl', path: '/pool/cust2', role: 'PVEAuditor', holder: 'sluice-update@pve!update', grant: true });
  });
  afterAll(() => cluster.close());

  const guests = async (caller: PveCaller, path: string): Promise<readonly unknown[]> => ((await caller.call<readonly { readonly vmid: number }[]>('GET', path)).body?.data ?? []).map((row) => row.vmid);

  it('P41 gets shorter lists and no error: what is hidden looks like what is not there', async () => {
    const { destroy } = cluster.token;
    for (const path of ['/cluster/resources?type=vm', '/nodes/pve1/qemu', '/nodes/pve1/lxc', '/pools', '/cluster/replication', '/cluster/sdn/zones', '/nodes/pve1/storage']) expect([path, said(await destroy.call('GET', path)), (await destroy.call('GET', path)).body?.data]).toEqual([path, '200 OK', []]);
    expect(await guests(cluster.token.update, '/cluster/resources?type=vm')).toEqual([101, 200]);
    expect((await guests(cluster.root, '/cluster/resources?type=vm')).length).toBe(3);
  });

  it('is refused in the same words for what is hidden and what is not there', async () => {
    for (const vmid of [100, 9999]) expect(said(await cluster.token.destroy.call('GET', `/nodes/pve1/qemu/${vmid}/config`))).toBe(`403 Permission check failed (/vms/${vmid}, VM.Audit)`);
  });

  it('has as a token the rights that both its user and itself have', async () => {
    const { update } = cluster.token;
    expect((await update.call('GET', '/nodes/pve1/qemu/101/config')).status).toBe(200);
    expect(said(await update.call('POST', '/nodes/pve1/qemu/101/status/start'))).toBe('403 Permission check failed (/vms/101, VM.PowerMgmt)');
  });

  it('does not see tasks and lines of the log that others made', async () => {
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/100/status/start'));
    expect((await cluster.token.lender.call('GET', '/cluster/tasks')).body?.data).toEqual([]);
    expect((await cluster.token.lender.call('GET', '/cluster/log')).body?.data).toEqual([]);
    expect(((await cluster.root.call<readonly unknown[]>('GET', '/cluster/log')).body?.data ?? []).length).toBeGreaterThanOrEqual(2);
  });
});
