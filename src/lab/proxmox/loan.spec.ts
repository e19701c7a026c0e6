import { specCluster, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';
import { tokenIdOf, userOf } from './sluice-rights';
import type { PveAnswer } from './pve-caller';

const line = (answer: PveAnswer): string => `${answer.status} ${answer.reason}`;

// What was tried on a real one stands in test/contract/proxmox-rights.spec.ts.
describe('the loan, over real HTTPS', () => {
  let cluster: SpecCluster;
  beforeAll(async () => { cluster = await specCluster([specGuest(710), specGuest(711)]); });
  afterAll(() => cluster.close());

  const half = { user: { users: userOf('destroy') }, token: { tokens: tokenIdOf('destroy') } };
  const acl = (vmid: number, which: 'user' | 'token', back = false): Promise<PveAnswer> =>
    cluster.token.lender.call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'SluiceDestroyOne', propagate: 0, ...half[which], ...(back ? { delete: 1 } : {}) });
  const lend = async (vmid: number): Promise<void> => { for (const which of ['user', 'token'] as const) expect((await acl(vmid, which)).status).toBe(200); };
  const destroy = (vmid: number): Promise<PveAnswer> => cluster.token.destroy.call('DELETE', `/nodes/pve1/qemu/${vmid}`);
  const refused = (vmid: number): string => `403 Permission check failed (/vms/${vmid}, VM.Allocate)`;

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
