// Rights of Proxmox VE 8.4 that say less, or more, than their names, as they were tried on a real one.
import { ended, fourTokens, idOf, line, tokens, vm, type FourTokens, type TokenName } from '../setup/four-tokens';
import type { PveAnswer, PveParams } from '../../src/lab/proxmox';

let four: FourTokens;
beforeAll(async () => { four = await fourTokens(); });
afterAll(() => four.cluster.close());

const ct = (vmid: number, rest = ''): string => `/nodes/pve1/lxc/${vmid}${rest}`;
const denied = (vmid: number, privilege = 'VM.Allocate'): string => `403 Permission check failed (/vms/${vmid}, ${privilege})`;
const destroyed = async (vmid: number, kind: 'qemu' | 'lxc' = 'qemu', params: PveParams = {}): Promise<string> => ended(four.by.destroy, await four.by.destroy.call('DELETE', (kind === 'qemu' ? vm : ct)(vmid), params));
const configOf = async (token: TokenName, vmid: number): Promise<string> => line(await four.by[token].call('GET', vm(vmid, '/config')));
const permissions = async (token: TokenName, params: PveParams = {}): Promise<PveAnswer> => four.by[token].call('GET', '/access/permissions', params);
const grant = (path: string, role: string, token: TokenName, more: PveParams = {}): Promise<readonly PveAnswer[]> =>
  Promise.all([{ users: `sluice-${token}@pve` }, { tokens: idOf(token) }].map((holder) => four.root('PUT', '/access/acl', { path, roles: role, propagate: 0, ...holder, ...more })));

describe('the destroying token on members of its pool', () => {
  it('a stopped VM and a stopped container go, with membership and ACLs', async () => {
    for (const kind of ['qemu', 'lxc'] as const) {
      const vmid = await four.guestIn('doomed', kind);
      await grant(`/vms/${vmid}`, 'SluiceVmAudit', 'quarantine');
      expect(await destroyed(vmid, kind)).toBe('200 task OK');
      expect((await four.root('GET', '/access/acl')).body?.data).not.toContainEqual(expect.objectContaining({ path: `/vms/${vmid}` }));
    }
  });
  it('a running VM stays; a running container goes by force', async () => {
    const running = await four.guestIn('doomed', 'qemu', { running: true });
    expect(await destroyed(running)).toBe(`500 VM ${running} is running - destroy failed`);
    const container = await four.guestIn('doomed', 'lxc', { running: true });
    expect(await destroyed(container, 'lxc')).toBe(`500 unable to destroy CT ${container} - container is running`);
    expect(await destroyed(container, 'lxc', { force: 1 })).toBe('200 task OK');
  });
  it('protection keeps both, force or not', async () => {
    const machine = await four.guestIn('doomed', 'qemu', { config: { protection: '1' } });
    expect(await destroyed(machine)).toBe(`500 can't remove VM ${machine} - protection mode enabled`);
    const container = await four.guestIn('doomed', 'lxc', { config: { protection: '1' } });
    expect(await destroyed(container, 'lxc', { force: 1 })).toBe(`500 can't remove CT ${container} - protection mode enabled`);
  });
  it('a template with a linked clone ends in its task, its configuration intact', async () => {
    const template = await four.guestIn('doomed');
    expect(await ended(four.cluster.root, await four.root('POST', vm(template, '/template')))).toBe('200 task OK');
    expect(await ended(four.cluster.root, await four.root('POST', vm(template, '/clone'), { newid: four.nextVmid() }))).toBe('200 task OK');
    expect(await destroyed(template)).toBe(`200 task base volume 'disks:${template}/base-${template}-disk-0.qcow2' is still in use by linked cloned`);
    expect(await configOf('destroy', template)).toBe('200 OK');
  });
  it('a lock ends in the task', async () => {
    expect(await destroyed(await four.guestIn('doomed', 'qemu', { config: { lock: 'backup' } }))).toBe('200 task VM is locked (backup)');
  });
  it('a recycled VMID, one that never was, and one outside are refused in the same words', async () => {
    const vmid = await four.guestIn('doomed');
    await four.cluster.lab.act({ act: 'recycle', vmid });
    expect(await destroyed(vmid)).toBe(denied(vmid));
    expect(await destroyed(99_999)).toBe(denied(99_999));
    const outside = await four.guestIn('cust');
    expect(await destroyed(outside, 'qemu', { purge: 1, 'destroy-unreferenced-disks': 1 })).toBe(denied(outside));
  });
  it('one moved out again is refused from the very next call', async () => {
    const vmid = await four.guestIn('doomed');
    expect(line(await four.by.quarantine.call('PUT', '/pools', { poolid: 'cust', vms: vmid, 'allow-move': 1 }))).toBe('200 OK');
    expect(await destroyed(vmid)).toBe(denied(vmid));
  });
  it('NoAccess on a guest is a list of what is never touched', async () => {
    const vmid = await four.guestIn('doomed');
    await four.root('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'NoAccess', users: 'sluice-destroy@pve', propagate: 0 });
    expect(await destroyed(vmid)).toBe(denied(vmid));
  });
});

describe('how rights add up', () => {
  it('rights on a pool do not reach a pool nested in it, and such a pool is changed by the call with the parameter only', async () => {
    const vmid = await four.guestIn('sub');
    expect(await configOf('quarantine', vmid)).toBe(denied(vmid, 'VM.Audit'));
    expect((await four.root('PUT', '/pools/cust/sub', { comment: 'x' })).status).toBe(501);
    expect(line(await four.root('PUT', '/pools', { poolid: 'cust/sub', comment: 'x' }))).toBe('200 OK');
  });
  it('an ACL on a deeper path replaces what comes from above', async () => {
    const vmid = await four.guestIn('cust');
    await four.root('POST', '/access/roles', { roleid: 'OnlyMonitor', privs: 'VM.Monitor' });
    expect(await configOf('reflect', vmid)).toBe('200 OK');
    await grant(`/vms/${vmid}`, 'OnlyMonitor', 'reflect');
    expect(await configOf('reflect', vmid)).toBe(denied(vmid, 'VM.Audit'));
  });
  it('one half alone gives nothing', async () => {
    const vmid = await four.guestIn('cust');
    await four.root('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'SluiceVmAudit', users: 'sluice-destroy@pve', propagate: 0 });
    expect((await permissions('destroy', { path: `/vms/${vmid}` })).body?.data).toEqual({ [`/vms/${vmid}`]: {} });
  });
  it('VM.Allocate hands on a role that is a subset of its own, not to what lies below; a padded role hands on none', async () => {
    const vmid = await four.guestIn('doomed');
    await four.root('POST', '/access/roles', { roleid: 'Leftover', privs: 'VM.Allocate,VM.Audit' });
    const hand = (role: string, propagate: number): Promise<PveAnswer> => four.by.destroy.call('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: role, propagate, users: 'sluice-destroy@pve' });
    for (const role of ['SluiceDestroyerUser', 'SluiceDestroyerToken']) expect(line(await hand(role, 0))).toContain(`500 ACL update failed: 400 Parameter verification failed.\nrole: Cannot add role '${role}'`);
    expect(line(await hand('Leftover', 1))).toContain('500 ACL update failed: 400 Parameter verification failed.\npropagate: Cannot add role');
    expect(line(await hand('Leftover', 0))).toBe('200 OK');
    await four.root('DELETE', '/access/roles/Leftover');
  });
});

describe('privileges that say less than they do', () => {
  it('VM.Allocate alone makes a template of a protected VM', async () => {
    expect(await ended(four.by.destroy, await four.by.destroy.call('POST', vm(await four.guestIn('doomed', 'qemu', { config: { protection: '1' } }), '/template')))).toBe('200 task OK');
  });
  it('VM.Snapshot alone rolls back and deletes snapshots, of a protected VM too', async () => {
    const vmid = await four.guestIn('cust', 'qemu', { config: { protection: '1' } });
    await four.root('POST', '/access/roles', { roleid: 'OnlySnapshot', privs: 'VM.Snapshot' });
    await grant(`/vms/${vmid}`, 'OnlySnapshot', 'destroy');
    for (const [method, rest, params] of [['POST', '/snapshot', { snapname: 's1' }], ['POST', '/snapshot/s1/rollback', {}], ['DELETE', '/snapshot/s1', {}]] as const) {
      expect(await ended(four.cluster.root, await four.by.destroy.call(method, vm(vmid, rest), params))).toMatch(/^200 /);
    }
  });
  it('VM.Config.Disk on a protected VM grows, and detaches nothing', async () => {
    const vmid = await four.guestIn('intake', 'qemu', { config: { protection: '1' } });
    expect(await ended(four.by.apply, await four.by.apply.call('PUT', vm(vmid, '/resize'), { disk: 'scsi0', size: '+1G' }))).toBe('200 task OK');
    expect(line(await four.by.apply.call('PUT', vm(vmid, '/config'), { delete: 'scsi0' }))).toBe("500 can't remove drive 'scsi0' - protection mode enabled");
  });
  it('AllocateSpace alone makes a volume in the name of a foreign guest', async () => {
    const foreign = await four.guestIn('cust');
    expect((await four.by.apply.call('POST', '/nodes/pve1/storage/disks/content', { vmid: foreign, filename: `vm-${foreign}-disk-9.raw`, size: '1M' })).status).toBe(200);
  });
  it('an auditor of storages sees no image', async () => {
    expect((await four.by.reflect.call('GET', '/nodes/pve1/storage/disks/content')).body?.data).toEqual([]);
  });
  it('the members of a pool are told to anybody who asks by parameter', async () => {
    const vmid = await four.guestIn('cust');
    expect((await four.by.destroy.call('GET', '/pools', { poolid: 'cust' })).body?.data).toEqual([expect.objectContaining({ members: expect.arrayContaining([expect.objectContaining({ vmid })]) as unknown })]);
  });
});

describe('not visible is not gone', () => {
  it('every token learns from nextid whether a VMID is taken, and none from a list', async () => {
    const vmid = await four.guestIn('none');
    for (const token of tokens) {
      expect((await four.by[token].call('GET', '/cluster/nextid', { vmid })).status).toBe(400);
      expect((await four.by[token].call('GET', '/cluster/nextid', { vmid: 88_888 })).status).toBe(200);
    }
    const rows = (await four.by.apply.call<readonly { readonly vmid?: number }[]>('GET', '/cluster/resources')).body?.data ?? [];
    expect(rows.map((row) => row.vmid)).not.toContain(vmid);
    expect([await configOf('apply', vmid), await configOf('apply', 77_777)]).toEqual([denied(vmid, 'VM.Audit'), denied(77_777, 'VM.Audit')]);
  });
  it('NoAccess hides a guest from the reader everywhere', async () => {
    const vmid = await four.guestIn('cust');
    await four.root('PUT', '/access/acl', { path: `/vms/${vmid}`, roles: 'NoAccess', users: 'sluice-reflect@pve', propagate: 0 });
    expect(await configOf('reflect', vmid)).toBe(denied(vmid, 'VM.Audit'));
    expect((await permissions('reflect')).body?.data).not.toHaveProperty([`/vms/${vmid}`]);
  });
});

describe('time, and asking for oneself', () => {
  it('a user who is disabled or expired and a token that is expired are one to the caller, and back at once', async () => {
    const user = '/access/users/sluice-quarantine@pve';
    for (const [off, on] of [[{ enable: 0 }, { enable: 1 }], [{ expire: 1000 }, { expire: 0 }]] as const) {
      await four.root('PUT', user, off);
      expect(line(await permissions('quarantine'))).toBe('401 Authentication failed!');
      await four.root('PUT', user, on);
      expect((await permissions('quarantine')).status).toBe(200);
    }
    const made = await four.root('POST', `${user}/token/old`, { expire: 1000 });
    expect(line(await four.cluster.as('sluice-quarantine@pve!old', (made.body?.data as { readonly value: string }).value).call('GET', '/version'))).toBe('401 Authentication failed!');
  });
  it('any path may be asked for; one\'s own name may be given, no other', async () => {
    expect((await permissions('destroy', { path: '/nosuch' })).body?.data).toEqual({ '/nosuch': {} });
    expect((await permissions('destroy', { userid: idOf('destroy') })).status).toBe(200);
    for (const userid of ['sluice-destroy@pve', idOf('apply'), 'root@pam']) expect(line(await permissions('destroy', { userid }))).toBe('403 Permission check failed (/access, Sys.Audit)');
  });
  it('roles are told to whoever asks', async () => {
    const roles = (await four.by.destroy.call<readonly { readonly roleid: string; readonly special: number }[]>('GET', '/access/roles')).body?.data ?? [];
    expect(roles).toContainEqual(expect.objectContaining({ roleid: 'SluiceDestroyerUser', special: 0 }));
    expect(roles).toContainEqual(expect.objectContaining({ roleid: 'NoAccess', privs: '', special: 1 }));
  });
});
