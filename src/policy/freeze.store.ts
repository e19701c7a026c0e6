// Carries P31: one row that is open freezes every call at the database's own trigger (effect_moves), within one step.
import type { Instant, PersonId } from '../kernel';
import type { Tx } from '../platform/database';

export interface Freeze { readonly id: string; readonly reason: string; readonly frozenBy: PersonId | null; readonly frozenByName: string | null; readonly frozenAt: Instant }

export class FreezeStore {
  async isFrozen(tx: Tx): Promise<boolean> {
    return (await tx.one<{ frozen: boolean }>('select is_frozen() as frozen')).frozen;
  }

  /** The freeze that holds now; null when nothing is frozen. */
  current(tx: Tx): Promise<Freeze | null> {
    return tx.maybe<Freeze>(
      `select f.id, f.reason, f.frozen_by as "frozenBy", p.display_name as "frozenByName", f.frozen_at as "frozenAt"
       from freezes f left join people p on p.id = f.frozen_by where f.unfrozen_at is null`);
  }

  /** `frozenBy` null: Sluice itself. False when it is frozen already. */
  async freeze(tx: Tx, reason: string, frozenBy: PersonId | null): Promise<boolean> {
    return (await tx.change('insert into freezes (reason, frozen_by) values ($1, $2) on conflict ((true)) where unfrozen_at is null do nothing', [reason, frozenBy])) === 1;
  }

  /** False when that freeze has ended. The trigger unfreeze_four_eyes refuses the person who froze. */
  async unfreeze(tx: Tx, id: string, reason: string, unfrozenBy: PersonId): Promise<boolean> {
    return (await tx.change('update freezes set unfrozen_by = $2, unfrozen_at = sluice_now(), unfreeze_reason = $3 where id = $1 and unfrozen_at is null', [id, unfrozenBy, reason])) === 1;
  }
}
