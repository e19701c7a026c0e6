// Carries P32: a configuration file makes the first policy and never changes a later one. A file that says something else is
// refused at start, so that nobody believes it took effect; one that still says what it seeded is fine for ever.
import { canonicalJson, sentence } from '../kernel';
import { append } from '../journal';
import { CannotStart, type Database } from '../platform/database';
import { changeWords, differences, readPolicy, weakens, type Policy } from './core/policy';
import { PolicyStore } from './policy.store';

/** The version in force. Throws CannotStart with the keys and the way to propose the change. */
export async function seedPolicy(db: Database, fromConfig: Policy): Promise<{ readonly version: number; readonly seeded: boolean }> {
  const store = new PolicyStore();
  const read = readPolicy(fromConfig, await store.mode(db));
  if (!read.ok) throw new CannotStart(`The policy of the configuration is refused. ${sentence(read.error)}`);
  const known = await store.firstAndNewest(db);
  if (known === null) {
    const seeded = await db.transaction(async (tx) => {
      if (!(await store.seed(tx, fromConfig))) return false;
      await append(tx, { kind: 'policy.seeded', subject: 'policy:1', actor: 'configuration', body: { policy: fromConfig } });
      return true;
    });
    return seeded ? { version: 1, seeded } : seedPolicy(db, fromConfig);
  }
  const { first, newest } = known;
  const said = canonicalJson(fromConfig);
  if (said === canonicalJson(newest.body) || said === canonicalJson(first.body)) return { version: newest.version, seeded: false };
  const weaker = weakens(newest.body, fromConfig);
  const differing = weaker.length > 0 ? weaker : differences(newest.body, fromConfig);
  throw new CannotStart(
    `The configuration ${weaker.length > 0 ? 'weakens' : 'differs from'} the policy in force (version ${newest.version}): ${changeWords(newest.body, fromConfig, differing)}. `
    + `A file seeds the first policy only. Put the values of version ${newest.version} into the file, start, and propose the change with POST /api/policy/proposals${weaker.length > 0 ? '; a second person has to approve it' : '; it takes effect at once'}.`);
}
