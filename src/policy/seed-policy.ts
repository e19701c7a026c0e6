// Carries P32: a configuration file makes the first policy and never changes a later one. A file that says something else is
// refused at start, so that nobody believes it took effect; one that still says what it seeded is fine for ever.
import { append } from '../journal';
import { CannotStart, databaseMode, type Database } from '../platform/database';
import type { Policy } from './core/policy';
import { whyNotSeeded } from './core/seed';
import { PolicyStore } from './policy.store';

/** The version in force. Throws CannotStart with the keys and the way to propose the change. */
export async function seedPolicy(db: Database, fromConfig: Policy): Promise<{ readonly version: number; readonly seeded: boolean }> {
  const store = new PolicyStore();
  const known = await store.firstAndNewest(db);
  const refused = whyNotSeeded(fromConfig, await databaseMode(db), known);
  if (refused !== null) throw new CannotStart(refused);
  if (known !== null) return { version: known.newest.version, seeded: false };
  const seeded = await db.transaction(async (tx) => {
    if (!(await store.seed(tx, fromConfig))) return false;
    await append(tx, { kind: 'policy.seeded', subject: 'policy:1', actor: 'configuration', body: { policy: fromConfig } });
    return true;
  });
  return seeded ? { version: 1, seeded } : seedPolicy(db, fromConfig);
}
