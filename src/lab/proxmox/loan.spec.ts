import { specCluster, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';
import { tokenIdOf, userOf } from './sluice-rights';
import type { PveAnswer } from './pve-caller';

const line = (answer: PveAnswer): string => `${answer.status} ${answer.reason}`;

describe('the loan, over real HTTPS', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(710), specGuest(711)]); });
  afterAll(() => cluster.close());

  const half = { user: { users: userOf('destroy') }, token: { tokens: tokenIdOf('destroy') } };
  const acl = (vmid: number, which: 'user' | 'token', back = false): Promise<PveAnswer> =>
    cluster.token.lender.call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'SluiceDestroyOne', propagate: 0, ...half[which], ...(back ? { delete: 1 } : {}) });
  const lend = async (vmid: number): Promise<void> => { for (const which of ['user', 'token'] as const) expect((await acl(vmid, which)).status).toBe(200); };
  const rights = async (): Promise<unknown> => (await cluster.token.destroy.call('GET', '/access/permissions')).body?.data;
  const destroy = (vmid: number): Promise<PveAnswer> => cluster.token.destroy.call('DELETE', `/nodes/pve1/qemu/${vmid}`);
  const refused = (vmid: number): string => `403 Permission check failed (/vms/${vmid}, VM.Allocate)`;
  const exactly = (vmid: number): unknown => ({ [`/vms/${vmid}`]: { 'VM.Allocate': 0, 'VM.Audit': 0, 'Pool.Audit': 0 } });

  it('P15 leaves the destroying credential powerless until it is lent one guest, and a successor under the VMID is refused by Proxmox', async () => {
    expect(line(await destroy(710))).toBe(refused(710));
    expect(await rights()).toEqual({});

    await lend(710);
    expect(await rights()).toEqual(exactly(710));

    const { destroy: token } = cluster.token;
    expect((await token.call('PUT', '/nodes/pve1/qemu/710/config', { description: 'x' })).status).toBe(403);
    expect((await token.call('POST', '/nodes/pve1/qemu/710/status/start')).status).toBe(403);
    expect((await token.call('POST', '/nodes/pve1/qemu', { vmid: 799 })).status).toBe(403);
    expect((await token.call('POST', '/nodes/pve1/qemu', { vmid: 799, pool: 'cust1' })).status).toBe(403);
    expect(line(await destroy(711))).toBe(refused(711));

    await cluster.root.finished(await cluster.root.call('DELETE', '/nodes/pve1/qemu/710'));
    expect((await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 710, name: 'successor', pool: 'cust1' }))).exitstatus).toBe('OK');
    expect(line(await destroy(710))).toBe(refused(710));
    expect(await rights()).toEqual({});

    await lend(710);
    for (const which of ['user', 'token'] as const) expect((await acl(710, which, true)).status).toBe(200);
    expect(line(await destroy(710))).toBe(refused(710));

    await lend(710);
    const started = await destroy(710);
    expect(String(started.body?.data)).toMatch(/^UPID:pve1:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:qmdestroy:710:sluice-destroy@pve!destroy:$/);
    expect((await token.finished(started)).exitstatus).toBe('OK');
    expect(await rights()).toEqual({});
  });

  it('P15 hands a made guest over once and never back, and the creator can hand nothing on', async () => {
    const { create, lender, reflect } = cluster.token;
    const made = await create.call('POST', '/nodes/pve1/qemu', { vmid: 720, name: 'new', memory: 512, pool: 'sluice-intake', smbios1: 'uuid=11111111-2222-4333-8444-555555555555', description: 'marker' });
    expect((await create.finished(made)).exitstatus).toBe('OK');

    const grant = await create.call('PUT', '/access/acl', { path: '/vms/720', roles: 'SluiceDestroyOne', propagate: 0, users: userOf('create') });
    expect([grant.status, grant.body?.message]).toEqual([500, "ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role 'SluiceDestroyOne' - requires 'Permissions.Modify' or superset of privileges.\n"]);

    expect((await create.call('PUT', '/pools', { poolid: 'sluice-managed', vms: 720, 'allow-move': 1 })).status).toBe(200);
    expect(line(await create.call('DELETE', '/nodes/pve1/qemu/720'))).toBe(refused(720));
    expect(line(await create.call('PUT', '/pools', { poolid: 'sluice-intake', vms: 720, 'allow-move': 1 }))).toBe('500 update pools failed: 403 Permission check failed (/vms/720, Permissions.Modify|VM.Allocate)');
    expect((await create.call('PUT', '/nodes/pve1/qemu/720/config', { description: 'mine' })).status).toBe(403);

    await lend(720);
    expect(await rights()).toEqual(exactly(720));
    const rowsOf = async (caller: typeof reflect): Promise<readonly { readonly path: string; readonly ugid: string }[]> => (await caller.call<readonly { readonly path: string; readonly ugid: string }[]>('GET', '/access/acl')).body?.data ?? [];
    expect((await rowsOf(reflect)).filter((row) => row.path === '/vms/720').map((row) => row.ugid).sort()).toEqual([tokenIdOf('destroy'), userOf('destroy')].sort());
    expect((await rowsOf(reflect)).length).toBeGreaterThan(20);
    expect((await rowsOf(lender)).filter((row) => row.path === '/vms/720')).toHaveLength(2);
    expect((await rowsOf(lender)).every((row) => row.path === '/vms/720')).toBe(true);

    expect((await acl(720, 'token', true)).status).toBe(200);
    expect(await rights()).toEqual({});
    expect(line(await destroy(720))).toBe(refused(720));

    expect((await acl(720, 'token')).status).toBe(200);
    expect((await cluster.token.destroy.finished(await destroy(720))).exitstatus).toBe('OK');
    expect(await rights()).toEqual({});
    expect((await rowsOf(reflect)).filter((row) => row.path === '/vms/720')).toEqual([]);
  });

  it('P15 refuses a successor that a third party puts under the VMID exactly before the DELETE is handled', async () => {
    await lend(711);
    await cluster.lab.actAt({ method: 'DELETE', path: '/qemu/711$', token: 'destroy' }, { act: 'recycle', vmid: 711, pool: 'same', config: { name: 'somebody-elses' } });
    expect(line(await destroy(711))).toBe(refused(711));
    const survivor = await cluster.lab.guest(711);
    expect([survivor?.main['name'], survivor?.pool]).toEqual(['somebody-elses', 'cust1']);
  });

  it('P15 gives the lender no road to grant more than it holds: no other role, no propagation, no foreign pool', async () => {
    await cluster.lab.act({ act: 'create', vmid: 730, pool: 'cust1' });
    await cluster.lab.act({ act: 'create', vmid: 731, pool: 'cust2' });
    const { lender } = cluster.token;
    const ask = async (params: Record<string, string | number>): Promise<string> => {
      const answer = await lender.call('PUT', '/access/acl', { users: userOf('destroy'), propagate: 0, roles: 'SluiceDestroyOne', ...params });
      return `${answer.status} ${answer.body?.message?.trimEnd() ?? ''}`;
    };
    expect(await ask({ path: '/vms/730', roles: 'Administrator' })).toContain("Cannot add role 'Administrator'");
    expect(await ask({ path: '/vms/730', propagate: 1 })).toContain('with propagation');
    expect(await ask({ path: '/vms/731' })).toBe('403 Permission check failed (/vms/731, Permissions.Modify|VM.Allocate)');
    expect(await ask({ path: '/' })).toBe('403 Permission check failed (/, Permissions.Modify)');
  });
});
