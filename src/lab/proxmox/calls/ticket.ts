// Signing in: a password or a ticket that still holds buys a new ticket, with the list of what its owner may do at large, as
// the web interface wants it (Proxmox VE 8.4). Passwords, and the realms they belong to.
import { splitList } from '../../../proxmox/schema';
import { definedPaths, may, rightsOf, type AccessState } from '../acl';
import { anyone, nothing, route, type Answer, type Call, type Route } from '../call';
import { die, forbidden } from '../pve-error';
import { forgeryTokenOf, hashOf, isPasswordOf, isWelcome, ownerOfTicket, ticketOf } from '../tickets';

const realms = [
  { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication' },
  { realm: 'pve', type: 'pve', comment: 'Proxmox VE authentication server' },
] as const;
export const isRealm = (realm: string): boolean => realms.some((each) => each.realm === realm);

/** Whatever is wrong, the answer is one. */
const unknown = (): never => die('authentication failure', 401);

function signIn(call: Call): Answer {
  const { cluster, params } = call;
  const named = params['username'] ?? '';
  const userid = params['realm'] === undefined ? named : `${named}@${params['realm']}`;
  const password = params['password'] ?? '';
  if (!isWelcome(cluster, userid) || !(ownerOfTicket(cluster, password) === userid || isPasswordOf(cluster, userid, password))) return unknown();
  if (params['path'] !== undefined) return splitList(params['privs'] ?? '').every((privilege) => may(cluster.access, userid, params['path'] ?? '', privilege)) ? { data: { username: userid } } : unknown();
  const name = cluster.state.nodes.length > 1 && may(cluster.access, userid, '/', 'Sys.Audit') ? { clustername: cluster.state.name } : {};
  const answer = { data: { username: userid, ticket: ticketOf(cluster, userid), CSRFPreventionToken: forgeryTokenOf(cluster, userid), cap: capabilities(cluster.access, userid), ...name } };
  cluster.commit();
  return answer;
}

/** Which privileges count for which corner of the web interface. */
const corners: Readonly<Record<string, RegExp>> = {
  dc: /^(?:Sys\.(?:Audit|Modify)|SDN\.)/, nodes: /^(?:Sys\.|Permissions\.Modify)/, vms: /^(?:VM\.|Permissions\.Modify)/, storage: /^(?:Datastore\.|Permissions\.Modify)/,
  sdn: /^(?:SDN\.|Permissions\.Modify)/, access: /^(?:(?:User|Group)\.|Permissions\.Modify)/, mapping: /^(?:Mapping\.|Permissions\.Modify)/,
};

function capabilities(access: AccessState, userid: string): Record<string, Record<string, 1>> {
  const found = Object.fromEntries(Object.keys(corners).map((corner): [string, Record<string, 1>] => [corner, {}]));
  const note = (corner: string, privileges: Iterable<string>): void => {
    for (const privilege of privileges) if (corners[corner]?.test(privilege) === true) Object.assign(found[corner] ?? {}, { [privilege]: 1 });
  };
  for (const path of new Set(['/', '/nodes', '/access/groups', '/vms', '/storage', '/sdn', '/mapping', ...definedPaths(access)])) {
    const rights = [...rightsOf(access, userid, path).keys()];
    const [, top = 'dc'] = /^\/(\w+)/.exec(path) ?? [];
    for (const corner of top === 'pool' ? ['vms', 'storage'] : [top]) note(corner, rights);
  }
  return found;
}

const idOf = (call: Call): string => call.params['userid'] ?? '';

function permitPassword(call: Call): void {
  if (idOf(call) === call.authid) return;
  const { access } = call.cluster;
  const realm = idOf(call).split('@')[1] ?? '';
  if (!(may(access, call.authid, `/access/realm/${realm}`, 'Realm.AllocateUser') && may(access, call.authid, '/access/groups', 'User.Modify'))) forbidden();
}

function changePassword(call: Call): Answer {
  const { cluster, params } = call;
  const user = cluster.state.users[idOf(call)] ?? die(`user '${idOf(call)}' does not exist`);
  // 9 asks whoever is not root@pam for the password he has now.
  if (cluster.options.version === '9.0' && call.authid !== 'root@pam' && !isPasswordOf(cluster, call.authid, params['confirmation-password'] ?? '')) unknown();
  user.password = hashOf(params['password'] ?? '');
  cluster.commit();
  return nothing;
}

export const ticketRoutes: readonly Route[] = [
  route('POST', '/access/ticket', anyone, signIn),
  route('PUT', '/access/password', permitPassword, changePassword),
  route('GET', '/access/domains', anyone, () => ({ data: realms })),
];
