// What a few models need beside their fields on a write: a user's password, a token's secret, who writes a journal entry.
import { randomBytes } from 'node:crypto';
import type { Model } from '../models/model';
import { asText, isObject } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import { Forbidden, Invalid } from '../write/errors';
import type { Values } from '../write/writer';
import type { Rest } from './rest';

export interface Prepared {
  readonly values: Values;
  /** Runs when the object has its id. */
  readonly then: (row: Row) => void;
}

const NOTHING: Prepared = { values: {}, then: () => undefined };
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const randomText = (length: number): string => [...randomBytes(length)].map((byte) => ALPHABET[byte % ALPHABET.length] ?? 'a').join('');

function passwordProblems(password: string): readonly string[] {
  return [
    ...(password.length < 12 ? ['This password is too short. It must contain at least 12 characters.'] : []),
    ...(/\d/.test(password) ? [] : ['Password must have at least one numeral.']),
    ...(/[A-Z]/.test(password) ? [] : ['Password must have at least one uppercase letter.']),
    ...(/[a-z]/.test(password) ? [] : ['Password must have at least one lowercase letter.']),
  ];
}

function user(rest: Rest, body: JsonObject, existing: Row | null): Prepared {
  const { password } = body;
  if (password === undefined && existing !== null) return NOTHING;
  if (typeof password !== 'string') throw new Invalid({ password: ['This field is required.'] });
  const problems = passwordProblems(password);
  if (problems.length > 0) throw new Invalid({ non_field_errors: problems });
  return { values: existing === null ? { date_joined: rest.state.clock.now() } : {}, then: (row) => rest.state.set(rest.state.passwords, row.id, password) };
}

function token(rest: Rest, body: JsonObject, existing: Row | null): Prepared {
  const caller = rest.rights.caller.user.id;
  const owner = typeof body['user'] === 'number' ? body['user'] : caller;
  if (owner !== caller && !rest.rights.may('grant', 'users.token')) throw new Forbidden('This user does not have permission to create tokens for other users.');
  if (existing !== null) return NOTHING;
  const given = body['token'];
  if (given !== undefined && (typeof given !== 'string' || given.length !== 40)) throw new Invalid({ token: ['Ensure this field has exactly 40 characters.'] });
  const secret = asText(given) || randomText(40);
  return { values: { key: body['version'] === 1 ? null : randomText(12) }, then: (row) => rest.state.set(rest.state.tokens, row.id, secret) };
}

/** Checks and supplies what the body of a write means outside the fields of its model. */
export function prepared(rest: Rest, model: Model, body: Json, existing: Row | null): Prepared {
  if (!isObject(body)) return NOTHING;
  switch (model.type) {
    case 'users.user':
      return user(rest, body, existing);
    case 'users.token':
      return token(rest, body, existing);
    case 'extras.journalentry':
      return existing === null ? { values: { created_by: rest.rights.caller.user.id }, then: () => undefined } : NOTHING;
    case 'extras.webhook':
      if (typeof body['body_template'] === 'string' && body['body_template'] !== '') throw new Invalid({ body_template: ['The simulated NetBox renders no templates; leave it empty.'] });
      return NOTHING;
    default:
      return NOTHING;
  }
}
