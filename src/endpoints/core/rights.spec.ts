// Carries P15: every token against the table of the design. The starting point of each case is what set-up grants, as the
// simulator is set up with it; a case moves one privilege.
import fc from 'fast-check';
import type { ClusterSettings } from '../../guest';
import { no, ok, type Vmid } from '../../kernel';
import { sluiceAcls, sluiceRoles } from '../../lab/proxmox';
import type { AclRow, PoolRow, RoleRow } from '../../proxmox/ports';
import { effectivePrivileges } from './effective-privileges';
import { judgeRights } from './rights';
import { loanRights, tokenIdOf, type TokenName } from './token-table';

const settings: ClusterSettings = {
  name: 'leipzig', netbox: 'netbox', netboxCluster: 'leipzig', allowWrites: true, intakePool: 'sluice-intake', managedPools: ['sluice-managed', 'customer-a'], deletablePools: ['customer-a'], defaultBridge: 'vmbr0', defaultStorage: 'vmdata', vmidRange: { first: 5000, last: 5999 },
};
const member = (id: string, ...vmids: number[]): PoolRow => ({ id, members: vmids.map((vmid) => vmid as Vmid) }) as PoolRow;
const pools = ok([member('sluice-intake', 5009), member('sluice-managed', 5001), member('customer-a', 5005), member('other', 7000)]);
const acl: readonly AclRow[] = sluiceAcls({ managedPools: settings.managedPools, deletablePools: settings.deletablePools, storages: ['vmdata'], bridges: ['vmbr0'] }).map((row) => ({ path: row.path, role: row.role, holder: row.holder, holderKind: row.type, propagate: row.propagate }) as AclRow);
const roles: readonly RoleRow[] = Object.entries(sluiceRoles).map(([role, privileges]) => ({ role, privileges }) as RoleRow);
const tokens: readonly TokenName[] = ['reflect', 'create', 'update', 'lender', 'destroy'];

/** What `GET /access/permissions` tells a token that was set up: its paths with what user and token both hold. */
function granted(token: TokenName): Record<string, readonly string[]> {
  const paths = [...new Set(acl.filter((row) => row.holder === tokenIdOf(token)).map((row) => row.path))];
  return Object.fromEntries(paths.map((path) => [path, effectivePrivileges(tokenIdOf(token), path, acl, roles)]).filter(([, privileges]) => privileges?.length !== 0));
}
const judge = (token: TokenName, permissions: Readonly<Record<string, readonly string[]>>) => judgeRights(token, ok(permissions), settings, pools);

describe('P15 each token has exactly its rights', () => {
  it.each(tokens)('%s as set-up grants it is exact', (token) => {
    expect(judge(token, granted(token))).toEqual({ verdict: 'exact' });
  });

  it.each(tokens)('%s: what cannot be read is unreadable, never probably fine', (token) => {
    const fault = no({ kind: 'transient', where: 'GET /access/permissions', text: '595 No route to host' } as const);
    expect(judgeRights(token, fault, settings, pools)).toEqual({ verdict: 'unreadable', observed: 'GET /access/permissions: 595 No route to host' });
    expect(judgeRights(token, ok(granted(token)), settings, fault).verdict).toBe('unreadable');
  });

  it.each(tokens.filter((token) => token !== 'destroy').flatMap((token) => Object.keys(granted(token)).map((path) => [token, path] as const)))('%s with a foreign privilege at %s is broader', (token, path) => {
    const verdict = judge(token, { ...granted(token), [path]: [...(granted(token)[path] ?? []), 'Permissions.Modify'] });
    expect(verdict).toMatchObject({ verdict: 'broader', observed: expect.stringContaining(`${path}: Permissions.Modify`) });
  });

  it.each<[TokenName, string]>([['create', '/pool/sluice-intake'], ['create', '/pool/customer-a'], ['update', '/pool/sluice-managed'], ['lender', '/pool/customer-a'], ['reflect', '/vms'], ['reflect', '/storage']])('%s without anything at %s is missing it', (token, path) => {
    const { [path]: _gone, ...rest } = granted(token);
    expect(judge(token, rest)).toMatchObject({ verdict: 'missing', observed: expect.stringContaining(path) });
  });

  it.each<[TokenName, string, string]>([['create', '/pool/sluice-intake', 'VM.Allocate'], ['update', '/pool/sluice-managed', 'VM.Config.CPU'], ['lender', '/pool/customer-a', 'Pool.Audit'], ['reflect', '/nodes', 'Sys.Audit']])('%s at %s without %s is missing it', (token, path, privilege) => {
    expect(judge(token, { ...granted(token), [path]: (granted(token)[path] ?? []).filter((held) => held !== privilege) })).toMatchObject({ verdict: 'missing', observed: expect.stringContaining(privilege) });
  });

  it.each<[TokenName, string, readonly string[], string]>([
    ['destroy', '/vms/5005', loanRights, 'a grant that was left on a guest'],
    ['destroy', '/', ['VM.Allocate'], 'everything'],
    ['destroy', '/pool/customer-a', ['Pool.Audit'], 'even a right to look'],
    ['lender', '/pool/sluice-managed', loanRights, 'a pool that is managed but not deletable'],
    ['lender', '/vms/5001', loanRights, 'a guest of a pool that is not deletable'],
    ['lender', '/vms/7000', ['VM.Audit'], 'a guest of a pool that is not managed'],
    ['lender', '/vms/100', ['VM.Audit'], 'a guest of no pool'],
    ['lender', '/vms', loanRights, 'all guests'],
    ['lender', '/access', ['Permissions.Modify'], 'rights over rights'],
    ['update', '/vms/5001', ['VM.Allocate'], 'destroying a managed guest'],
    ['update', '/vms/100', ['VM.Config.CPU'], 'a guest of no pool'],
    ['update', '/pool/other', ['VM.Audit'], 'a pool that is not managed'],
    ['update', '/pool/sluice-managed', [...granted('update')['/pool/sluice-managed'] ?? [], 'VM.Config.HWType'], 'hardware types, never'],
    ['update', '/pool/sluice-managed', [...granted('update')['/pool/sluice-managed'] ?? [], 'VM.Allocate'], 'making and destroying in a managed pool'],
    ['create', '/pool/sluice-managed', ['Pool.Allocate', 'VM.Allocate'], 'destroying what was handed over'],
    ['create', '/vms/5001', ['VM.Allocate'], 'a guest that was handed over'],
    ['create', '/vms/100', ['VM.Allocate'], 'a guest of no pool'],
    ['create', '/nodes', ['Sys.Modify'], 'a node'],
    ['create', '/storage/vmdata', ['Datastore.Allocate'], 'a whole storage'],
    ['reflect', '/vms', ['VM.Audit', 'VM.Allocate'], 'writing anything'],
    ['reflect', '/', ['Sys.Audit', 'Sys.Modify'], 'changing the cluster'],
    ['reflect', '/vms/5001', ['VM.PowerMgmt'], 'one guest'],
  ])('%s at %s with %j is broader: %s', (token, path, privileges) => {
    expect(judge(token, { ...granted(token), [path]: privileges })).toMatchObject({ verdict: 'broader', observed: expect.stringContaining(path) });
  });

  it.each<[TokenName, string, readonly string[], string]>([
    ['update', '/pool/sluice-managed', [...granted('update')['/pool/sluice-managed'] ?? [], 'VM.Config.Disk', 'VM.Migrate'], 'what set-up may add per pool'],
    ['update', '/vms/5001', ['VM.Audit', 'VM.Config.CPU'], 'what a managed guest inherits from its pool'],
    ['create', '/vms/5009', ['VM.Allocate', 'VM.Config.Disk'], 'a guest in intake'],
    ['create', '/vms/5001', ['Pool.Allocate'], 'what a handed-over guest inherits'],
    ['lender', '/vms/5005', loanRights, 'a guest of a deletable pool'],
    ['reflect', '/mapping', ['Mapping.Audit'], 'mappings'],
    ['reflect', '/vms/5001', ['VM.Audit', 'VM.GuestAgent.Audit'], 'the guest agent'],
  ])('%s at %s with %j is still exact: %s', (token, path, privileges) => {
    expect(judge(token, { ...granted(token), [path]: privileges })).toEqual({ verdict: 'exact' });
  });

  it('P15 broader wins over missing: a token that lacks one right and has another too many is the dangerous kind', () => {
    expect(judge('lender', { '/pool/customer-a': ['VM.Allocate', 'Sys.Modify'] }).verdict).toBe('broader');
  });

  it('P15 the destroy token is exact with nothing at all, and with nothing else, whatever the privilege and the path', () => {
    expect(judge('destroy', {})).toEqual({ verdict: 'exact' });
    const path = fc.constantFrom('/', '/vms', '/vms/5005', '/pool/customer-a', '/storage/vmdata', '/access', '/nodes/pve1', '/unknown');
    fc.assert(fc.property(path, fc.constantFrom('VM.Allocate', 'VM.Audit', 'Sys.Audit', 'Permissions.Modify', 'A.NewOne'), (where, privilege) => {
      expect(judge('destroy', { [where]: [privilege] }).verdict).toBe('broader');
    }));
  });

  it('P30 takes a privilege that it does not know for one too many, on every path of every token', () => {
    fc.assert(fc.property(fc.constantFrom(...tokens), fc.constantFrom('/', '/vms', '/vms/5001', '/pool/sluice-managed', '/pool/sluice-intake', '/storage', '/sdn/zones/localnetwork', '/access', '/realm/pve'), (token, path) => {
      expect(judge(token, { ...granted(token), [path]: [...(granted(token)[path] ?? []), 'VM.NewIn10'] }).verdict).toBe('broader');
    }));
  });
});

describe('what a token may do at a path, from ACLs and roles', () => {
  const row = (path: string, role: string, holder: string, propagate = false): AclRow => ({ path, role, holder, holderKind: holder.includes('!') ? 'token' : 'user', propagate }) as AclRow;
  const two: readonly RoleRow[] = [{ role: 'A', privileges: ['VM.Audit', 'VM.Allocate'] }, { role: 'B', privileges: ['VM.Audit', 'VM.PowerMgmt'] }, { role: 'NoAccess', privileges: [] }] as unknown as readonly RoleRow[];
  const at = (path: string, ...rows: AclRow[]): readonly string[] => effectivePrivileges('u@pve!t', path, rows, two);

  it.each<[string, readonly AclRow[], string, readonly string[]]>([
    ['user and token together', [row('/vms', 'A', 'u@pve'), row('/vms', 'B', 'u@pve!t')], '/vms', ['VM.Audit']],
    ['the user alone is nothing', [row('/vms', 'A', 'u@pve')], '/vms', []],
    ['the token alone is nothing', [row('/vms', 'A', 'u@pve!t')], '/vms', []],
    ['it reaches down where it propagates', [row('/vms', 'A', 'u@pve', true), row('/vms', 'A', 'u@pve!t', true)], '/vms/5001', ['VM.Allocate', 'VM.Audit']],
    ['it stays where it does not', [row('/vms', 'A', 'u@pve'), row('/vms', 'A', 'u@pve!t')], '/vms/5001', []],
    ['a deeper entry replaces what comes from above', [row('/vms', 'A', 'u@pve', true), row('/vms/5001', 'B', 'u@pve'), row('/vms', 'A', 'u@pve!t', true)], '/vms/5001', ['VM.Audit']],
    ['NoAccess takes everything', [row('/vms', 'A', 'u@pve', true), row('/vms/5001', 'NoAccess', 'u@pve'), row('/vms', 'A', 'u@pve!t', true)], '/vms/5001', []],
    ['a role that is not in the list grants nothing', [row('/vms', 'Unknown', 'u@pve'), row('/vms', 'A', 'u@pve!t')], '/vms', []],
    ['another token of the user is another one', [row('/vms', 'A', 'u@pve'), row('/vms', 'A', 'u@pve!other')], '/vms', []],
    ['the root reaches everything', [row('/', 'A', 'u@pve', true), row('/', 'A', 'u@pve!t', true)], '/pool/x', ['VM.Allocate', 'VM.Audit']],
    ['a path that only begins alike is another one', [row('/pool/a', 'A', 'u@pve', true), row('/pool/a', 'A', 'u@pve!t', true)], '/pool/ab', []],
  ])('%s', (_words, rows, path, privileges) => {
    expect(at(path, ...rows)).toEqual(privileges);
  });

  it('is never more than what the token or the user holds', () => {
    const any = fc.record({ path: fc.constantFrom('/', '/vms', '/vms/1'), role: fc.constantFrom('A', 'B', 'NoAccess'), holder: fc.constantFrom('u@pve', 'u@pve!t'), propagate: fc.boolean() }).map((one) => row(one.path, one.role, one.holder, one.propagate));
    fc.assert(fc.property(fc.array(any, { maxLength: 8 }), (rows) => {
      const all = at('/vms/1', ...rows);
      const roleOf = (holder: string): readonly string[] => rows.filter((one) => one.holder === holder).flatMap((one) => two.find((role) => role.role === one.role)?.privileges ?? []);
      for (const privilege of all) expect([roleOf('u@pve').includes(privilege), roleOf('u@pve!t').includes(privilege)]).toEqual([true, true]);
    }));
  });
});
