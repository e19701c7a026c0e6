// What Proxmox VE 8.4 itself refuses, row by row as it was tried on a real one: the quarantine pool, and the loan of one guest.
import { specCluster, specGuest, type SpecCluster } from '../setup/proxmox-cluster';
import { tokenIdOf, userOf, type PveAnswer, type PveCaller, type PveParams } from '../../src/lab/proxmox';

const line = (answer: PveAnswer): string => `${answer.status} ${answer.body?.message?.trimEnd() ?? answer.reason}`;
const anyConfig = 'VM.Config.Disk|VM.Config.CDROM|VM.Config.CPU|VM.Config.Memory|VM.Config.Network|VM.Config.HWType|VM.Config.Options|VM.Config.Cloudinit';
const denied = (vmid: number, privilege = 'VM.Allocate'): string => `403 Permission check failed (/vms/${vmid}, ${privilege})`;
const guestOf = (vmid: number, rest = ''): string => `/nodes/pve1/qemu/${vmid}${rest}`;
const finished = async (caller: PveCaller, answer: PveAnswer): Promise<string> => (answer.status === 200 ? `200, task ${(await caller.finished(answer)).exitstatus}` : line(answer));

describe('the quarantine pool', () => {
  let cluster: SpecCluster;
  let destroyer: PveCaller;
  const root = (method: string, path: string, params: PveParams = {}): Promise<PveAnswer> => cluster.root.call(method, path, params);
  const made = async (vmid: number, params: PveParams): Promise<string> => finished(cluster.root, await root('POST', '/nodes/pve1/qemu', { vmid, ...params }));
  const intoPool = async (vmid: number): Promise<string> => line(await root('PUT', '/pools/sluice-quarantine', { vms: vmid }));
  const destroyed = async (vmid: number): Promise<string> => finished(destroyer, await destroyer.call('DELETE', guestOf(vmid)));

  beforeAll(async () => {
    cluster = await specCluster([]);
    await root('POST', '/pools', { poolid: 'sluice-quarantine' });
    await root('POST', '/access/roles', { roleid: 'SluiceDestroy', privs: 'VM.Allocate VM.Audit' });
    await root('POST', '/access/users', { userid: 'sluice@pve' });
    const token = await root('POST', '/access/users/sluice@pve/token/destroy', { privsep: 1 });
    for (const holder of [{ users: 'sluice@pve' }, { tokens: 'sluice@pve!destroy' }]) expect(line(await root('PUT', '/access/acl', { path: '/pool/sluice-quarantine', roles: 'SluiceDestroy', ...holder }))).toBe('200 OK');
    destroyer = cluster.as('sluice@pve!destroy', (token.body?.data as { readonly value: string }).value);
  });
  afterAll(() => cluster.close());

  it('1 a victim is made in no pool', async () => { expect(await made(700, { name: 'victim' })).toBe('200, task OK'); });
  it('2 outside of it the destroying token is refused', async () => { expect(await destroyed(700)).toBe(denied(700)); });
  it('3 the victim goes in', async () => { expect(await intoPool(700)).toBe('200 OK'); });
  it('4 somebody destroys it and makes another one under its VMID', async () => {
    expect(await finished(cluster.root, await root('DELETE', guestOf(700)))).toBe('200, task OK');
    expect(await made(700, { name: 'successor' })).toBe('200, task OK');
  });
  it('5 P15 the successor is refused and untouched', async () => {
    expect(await destroyed(700)).toBe(denied(700));
    expect((await cluster.lab.guest(700))?.main['name']).toBe('successor');
  });
  it('6 put into the pool it can be destroyed, and the pool is empty afterwards', async () => {
    expect(await intoPool(700)).toBe('200 OK');
    const answer = await destroyer.call('DELETE', guestOf(700));
    expect(String(answer.body?.data)).toMatch(/:qmdestroy:700:sluice@pve!destroy:$/);
    expect(await finished(destroyer, answer)).toBe('200, task OK');
    expect((await root('GET', '/pools/sluice-quarantine')).body?.data).toMatchObject({ members: [] });
  });
  it('7 protection is stronger than the pool', async () => {
    expect(await made(701, { protection: 1, pool: 'sluice-quarantine' })).toBe('200, task OK');
    expect(await destroyed(701)).toBe("500 can't remove VM 701 - protection mode enabled");
  });
  it('8 which the destroying token cannot take away', async () => { expect(line(await destroyer.call('PUT', guestOf(701, '/config'), { delete: 'protection' }))).toBe(denied(701, anyConfig)); });
  it('9 and nobody can who does not know what the guest is now', async () => {
    expect(line(await root('PUT', guestOf(701, '/config'), { delete: 'protection', digest: '0'.repeat(40) }))).toBe('500 checksum mismatch (file change by other user?)');
  });
});

describe.each([
  { name: 'the loan', role: 'LendOne', privileges: ['VM.Allocate', 'VM.Audit'] },
  { name: 'the loan as Sluice sets it up', role: 'SluiceDestroyOne', privileges: ['VM.Allocate', 'VM.Audit', 'Pool.Audit'] },
])('$name', ({ role, privileges }) => {
  let cluster: SpecCluster;
  const half = { user: { users: userOf('destroy') }, token: { tokens: tokenIdOf('destroy') } };
  const acl = async (vmid: number, which: 'user' | 'token', back = false): Promise<string> => line(await cluster.token.lender.call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: role, propagate: 0, ...half[which], ...(back ? { delete: 1 } : {}) }));
  const both = async (vmid: number, back = false): Promise<readonly string[]> => [await acl(vmid, 'user', back), await acl(vmid, 'token', back)];
  const rights = async (): Promise<unknown> => (await cluster.token.destroy.call('GET', '/access/permissions')).body?.data;
  const destroyed = async (vmid: number): Promise<string> => finished(cluster.token.destroy, await cluster.token.destroy.call('DELETE', guestOf(vmid)));
  const granted = ['200 OK', '200 OK'];
  const exactly = { '/vms/710': Object.fromEntries(privileges.map((privilege) => [privilege, 0])) };

  beforeAll(async () => {
    cluster = await specCluster([specGuest(710), specGuest(711)]);
    if (role !== 'SluiceDestroyOne') await cluster.root.call('POST', '/access/roles', { roleid: role, privs: privileges.join(',') });
  });
  afterAll(() => cluster.close());

  it('1 P15 without it the destroying token is refused', async () => { expect(await destroyed(710)).toBe(denied(710)); });
  it('2 the lender gives both halves', async () => { expect(await both(710)).toEqual(granted); });
  it('3 the borrower holds exactly one guest', async () => { expect(await rights()).toEqual(exactly); });
  it('4 and can do nothing else with it, nor anything with another', async () => {
    const { destroy } = cluster.token;
    expect(line(await destroy.call('PUT', guestOf(710, '/config'), { description: 'x' }))).toBe(denied(710, anyConfig));
    expect(line(await destroy.call('POST', guestOf(710, '/status/start')))).toBe(denied(710, 'VM.PowerMgmt'));
    for (const pool of [{}, { pool: 'cust1' }]) expect(line(await destroy.call('POST', '/nodes/pve1/qemu', { vmid: 799, ...pool }))).toBe('403 Permission check failed');
    expect(await destroyed(711)).toBe(denied(711));
  });
  it('5 somebody recycles the VMID in the same pool', async () => {
    expect(await finished(cluster.root, await cluster.root.call('DELETE', guestOf(710)))).toBe('200, task OK');
    expect(await finished(cluster.root, await cluster.root.call('POST', '/nodes/pve1/qemu', { vmid: 710, name: 'successor', pool: 'cust1' }))).toBe('200, task OK');
  });
  it('6 P15 Proxmox took the loan back with the guest', async () => { expect([await destroyed(710), await rights()]).toEqual([denied(710), {}]); });
  it('7 a loan taken back is gone with the next call', async () => {
    expect([await both(710), await both(710, true), await destroyed(710)]).toEqual([granted, granted, denied(710)]);
  });
  it('8 lent again it destroys, under the name of the token, and nothing is left of it', async () => {
    expect(await both(710)).toEqual(granted);
    const answer = await cluster.token.destroy.call('DELETE', guestOf(710));
    expect(String(answer.body?.data)).toMatch(/:qmdestroy:710:sluice-destroy@pve!destroy:$/);
    expect([await finished(cluster.token.destroy, answer), await rights()]).toEqual(['200, task OK', {}]);
  });
});

describe('the loan with padded roles and five tokens', () => {
  let cluster: SpecCluster;
  const acl = (by: 'create' | 'lender', holder: PveParams, back = false): Promise<PveAnswer> => cluster.token[by].call('PUT', '/access/acl', { path: '/vms/720', roles: 'SluiceDestroyOne', propagate: 0, ...holder, ...(back ? { delete: 1 } : {}) });
  const halves = [{ users: userOf('destroy') }, { tokens: tokenIdOf('destroy') }] as const;
  const rights = async (): Promise<unknown> => (await cluster.token.destroy.call('GET', '/access/permissions')).body?.data;
  const destroyed = async (): Promise<string> => finished(cluster.token.destroy, await cluster.token.destroy.call('DELETE', guestOf(720)));
  const rowsFor = async (by: 'reflect' | 'lender'): Promise<readonly { readonly path: string; readonly ugid: string }[]> => (await cluster.token[by].call<readonly { readonly path: string; readonly ugid: string }[]>('GET', '/access/acl')).body?.data ?? [];

  beforeAll(async () => { cluster = await specCluster([]); });
  afterAll(() => cluster.close());

  it('a a guest is made in intake', async () => {
    const answer = await cluster.token.create.call('POST', '/nodes/pve1/qemu', { vmid: 720, name: 'new', memory: 512, pool: 'sluice-intake', smbios1: 'uuid=11111111-2222-4333-8444-555555555555', description: 'marker' });
    expect(await finished(cluster.token.create, answer)).toBe('200, task OK');
  });
  it('b P15 its creator can hand nothing on, neither to his user nor to his token', async () => {
    for (const holder of [{ users: userOf('create') }, { tokens: tokenIdOf('create') }]) {
      expect(line(await acl('create', holder))).toBe("500 ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role 'SluiceDestroyOne' - requires 'Permissions.Modify' or superset of privileges.");
    }
  });
  it('c it is handed over', async () => { expect(line(await cluster.token.create.call('PUT', '/pools', { poolid: 'sluice-managed', vms: 720, 'allow-move': 1 }))).toBe('200 OK'); });
  it('d P15 and then the creator can neither destroy it, nor pull it back, nor change it', async () => {
    const { create } = cluster.token;
    expect(line(await create.call('DELETE', guestOf(720)))).toBe(denied(720));
    expect(line(await create.call('PUT', '/pools', { poolid: 'sluice-intake', vms: 720, 'allow-move': 1 }))).toBe('500 update pools failed: 403 Permission check failed (/vms/720, Permissions.Modify|VM.Allocate)');
    expect((await create.call('PUT', guestOf(720, '/config'), { description: 'mine' })).status).toBe(403);
  });
  it('e the lender gives both halves', async () => { for (const holder of halves) expect(line(await acl('lender', holder))).toBe('200 OK'); });
  it('f the reader sees the whole list with both, the lender only these two rows', async () => {
    expect(await rights()).toEqual({ '/vms/720': { 'Pool.Audit': 0, 'VM.Audit': 0, 'VM.Allocate': 0 } });
    const reader = await rowsFor('reflect');
    expect(reader.length).toBeGreaterThan(20);
    expect(reader.filter((row) => row.path === '/vms/720').map((row) => row.ugid).sort()).toEqual([tokenIdOf('destroy'), userOf('destroy')].sort());
    expect((await rowsFor('lender')).map((row) => row.path)).toEqual(['/vms/720', '/vms/720']);
  });
  it('g half a loan is no loan', async () => {
    expect(line(await acl('lender', halves[1], true))).toBe('200 OK');
    expect([await rights(), await destroyed()]).toEqual([{}, denied(720)]);
  });
  it('h whole again it destroys once, and no row is left', async () => {
    expect(line(await acl('lender', halves[1]))).toBe('200 OK');
    expect([await destroyed(), await rights(), (await rowsFor('reflect')).filter((row) => row.path === '/vms/720')]).toEqual(['200, task OK', {}, []]);
  });
});
