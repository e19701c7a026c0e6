// Somebody asked for a plan. The asking is a row before the queue hears of it, and the answer comes back into it, so that an
// asker who waited too long, or asked twice with one key, finds the same answer.
import { canonicalJson, type Refusal } from '../kernel';
import type { PlanSource } from './core/plan';
import type { Database, Tx } from '../platform/database';
import { enqueue } from '../platform/queue';

export interface PlanRequest { readonly id: string; readonly netbox: string; readonly branchId: number; readonly kind: PlanSource['kind']; readonly askedBy: string; readonly state: 'asked' | 'planned' | 'refused'; readonly planId: string | null; readonly refusal: Refusal | null }

const columns = `id, netbox, branch_id as "branchId", kind, asked_by as "askedBy", state, plan_id as "planId", refusal`;

export class PlanRequestStore {
  constructor(private readonly db: Database) {}

  /** The asking of this actor under this key, made now if it is new. */
  async ask(netbox: string, branchId: number, askedBy: string, idempotencyKey: string | null, kind: PlanSource['kind'] = 'branch'): Promise<PlanRequest> {
    return this.db.transaction(async (tx) => {
      const made = await tx.maybe<PlanRequest>(
        `insert into plan_requests (netbox, branch_id, asked_by, idempotency_key, kind) values ($1, $2, $3, $4, $5) on conflict (asked_by, idempotency_key) do nothing returning ${columns}`, [netbox, branchId, askedBy, idempotencyKey, kind]);
      if (made === null) return tx.one<PlanRequest>(`select ${columns} from plan_requests where asked_by = $1 and idempotency_key = $2`, [askedBy, idempotencyKey]);
      await enqueue(tx, 'intent.plan', made.id);
      return made;
    });
  }

  /** Asks unless somebody already did and waits. */
  async askOnce(netbox: string, branchId: number, askedBy: string, kind: PlanSource['kind'] = 'branch'): Promise<PlanRequest> {
    const open = await this.db.rows<PlanRequest>(`select ${columns} from plan_requests where netbox = $1 and branch_id = $2 and kind = $3 and state = 'asked' and asked_at > sluice_now() - interval '1 minute' limit 1`, [netbox, branchId, kind]);
    return open[0] ?? this.ask(netbox, branchId, askedBy, null, kind);
  }

  get(id: string, tx: Tx = this.db): Promise<PlanRequest | null> {
    return tx.maybe<PlanRequest>(`select ${columns} from plan_requests where id = $1`, [id]);
  }

  async answer(id: string, answer: { readonly planId: string } | { readonly refusal: Refusal }): Promise<void> {
    const planned = 'planId' in answer;
    await this.db.change(`update plan_requests set state = $2, plan_id = $3, refusal = $4 where id = $1 and state = 'asked'`, [id, planned ? 'planned' : 'refused', planned ? answer.planId : null, planned ? null : canonicalJson(answer.refusal)]);
  }
}
