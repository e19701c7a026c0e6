import { effectivePrivileges } from './effective-privileges';
import { judgeRights } from './rights';
import { setupCommands, type SetupOrder } from './setup-commands';
import { sluiceRoles, tokenIdOf, tokenNames } from './token-table';
import { ok } from '../../kernel';
import type { AclRow, Permissions, RoleRow } from '../../proxmox/ports';

const order: SetupOrder = { cluster: 'leipzig', major: 8, withAgent: false, managedPools: ['sluice-managed', 'customer-a'], deletablePools: ['customer-a'], storages: ['vmdata'], bridges: ['vmbr0'] };

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
  it('P15 prints what the self-check then calls exact, for each of the five tokens', () => {
    const { acl, roles } = carriedOut(setupCommands(order));
    expect(roles.map(({ role }) => role).sort()).toEqual(Object.keys(sluiceRoles).sort());
    for (const token of tokenNames) {
      const id = tokenIdOf(token);
      const paths = [...new Set(acl.map((row) => row.path))];
      const permissions: Permissions = Object.fromEntries(paths.map((path) => [path, effectivePrivileges(id, path, acl, roles)] as const).filter(([, privileges]) => privileges.length > 0));
      const settings = { name: 'leipzig', netbox: 'netbox', netboxCluster: 'leipzig', intakePool: 'sluice-intake', managedPools: order.managedPools, deletablePools: order.deletablePools, defaultBridge: 'vmbr0', defaultStorage: 'vmdata', vmidRange: { first: 5000, last: 5999 } };
      expect([token, judgeRights(token, ok(permissions), settings, ok([]))]).toEqual([token, { verdict: 'exact' }]);
    }
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
