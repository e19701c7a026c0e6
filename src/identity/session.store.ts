// A session is a random token of which only the hash is kept (P40). It carries no rights: those are read at each request (P19).
import { randomBytes } from 'node:crypto';
import { sha256Hex, type Instant, type PersonId } from '../kernel';
import type { Tx } from '../platform/database';

export interface OpenedSession { readonly token: string; readonly expiresAt: Instant }
export interface Session { readonly personId: PersonId; readonly csrfToken: string; readonly expiresAt: Instant }

const hours = 12;

export class SessionStore {
  async open(tx: Tx, personId: PersonId): Promise<OpenedSession> {
    const token = randomBytes(32).toString('base64url');
    const { expiresAt } = await tx.one<{ expiresAt: Instant }>(
      'insert into sessions (token_hash, person_id, csrf_token, expires_at) values ($1, $2, $3, sluice_now() + make_interval(hours => $4)) returning expires_at as "expiresAt"',
      [sha256Hex(token), personId, randomBytes(32).toString('base64url'), hours],
    );
    await tx.change('delete from sessions where expires_at <= sluice_now()');
    return { token, expiresAt };
  }

  find(tx: Tx, token: string): Promise<Session | null> {
    return tx.maybe<Session>('select person_id as "personId", csrf_token as "csrfToken", expires_at as "expiresAt" from sessions where token_hash = $1 and expires_at > sluice_now()', [sha256Hex(token)]);
  }

  async close(tx: Tx, token: string): Promise<void> {
    await tx.change('delete from sessions where token_hash = $1', [sha256Hex(token)]);
  }
}
