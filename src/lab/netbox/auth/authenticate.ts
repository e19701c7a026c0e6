// Who is calling: v1 `Token <40>` and v2 `Bearer nbt_<key>.<secret>`; the version follows from the `nbt_` prefix, not from the keyword (NetBox 4.5).
// Every failure is a 403 with its own sentence, never a 401.
import { timingSafeEqual } from 'node:crypto';
import { asId, asText, asTexts } from '../store/row';
import type { Row } from '../store/row';
import type { State } from '../store/state';
import { View } from '../store/view';
import { Forbidden } from '../write/errors';

export interface Caller {
  readonly user: Row;
  readonly superuser: boolean;
  /** A token may be read-only; everything unsafe is then refused. */
  readonly mayWrite: boolean;
}

const NOT_PROVIDED = 'Authentication credentials were not provided.';
const MALFORMED = 'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"';

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function tokenOf(state: State, text: string): Row {
  if (text.startsWith('nbt_')) {
    const [key = '', secret = ''] = text.slice(4).split('.');
    const token = state.main.where('users.token', 'key', key)[0];
    if (token === undefined || !same(state.tokens.get(token.id) ?? '', secret)) throw new Forbidden('Invalid v2 token');
    return token;
  }
  const token = state.main.where('users.token', 'version', 1).find((row) => same(state.tokens.get(row.id) ?? '', text));
  if (token === undefined) throw new Forbidden('Invalid v1 token');
  return token;
}

/** Notes the use of a token, at most once a minute, outside any transaction. */
function touch(state: State, token: Row): void {
  const now = state.clock.now();
  const last = asText(token['last_used']);
  if (last === '' || Date.parse(now) - Date.parse(last) > 60_000) state.main.put('users.token', { ...token, last_used: now });
}

/** The caller of a request; throws {@link Forbidden} when there is none. `address` is where the request comes from. */
export function authenticate(state: State, authorization: string | undefined, address: string): Caller {
  const [keyword = '', ...rest] = (authorization ?? '').trim().split(/\s+/);
  if (keyword !== 'Token' && keyword !== 'Bearer') throw new Forbidden(NOT_PROVIDED);
  const [text] = rest;
  if (text === undefined || rest.length > 1) throw new Forbidden(MALFORMED);
  const token = tokenOf(state, text);
  const ips = asTexts(token['allowed_ips']);
  if (ips.length > 0 && !ips.some((ip) => ip.split('/')[0] === address)) throw new Forbidden(`Source IP ${address} is not permitted to authenticate using this token.`);
  if (token['enabled'] === false) throw new Forbidden('Token disabled');
  if (token['expires'] !== null && Date.parse(asText(token['expires'])) < Date.parse(state.clock.now())) throw new Forbidden('Token expired');
  const user = View.main(state).get('users.user', asId(token['user']));
  if (user === undefined || user['is_active'] !== true) throw new Forbidden('User inactive');
  touch(state, token);
  return { user, superuser: user['is_superuser'] === true, mayWrite: token['write_enabled'] !== false };
}
