import type { ClusterSettings } from '../../guest';
import { effectivePrivileges } from './effective-privileges';
import { judgeRights } from './rights';
import { setupCommands, type SetupOrder } from './setup-commands';
import { sluiceRoles, tokenIdOf, tokenNames } from './token-table';
import { ok } from '../../kernel';
import type { AclRow, Permissions, RoleRow } from '../../proxmox/ports';

const order: SetupOrder = { cluster: 'leipzig', major: 8, withAgent: false, managedPools: ['sluice-managed', 'customer-a'], deletablePools: ['customer-a'], storages: ['vmdata'], bridges: ['vmbr0'] };
const whole: SetupOrder = { ...order, diskPools: ['customer-a'], migratePools: ['sluice-managed'], isoStorages: ['local', 'vmdata'], templatesPool: 'templates' };
const settingsOf = ({ managedPools, deletablePools, diskPools = [], migratePools = [] }: SetupOrder): ClusterSettings =>
  ({ name: 'leipzig', netbox: 'netbox', netboxCluster: 'leipzig', allowWrites: true, intakePool: 'sluice-intake', managedPools, deletablePools, diskPools, migratePools, defaultBridge: 'vmbr0', defaultStorage: 'vmdata', vmidRange: { first: 5000, last: 5999 } });

/** Carries the printed lines out, as Proxmox would. */
function carriedOut(lines: readonly string[]): { readonly acl: readonly AclRow[]; readonly roles: readonly RoleRow[] } {
  const acl = lines.flatMap((line): AclRow[] => {
    const match = /^pveum acl modify '?([^' ]+)'? --roles (\S+) --(user|token)s '?([^' ]+)'? --propagate (\d)$/.exec(line);
    return match === null ? [] : [{ path: match[1] ?? '', role: match[2] ?? '', holderKind: match[3] as 'user' | 'token', holder: match[4] ?? '', propagate: match[5] === '1' }];
  });
  const roles = lines.flatMap((line): RoleRow[] => {
    const match = /^pveum role add (\S+) --privs '?([^']+)'?$/.exec(line);
    return match === null ? [] : [{ role: match[1] ?? '', privileges: (match[2] ?? '').split(',') }];
  });
  return { acl, roles };
}

describe('sluice setup proxmox', () => {
  /** What each token would say of itself once the lines were run. */
  function verdicts(printed: SetupOrder, configured: SetupOrder): readonly (readonly [string, unknown])[] {
    const { acl, roles } = carriedOut(setupCommands(printed));
    const paths = [...new Set(acl.map((row) => row.path))];
    return tokenNames.map((token) => {
      const permissions: Permissions = Object.fromEntries(paths.map((path) => [path, effectivePrivileges(tokenIdOf(token), path, acl, roles)] as const).filter(([, privileges]) => privileges.length > 0));
      return [token, judgeRights(token, ok(permissions), settingsOf(configured), ok([]))];
    });
  }

  it.each([['the least', order], ['disks, moves, templates and media too', whole], ['all of that on 9', { ...whole, major: 9, withAgent: true }]] as const)('P15 prints what the self-check then calls exact, for each of the five tokens: %s', (_what, asked) => {
    expect(carriedOut(setupCommands(asked)).roles.map(({ role }) => role).sort()).toEqual(Object.keys(sluiceRoles).sort());
    expect(verdicts(asked, asked)).toEqual(tokenNames.map((token) => [token, { verdict: 'exact' }]));
  });

  it('P15 calls rights on disks and moves that the configuration does not name too many, and named ones that were not given missing', () => {
    expect(new Map(verdicts(whole, order)).get('update')).toEqual({ verdict: 'broader', observed: 'more than the table allows: /storage/vmdata: Datastore.AllocateSpace; /pool/sluice-managed: VM.Migrate; /pool/customer-a: VM.Config.Disk' });
    expect(new Map(verdicts(order, whole)).get('update')).toEqual({ verdict: 'missing', observed: 'missing: /pool/sluice-managed: VM.Migrate; /pool/customer-a: VM.Config.Disk' });
  });

  it('gives the update token space only where disks may be changed, and the create token sight of media and templates', () => {
    const lines = setupCommands(whole);
    const of = (token: string): readonly string[] => lines.filter((line) => line.includes(`--users sluice-${token}@pve`)).map((line) => line.replace(/^pveum acl modify (\S+) --roles (\S+) .*/, '$1 $2'));
    expect(of('update')).toEqual(expect.arrayContaining(['/pool/customer-a SluiceDisk', '/pool/sluice-managed SluiceMigrate', '/storage/vmdata SluiceSpace']));
    // Space on a storage lets its media be used as well (Proxmox VE 8.4), so vmdata needs no second role.
    expect(of('create')).toEqual(expect.arrayContaining(['/pool/templates SluiceTemplate', '/storage/local SluiceStoreAudit', '/storage/vmdata SluiceSpace']));
    expect(of('create').filter((line) => line.startsWith('/storage/'))).toHaveLength(2);
    expect(lines).toContain('pveum pool add templates');
    expect(setupCommands(order).join('\n')).not.toMatch(/update@pve.*(?:SluiceDisk|SluiceMigrate|SluiceSpace)/);
  });

  it('P15 gives the destroy token no right anywhere, and prints no secret', () => {
    const lines = setupCommands(order);
    expect(lines.filter((line) => line.startsWith('pveum acl') && line.includes('sluice-destroy'))).toEqual([]);
    expect(lines.filter((line) => line.includes('user token add sluice-destroy@pve'))).toHaveLength(1);
  });

  it('warns where reading the agent would also run commands (8), and uses the audit right where there is one (9)', () => {
    expect(setupCommands({ ...order, withAgent: true }).at(-1)).toContain('VM.Monitor');
    expect(setupCommands({ ...order, withAgent: true, major: 9 }).join('\n')).toContain('VM.GuestAgent.Audit');
    expect(setupCommands(order).join('\n')).not.toMatch(/VM\.Monitor|GuestAgent/);
  });
});
