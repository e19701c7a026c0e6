// Who am I, and a token for a password: the two endpoints a sign-in needs. `is_superuser` is never shown (NetBox 4.5).
import type { Answer, Call } from '../http/exchange';
import { json } from '../http/exchange';
import { knownModel } from '../models/registry';
import { Representer } from '../read/represent';
import { isObject } from '../store/row';
import type { Json, JsonObject } from '../store/row';
import type { State } from '../store/state';
import { View } from '../store/view';
import { Answered, Forbidden, Invalid } from '../write/errors';
import { readBody } from '../write/body';
import { EventQueue } from '../webhooks/event-queue';
import { Writer } from '../write/writer';
import { parseBody } from './rest';
import type { Rest } from './rest';
import { randomText } from './special-writes';

export function authenticationCheck(rest: Rest): Answer {
  if (rest.call.method !== 'GET') throw new Answered(405, { detail: `Method "${rest.call.method}" not allowed.` });
  return json(200, rest.represent().full(knownModel('users.user'), rest.rights.caller.user));
}

const SHOWN = ['id', 'url', 'display_url', 'display', 'version', 'user', 'key', 'created', 'expires', 'last_used', 'enabled', 'write_enabled', 'description', 'allowed_ips'];

/** `POST /api/users/tokens/provision/`: needs no token, answers with the plaintext once. */
export function provisionToken(state: State, call: Call): Answer {
  if (call.method !== 'POST') throw new Answered(405, { detail: `Method "${call.method}" not allowed.` });
  const body = parseBody(call);
  const given: JsonObject = isObject(body) ? body : {};
  const missing = ['username', 'password'].filter((key) => typeof given[key] !== 'string');
  if (missing.length > 0) throw new Invalid(Object.fromEntries(missing.map((key): [string, Json] => [key, ['This field is required.']])));
  const user = state.main.where('users.user', 'username', given['username'] ?? null)[0];
  if (user === undefined || user['is_active'] !== true || state.passwords.get(user.id) !== given['password']) throw new Forbidden('Invalid username/password');
  const model = knownModel('users.token');
  const view = View.main(state);
  const read = readBody(view, model, { ...given, user: user.id }, null, false);
  const secret = randomText(40);
  const row = new Writer(view, { user: user.id, userName: String(user['username']), requestId: call.requestId }, new EventQueue()).create(model, { ...read.values, key: read.values['version'] === 1 ? null : randomText(12) });
  state.set(state.tokens, row.id, secret);
  return json(201, { ...new Representer(view, call.origin).full(model, row, SHOWN), token: secret });
}
