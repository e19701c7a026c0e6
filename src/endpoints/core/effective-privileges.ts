// What a privilege-separated token may do at one path, computed from the ACL rows and roles that the reflect token reads
// (Proxmox VE 8.4: the deepest path with entries replaces what comes from above; effective = user ∩ token).
import type { AclRow, RoleRow } from '../../proxmox/ports';

const levelsOf = (path: string): readonly string[] => {
  const parts = path.split('/').filter((part) => part !== '');
  return ['/', ...parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`)];
};

function heldBy(holder: string, kind: 'user' | 'token', path: string, acl: readonly AclRow[], roles: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  let found: readonly AclRow[] = [];
  for (const level of levelsOf(path)) {
    const here = acl.filter((row) => row.path === level && row.holder === holder && row.holderKind === kind && (level === path || row.propagate));
    if (here.length > 0) found = here;
  }
  if (found.some((row) => row.role === 'NoAccess')) return new Set();
  return new Set(found.flatMap((row) => roles.get(row.role) ?? []));
}

/** Privileges of a token `user@realm!name` at `path`, sorted. Group memberships are not followed: a right by group is not counted, so the check fails closed. */
export function effectivePrivileges(tokenId: string, path: string, acl: readonly AclRow[], roleRows: readonly RoleRow[]): readonly string[] {
  const roles = new Map(roleRows.map((row) => [row.role, row.privileges]));
  const user = heldBy(tokenId.split('!')[0] ?? '', 'user', path, acl, roles);
  const token = heldBy(tokenId, 'token', path, acl, roles);
  return [...user].filter((privilege) => token.has(privilege)).sort();
}
