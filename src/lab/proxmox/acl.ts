// Who may do what, as Proxmox evaluates it: a deeper path replaces what comes from above, pool roles are added for members,
// privilege-separated tokens have the intersection with their user, NoAccess beats all (Proxmox VE 8.4). Carries P15.
import type { Acl } from './sluice-rights';
import type { ClusterState } from './state';

/** privilege -> does it propagate below the path. */
export type Rights = ReadonlyMap<string, boolean>;
export type AccessState = Pick<ClusterState, 'roles' | 'acl' | 'tokens' | 'poolOf'> & { readonly allPrivileges: readonly string[] };

const none: Rights = new Map();

const isAbove = (level: string, path: string): boolean => level === '/' || (path.startsWith(level) && path[level.length] === '/');

interface AclIndex { readonly byHolder: ReadonlyMap<string, ReadonlyMap<string, readonly Acl[]>>; readonly paths: ReadonlySet<string> }
const indexes = new WeakMap<readonly Acl[], AclIndex>();

function indexOf(acl: readonly Acl[]): AclIndex {
  const known = indexes.get(acl);
  if (known !== undefined) return known;
  const byHolder = new Map<string, Map<string, Acl[]>>();
  for (const entry of acl) {
    const paths = byHolder.get(entry.holder) ?? new Map<string, Acl[]>();
    paths.set(entry.path, [...(paths.get(entry.path) ?? []), entry]);
    byHolder.set(entry.holder, paths);
  }
  const made: AclIndex = { byHolder, paths: new Set(acl.map((entry) => entry.path)) };
  indexes.set(acl, made);
  return made;
}

/** Roles of one holder at a path: the deepest level that has any wins. */
function rolesAt(access: AccessState, holder: string, path: string): ReadonlyMap<string, boolean> {
  const own = indexOf(access.acl).byHolder.get(holder);
  if (own === undefined) return none;
  let [deepest, found]: [number, ReadonlyMap<string, boolean>] = [0, none];
  for (const [level, entries] of own) {
    const isHere = level === path;
    if (level.length <= deepest || !(isHere || isAbove(level, path))) continue;
    const here = entries.filter((entry) => isHere || entry.propagate);
    if (here.length > 0) [deepest, found] = [level.length, new Map(here.map((entry) => [entry.role, entry.propagate]))];
  }
  return found;
}

function rightsOfHolder(access: AccessState, holder: string, path: string): Rights {
  const direct = rolesAt(access, holder, path);
  if (direct.has('NoAccess')) return none;
  const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
  const pool = vmid === undefined ? undefined : access.poolOf[vmid];
  const rights = new Map<string, boolean>();
  for (const roles of pool === undefined ? [direct] : [direct, rolesAt(access, holder, `/pool/${pool}`)]) {
    for (const [role, propagate] of roles) for (const privilege of access.roles[role] ?? []) rights.set(privilege, propagate || (rights.get(privilege) ?? false));
  }
  return rights;
}

/** `root@pam` itself, or a token of it without privilege separation: all privileges everywhere. */
export const hasAllPrivileges = (access: AccessState, authid: string): boolean => authid === 'root@pam' || (authid.startsWith('root@pam!') && access.tokens[authid]?.privsep === false);

/** Effective rights of `user@realm` or `user@realm!token` at a path. */
export function rightsOf(access: AccessState, authid: string, path: string): Rights {
  if (hasAllPrivileges(access, authid)) return new Map(access.allPrivileges.map((privilege) => [privilege, true]));
  const [user = '', token] = authid.split('!');
  if (token === undefined || access.tokens[authid]?.privsep === false) return rightsOfHolder(access, user, path);
  const ofToken = rightsOfHolder(access, authid, path);
  if (ofToken.size === 0) return none;
  const ofUser = user === 'root@pam' ? new Map(access.allPrivileges.map((privilege) => [privilege, true])) : rightsOfHolder(access, user, path);
  return new Map([...ofToken].filter(([privilege]) => ofUser.has(privilege)).map(([privilege, propagate]) => [privilege, propagate && (ofUser.get(privilege) ?? false)]));
}

export const may = (access: AccessState, authid: string, path: string, ...anyOf: readonly string[]): boolean => {
  const rights = rightsOf(access, authid, path);
  return anyOf.some((privilege) => rights.has(privilege));
};

/** A filter over guests: rights are worked out once for all guests of a pool that no ACL names. */
export function guestFilter(access: AccessState, authid: string, privilege: string): (vmid: number) => boolean {
  const named = indexOf(access.acl).paths;
  const memo = new Map<string, boolean>();
  return (vmid) => {
    const path = `/vms/${vmid}`;
    if (named.has(path)) return may(access, authid, path, privilege);
    const pool = access.poolOf[String(vmid)] ?? '';
    const known = memo.get(pool);
    if (known !== undefined) return known;
    const allowed = may(access, authid, path, privilege);
    memo.set(pool, allowed);
    return allowed;
  };
}

/** Paths that some ACL names. */
export const definedPaths = (access: AccessState): readonly string[] => [...indexOf(access.acl).paths];

const fixedPaths = ['/', '/access', '/access/groups', '/nodes', '/pool', '/sdn', '/storage', '/vms'];

/** `GET /access/permissions`: every path at which the holder has something, 1 where it propagates. */
export function permissionsAnswer(access: AccessState, authid: string, onlyPath?: string): Record<string, Record<string, number>> {
  const at = (path: string): Record<string, number> => Object.fromEntries([...rightsOf(access, authid, path)].map(([privilege, propagate]) => [privilege, propagate ? 1 : 0]));
  if (onlyPath !== undefined) return { [onlyPath]: at(onlyPath) };
  const named = indexOf(access.acl).paths;
  const ofPool = new Map<string, Record<string, number>>();
  const answer = [...new Set([...fixedPaths, ...named])].map((path) => [path, at(path)] as const);
  for (const [vmid, pool] of Object.entries(access.poolOf)) {
    const path = `/vms/${vmid}`;
    if (named.has(path)) continue;
    // Guests of one pool that no ACL names are alike.
    const rights = ofPool.get(pool) ?? at(path);
    ofPool.set(pool, rights);
    answer.push([path, rights]);
  }
  return Object.fromEntries(answer.filter(([, rights]) => Object.keys(rights).length > 0));
}
