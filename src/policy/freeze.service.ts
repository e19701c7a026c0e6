// Carries P31, P37: anybody who operates may stop everything at once; going on takes a second person.
import { ok, refuse, type Result } from '../kernel';
import { actorKey, actorName, PeopleStore, type PersonActor } from '../identity';
import { append } from '../journal';
import type { Database } from '../platform/database';
import type { Freeze, FreezeStore } from './freeze.store';

export class FreezeService {
  private readonly people = new PeopleStore();

  constructor(private readonly db: Database, private readonly store: FreezeStore) {}

  current(): Promise<Freeze | null> {
    return this.store.current(this.db);
  }

  /** Frozen already is fine: whoever pressed the switch wants it frozen. */
  async freeze(actor: PersonActor, reason: string): Promise<Freeze | null> {
    return this.db.transaction(async (tx) => {
      const first = await this.store.freeze(tx, reason, actor.personId);
      const freeze = await this.store.current(tx);
      if (first) await append(tx, { kind: 'policy.frozen', subject: 'freeze', actor: actorKey(actor), body: { reason, freeze: freeze?.id ?? null } });
      return freeze;
    });
  }

  async unfreeze(actor: PersonActor, reason: string): Promise<Result<null>> {
    return this.db.transaction(async (tx): Promise<Result<null>> => {
      const freeze = await this.store.current(tx);
      if (freeze === null) return refuse('policy.not-frozen', 'Nothing is frozen.', 'no open freeze', 'Nothing needs to be done.');
      if (freeze.frozenBy !== null && (await this.people.samePerson(tx, freeze.frozenBy, actor.personId))) {
        return refuse('policy.four-eyes', 'Unfreezing takes a second person.', `${actorName(actor)} froze it at ${freeze.frozenAt}, under this or a linked account`, 'Ask another person with the permission operate to unfreeze.');
      }
      if (!(await this.store.unfreeze(tx, freeze.id, reason, actor.personId))) return refuse('policy.not-frozen', 'Nothing is frozen.', 'somebody unfroze at the same time', 'Nothing needs to be done.');
      await append(tx, { kind: 'policy.unfrozen', subject: 'freeze', actor: actorKey(actor), body: { reason, freeze: freeze.id, frozenBy: freeze.frozenBy === null ? 'sluice' : `person:${freeze.frozenBy}`, frozenFor: freeze.reason } });
      return ok(null);
    });
  }
}

/** Sluice stops itself, e.g. on a database older than its last checkpoint (P37). Any role that may insert a freeze can. */
export async function freezeItself(db: Database, store: FreezeStore, reason: string): Promise<void> {
  await db.transaction(async (tx) => {
    if (await store.freeze(tx, reason, null)) await append(tx, { kind: 'policy.frozen', subject: 'freeze', actor: `role:${db.role}`, body: { reason } });
  });
}
