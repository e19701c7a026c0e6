// Users and their API tokens, as the set-up guide makes them (Proxmox VE 8.4). Secrets are answered once, by creation.
import { randomUUID } from 'node:crypto';
import { may } from '../acl';
import { anyone, forbiddenUnless, isOn, nothing, demand, route, type Answer, type Call, type Route } from '../call';
import { badParameters, die, wrapped } from '../pve-error';
import type { Token, User } from '../state';
import { hashOf } from '../tickets';
import { isRealm } from './ticket';

const idOf = (call: Call): string => call.parts['userid'] ?? call.params['userid'] ?? '';
const realmType = (userid: string): string => userid.split('@')[1] ?? '';
const known = (call: Call): User => call.cluster.state.users[idOf(call)] ?? die(`no such user ('${idOf(call)}')`);

const modifies = (call: Call): void => forbiddenUnless(may(call.cluster.access, call.authid, '/access/groups', 'User.Modify') && may(call.cluster.access, call.authid, `/access/realm/${realmType(idOf(call))}`, 'Realm.AllocateUser', 'User.Modify'), '/access/groups, User.Modify');
/** A token is not its user: it neither reads him nor makes tokens for him (Proxmox VE 8.4). */
const isSelf = (call: Call, userid: string): boolean => userid === call.authid;
const readsOne = (call: Call): void => {
  if (!isSelf(call, idOf(call))) demand(call, '/access/groups', 'User.Modify', 'Sys.Audit');
};

/** The real one reads the realm out of the name before it looks at rights or parameters. */
function checkName(call: Call): void {
  if (!/^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/.test(idOf(call))) die(`value '${idOf(call)}' does not look like a valid user name`);
}

function list(call: Call): Answer {
  const { state, access } = call.cluster;
  const all = may(access, call.authid, '/access/groups', 'User.Modify', 'Sys.Audit');
  const rows = Object.entries(state.users).filter(([userid]) => all || isSelf(call, userid));
  const wanted = (user: User): boolean => call.params['enabled'] === undefined || (isOn(call, 'enabled') === (user.enable && (user.expire === 0 || user.expire > call.cluster.now())));
  const shown = rows.filter(([, user]) => wanted(user));
  return { data: shown.map(([userid, user]) => ({ userid, ...shownUser(userid, user), 'realm-type': realmType(userid), ...(isOn(call, 'full') ? { groups: '', tokens: tokensOf(call, userid) } : {}) })) };
}

/** A user of the file has an e-mail address, be it an empty one; root@pam, whom every installation has, shows none (Proxmox VE 8.4). */
function shownUser(userid: string, user: User): Record<string, unknown> {
  const texts = Object.entries({ comment: user.comment, firstname: user.firstname ?? '', lastname: user.lastname ?? '', keys: user.keys ?? '' }).filter(([, text]) => text !== '');
  return { enable: user.enable ? 1 : 0, expire: user.expire, ...Object.fromEntries(texts), ...(userid === 'root@pam' && user.email === undefined ? {} : { email: user.email ?? '' }) };
}

const tokensOf = (call: Call, userid: string): readonly Record<string, unknown>[] => Object.entries(call.cluster.state.tokens).filter(([id]) => id.startsWith(`${userid}!`))
  .map(([id, token]) => ({ tokenid: id.slice(userid.length + 1), ...shownToken(token) }));

function add(call: Call): Answer {
  const { state } = call.cluster;
  const userid = idOf(call);
  wrapped('create user failed', () => {
    if (state.users[userid] !== undefined) die(`user '${userid}' already exists`);
    const { password } = call.params;
    if (password !== undefined && !isRealm(realmType(userid))) die(`auth domain '${realmType(userid)}' does not exist`);
    state.users[userid] = { enable: call.params['enable'] !== '0', expire: Number(call.params['expire'] ?? 0), comment: call.params['comment'] ?? '', ...namesIn(call), ...(password === undefined ? {} : { password: hashOf(password) }) };
  });
  call.cluster.commit();
  return nothing;
}

const namesIn = (call: Call): Pick<User, 'email' | 'firstname' | 'lastname' | 'keys'> =>
  Object.fromEntries((['email', 'firstname', 'lastname', 'keys'] as const).flatMap((name) => (call.params[name] === undefined ? [] : [[name, call.params[name]]])));

function change(call: Call): Answer {
  const user = known(call);
  if (call.params['enable'] !== undefined) user.enable = isOn(call, 'enable');
  if (call.params['expire'] !== undefined) user.expire = Number(call.params['expire']);
  if (call.params['comment'] !== undefined) user.comment = call.params['comment'];
  Object.assign(user, namesIn(call));
  call.cluster.commit();
  return nothing;
}

function remove(call: Call): Answer {
  known(call);
  const { state } = call.cluster;
  const userid = idOf(call);
  delete state.users[userid];
  for (const id of Object.keys(state.tokens)) if (id.startsWith(`${userid}!`)) delete state.tokens[id];
  state.acl = state.acl.filter((entry) => entry.holder !== userid && !entry.holder.startsWith(`${userid}!`));
  call.cluster.commit();
  return nothing;
}

function addToken(call: Call): Answer {
  known(call);
  const { state } = call.cluster;
  const id = `${idOf(call)}!${call.parts['tokenid'] ?? ''}`;
  if (state.tokens[id] !== undefined) badParameters({ tokenid: 'Token already exists.' });
  const privsep = call.params['privsep'] !== '0';
  const secret = randomUUID();
  state.tokens[id] = { secret, privsep, expire: Number(call.params['expire'] ?? 0), comment: call.params['comment'] ?? '' };
  call.cluster.commit();
  return { data: { 'full-tokenid': id, value: secret, info: { privsep: privsep ? 1 : 0, ...(call.params['comment'] === undefined ? {} : { comment: call.params['comment'] }), ...(call.params['expire'] === undefined ? {} : { expire: call.params['expire'] }) } } };
}

const tokenIdOf = (call: Call): string => `${idOf(call)}!${call.parts['tokenid'] ?? ''}`;
function knownToken(call: Call): Token {
  known(call);
  return call.cluster.state.tokens[tokenIdOf(call)] ?? die(`no such token '${call.parts['tokenid'] ?? ''}' for user '${idOf(call)}'`);
}

const shownToken = ({ privsep, expire, comment }: Token): Record<string, unknown> => ({ privsep: privsep ? 1 : 0, expire, ...(comment === '' ? {} : { comment }) });

/** A comment is replaced by another one, never by none (Proxmox VE 8.4). */
function changeToken(call: Call): Answer {
  const old = knownToken(call);
  const { privsep, expire, comment = '' } = call.params;
  const token = { ...old, privsep: privsep === undefined ? old.privsep : isOn(call, 'privsep'), expire: Number(expire ?? old.expire), comment: comment === '' ? old.comment : comment };
  call.cluster.state.tokens[tokenIdOf(call)] = token;
  call.cluster.commit();
  return { data: shownToken(token) };
}

function removeToken(call: Call): Answer {
  knownToken(call);
  const { state } = call.cluster;
  delete state.tokens[tokenIdOf(call)];
  state.acl = state.acl.filter((entry) => entry.holder !== tokenIdOf(call));
  call.cluster.commit();
  return nothing;
}

const ownOrModifies = (call: Call): void => {
  if (!isSelf(call, idOf(call))) modifies(call);
};

export const userRoutes: readonly Route[] = [
  // Nobody makes groups here, and nobody is granted anything through one.
  route('GET', '/access/groups', anyone, () => ({ data: [] })),
  route('GET', '/access/users', anyone, list), route('POST', '/access/users', (call) => { checkName(call); modifies(call); }, add),
  route('GET', '/access/users/{userid}', readsOne, (call) => {
    const user = known(call);
    return { data: { ...shownUser(idOf(call), user), groups: [], tokens: Object.fromEntries(tokensOf(call, idOf(call)).map(({ tokenid, ...rest }) => [String(tokenid), rest])) } };
  }),
  route('PUT', '/access/users/{userid}', modifies, change), route('DELETE', '/access/users/{userid}', modifies, remove),
  route('GET', '/access/users/{userid}/token', readsOne, (call) => {
    known(call);
    return { data: tokensOf(call, idOf(call)) };
  }),
  route('GET', '/access/users/{userid}/token/{tokenid}', ownOrModifies, (call) => ({ data: shownToken(knownToken(call)) })), route('POST', '/access/users/{userid}/token/{tokenid}', ownOrModifies, addToken),
  route('PUT', '/access/users/{userid}/token/{tokenid}', ownOrModifies, changeToken), route('DELETE', '/access/users/{userid}/token/{tokenid}', ownOrModifies, removeToken),
];
