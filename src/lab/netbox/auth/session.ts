// Browser sessions: the cookie `sessionid` names a user, and an unsafe method then also wants the CSRF token (Django 5.2, before any token is looked at).
import { randomBytes } from 'node:crypto';
import { cookiesOf } from '../http/cookies';
import type { Call } from '../http/exchange';
import { View } from '../store/view';
import type { State } from '../store/state';
import { Forbidden } from '../write/errors';
import type { Caller } from './authenticate';

const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

function checkCsrf(call: Call): void {
  const cookie = cookiesOf(call).get('csrftoken');
  if (cookie === undefined) throw new Forbidden('CSRF Failed: CSRF cookie not set.');
  const header = call.headers['x-csrftoken'];
  if (header === undefined) throw new Forbidden('CSRF Failed: CSRF token missing.');
  if (header !== cookie) throw new Forbidden("CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect.");
}

/** Opens a session; its cookies. */
export function signIn(state: State, username: string): { readonly sessionid: string; readonly csrftoken: string } {
  const user = state.main.where('users.user', 'username', username)[0];
  if (user === undefined) throw new Error(`the simulated NetBox has no user "${username}"`);
  state.main.put('users.user', { ...user, last_login: state.clock.now() });
  const [sessionid, csrftoken] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  state.sessions.set(sessionid, user.id);
  return { sessionid, csrftoken };
}

/** The signed-in user of a request; undefined when there is no session, so that a token may be looked for. */
export function sessionCaller(state: State, call: Call): Caller | undefined {
  const id = state.sessions.get(cookiesOf(call).get('sessionid') ?? '');
  const user = id === undefined ? undefined : View.main(state).get('users.user', id);
  if (user === undefined || user['is_active'] !== true) return undefined;
  if (!SAFE.includes(call.method)) checkCsrf(call);
  return { user, superuser: user['is_superuser'] === true, mayWrite: true };
}
