// Signing in with a local account. A wrong password, an unknown name and an account without a password take the same time and
// get the same sentence, so that the answer does not tell which names exist.
import { ok, refuse, type PersonId, type Result } from '../kernel';
import type { Database } from '../platform/database';
import { append } from '../journal';
import { SignInThrottle } from './core/sign-in-throttle';
import { passwordFits, spendTheSameTime } from './password';
import type { PeopleStore } from './person.store';
import type { OpenedSession, SessionStore } from './session.store';

export class SignIn {
  private readonly throttle = new SignInThrottle();

  constructor(private readonly db: Database, private readonly people: PeopleStore, private readonly sessions: SessionStore, private readonly nowMillis: () => number = Date.now) {}

  async signIn(username: string, password: string): Promise<Result<OpenedSession>> {
    const wait = this.throttle.begin(username, this.nowMillis());
    if (wait !== null) return refuse('identity.too-many-attempts', 'Too many attempts to sign in under this name.', '5 attempts within a minute', `Wait ${wait} s, then try once with the right password.`);
    const account = await this.people.passwordHash(this.db, username);
    const fits = account === null ? await spendTheSameTime(password).then(() => false) : await passwordFits(password, account.hash);
    if (account === null || !fits) return refuse('identity.wrong-credentials', 'This username and password do not fit.', 'no active account with both', 'Check both and try again; an administrator can set a new password.');
    this.throttle.succeeded(username);
    return ok(await this.open(account.id));
  }

  async signOut(token: string, personId: PersonId): Promise<void> {
    await this.db.transaction(async (tx) => {
      await this.sessions.close(tx, token);
      await append(tx, { kind: 'identity.signed-out', subject: `person:${personId}`, actor: `person:${personId}`, body: {} });
    });
  }

  private open(personId: PersonId): Promise<OpenedSession> {
    return this.db.transaction(async (tx) => {
      const session = await this.sessions.open(tx, personId);
      await append(tx, { kind: 'identity.signed-in', subject: `person:${personId}`, actor: `person:${personId}`, body: { until: session.expiresAt } });
      return session;
    });
  }
}
