// Who is calling: a session's cookie or a service's bearer token. Rights are read from the database at every call (P19).
import type { Request } from 'express';
import { no, ok, refuse, type Result } from '../kernel';
import type { Database } from '../platform/database';
import type { Actor } from './core/actor';
import type { PeopleStore } from './person.store';
import type { ServiceTokenStore } from './service-token.store';
import type { SessionStore } from './session.store';

export const sessionCookie = 'sluice_session';

export interface Authenticated { readonly actor: Actor; readonly session: { readonly csrfToken: string } | null }

export class Authentication {
  constructor(private readonly db: Database, private readonly people: PeopleStore, private readonly sessions: SessionStore, private readonly tokens: ServiceTokenStore) {}

  /** Refused: nobody, an ended session, an unknown token. A header that is there is never passed over for a cookie. */
  async identify(request: Request): Promise<Result<Authenticated>> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const [, token] = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization) ?? [];
      const service = token === undefined ? null : await this.tokens.find(this.db, token);
      return service === null ? refuse('identity.token-unknown', 'This token is not known.', 'an Authorization header that no service owns', 'Send a service token of the configuration, as Bearer.') : ok({ actor: service, session: null });
    }
    const token = sessionTokenOf(request);
    if (token === null) return notSignedIn('no session cookie and no bearer token');
    const session = await this.sessions.find(this.db, token);
    if (session === null) return notSignedIn('the session has ended');
    const person = await this.people.find(this.db, session.personId);
    if (person === null || !person.active) return notSignedIn('the account is not active');
    const permissions = await this.people.rightsNow(this.db, person.id);
    return ok({ actor: { kind: 'person', personId: person.id, username: person.username, displayName: person.displayName, permissions }, session });
  }
}

export function sessionTokenOf(request: Request): string | null {
  const token = (request.cookies as Readonly<Record<string, unknown>> | undefined)?.[sessionCookie];
  return typeof token === 'string' && token !== '' ? token : null;
}

const notSignedIn = (observed: string): Result<Authenticated> =>
  no({ code: 'identity.not-signed-in', summary: 'Nobody is signed in.', observed, next: 'Sign in, or send a service token as Bearer.' });
