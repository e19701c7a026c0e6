// Permissions, ACLs and the grant by subset: who holds VM.Allocate on a guest may hand on a role that is a subset of its own
// rights there, no more (Proxmox VE 8.4). This is the loan, and its limit. Carries P15.
import { splitList } from '../../../proxmox/schema';
import { may, permissionsAnswer, rightsOf } from '../acl';
import { anyone, isOn, nothing, demand, route, type Answer, type Call, type Route } from '../call';
import { badParameters, die, wrapped } from '../pve-error';
import { builtInRoles } from '../roles';
import type { Acl } from '../sluice-rights';

const paths = /^\/(?:$|access(?:\/.*)?$|mapping(?:\/.*)?$|nodes(?:\/[^/]+)?$|pool(?:\/.*)?$|sdn(?:\/.*)?$|storage(?:\/[^/]+)?$|vms(?:\/[1-9]\d{2,8})?$)/;

/** Privileges that let their holder change the ACL of a path. */
function grantersOf(path: string): readonly string[] {
  if (/^\/storage\/.+/.test(path)) return ['Permissions.Modify', 'Datastore.Allocate'];
  if (/^\/vms\/.+/.test(path)) return ['Permissions.Modify', 'VM.Allocate'];
  if (/^\/pool\/.+/.test(path)) return ['Permissions.Modify', 'Pool.Allocate'];
  return ['Permissions.Modify'];
}

/** The same path written differently is one path. */
const normalPath = (path: string): string => (path === '' ? '/' : path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'));

function permitAcl(call: Call): void {
  const path = normalPath(call.params['path'] ?? '');
  if (!paths.test(path)) badParameters({ path: `invalid ACL path '${call.params['path'] ?? ''}'` });
  demand(call, path, ...grantersOf(path));
}

function changeAcl(call: Call): Answer {
  const { cluster, params } = call;
  const { state } = cluster;
  const path = normalPath(params['path'] ?? '');
  const propagate = (params['propagate'] ?? '1') === '1';
  const users = splitList(params['users'] ?? '');
  const tokens = splitList(params['tokens'] ?? '');
  if (users.length + tokens.length === 0) badParameters({ users: 'either users, groups or tokens is required.' });
  wrapped('ACL update failed', () => {
    const own = rightsOf(cluster.access, call.authid, path);
    const changed: Acl[] = [];
    for (const role of splitList(params['roles'] ?? '')) {
      const privileges = state.roles[role] ?? die(`role '${role}' does not exist`);
      if (!own.has('Permissions.Modify')) {
        if (privileges.some((privilege) => !own.has(privilege))) badParameters({ role: `Cannot add role '${role}' - requires 'Permissions.Modify' or superset of privileges.` });
        if (propagate && privileges.some((privilege) => own.get(privilege) !== true)) badParameters({ propagate: `Cannot add role '${role}' with propagation - requires 'Permissions.Modify' or propagated superset of privileges.` });
      }
      for (const user of users) {
        if (state.users[user] === undefined) die(`user '${user}' does not exist`);
        changed.push({ path, role, holder: user, type: 'user', propagate });
      }
      for (const token of tokens) {
        const [user = '', name = ''] = token.split('!');
        if (state.users[user] === undefined) die(`no such user ('${user}')`);
        if (state.tokens[token] === undefined) die(`no such token '${name}' for user '${user}'`);
        changed.push({ path, role, holder: token, type: 'token', propagate });
      }
    }
    if (!state.quorate) die("cfs-lock 'file-user_cfg' error: no quorum!");
    const same = (a: Acl, b: Acl): boolean => a.path === b.path && a.role === b.role && a.holder === b.holder;
    const kept = state.acl.filter((entry) => !changed.some((other) => same(entry, other)));
    state.acl = isOn(call, 'delete') ? kept : [...kept, ...changed];
  });
  cluster.commit();
  return nothing;
}

/** The list as far as the caller may change it, or all of it with Sys.Audit on /access. */
function readAcl(call: Call): Answer {
  const { access } = call.cluster;
  const sees = (path: string): boolean => may(access, call.authid, '/access', 'Sys.Audit') || may(access, call.authid, path, ...grantersOf(path));
  return { data: access.acl.filter((entry) => sees(entry.path)).map((entry) => ({ path: entry.path, roleid: entry.role, type: entry.type, ugid: entry.holder, propagate: entry.propagate ? 1 : 0 })) };
}

function permissions(call: Call): Answer {
  const { access } = call.cluster;
  const asked = call.params['userid'] ?? call.authid;
  // A user may ask for what his own tokens may do since 9.
  const isOwn = asked === call.authid || (call.cluster.options.version !== '8.4' && asked.startsWith(`${call.authid}!`));
  if (!isOwn) demand(call, '/access', 'Sys.Audit');
  return { data: permissionsAnswer(access, asked, call.params['path']) };
}

function roles(call: Call): Answer {
  const builtIn = builtInRoles(call.cluster.options.version);
  return { data: Object.entries(call.cluster.state.roles).map(([roleid, privileges]) => ({ roleid, privs: privileges.join(','), special: builtIn[roleid] === undefined ? 0 : 1 })) };
}

function addRole(call: Call): Answer {
  const { state, access } = call.cluster;
  const role = call.params['roleid'] ?? '';
  const privileges = splitList(call.params['privs'] ?? '');
  for (const privilege of privileges) if (!access.allPrivileges.includes(privilege)) badParameters({ privs: `invalid format - invalid privilege '${privilege}'\n` });
  wrapped('create role failed', () => {
    if (state.roles[role] !== undefined) die(`role '${role}' already exists`);
    state.roles[role] = privileges;
  });
  call.cluster.commit();
  return nothing;
}

function dropRole(call: Call): Answer {
  const role = call.parts['roleid'] ?? '';
  const { state } = call.cluster;
  wrapped('delete role failed', () => {
    if (builtInRoles(call.cluster.options.version)[role] !== undefined) die(`auto-generated role '${role}' cannot be deleted`);
    if (state.roles[role] === undefined) die(`role '${role}' does not exist`);
    delete state.roles[role];
    state.acl = state.acl.filter((entry) => entry.role !== role);
  });
  call.cluster.commit();
  return nothing;
}

const modifies = (call: Call): void => demand(call, '/access', 'Sys.Modify');

export const accessRoutes: readonly Route[] = [
  route('GET', '/access/permissions', anyone, permissions), route('GET', '/access/roles', anyone, roles), route('POST', '/access/roles', modifies, addRole), route('DELETE', '/access/roles/{roleid}', modifies, dropRole),
  route('GET', '/access/acl', anyone, readAcl), route('PUT', '/access/acl', permitAcl, changeAcl),
];
