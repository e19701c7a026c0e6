// What the gate answered, kept: after the merge the content is compared with the plan that was permitted (P12).
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';

export interface GateAnswerRow { readonly id: string; readonly permitted: boolean; readonly planId: string | null; readonly message: string; readonly changeDigest: string; readonly at: string }
export type GateAction = 'merge' | 'revert';

export class GateStore {
  constructor(private readonly db: Database) {}

  /** Each nonce is good once, and only near its own time (database clock). */
  async useNonce(nonce: string, timestamp: number): Promise<'fresh' | 'used' | 'too-old'> {
    const { near } = await this.db.one<{ near: boolean }>('select abs(extract(epoch from sluice_now()) - $1::double precision) <= 300 as near', [timestamp]);
    if (!near) return 'too-old';
    return (await this.db.change('insert into used_nonces (nonce) values ($1) on conflict do nothing', [nonce])) === 1 ? 'fresh' : 'used';
  }

  async record(tx: Tx, answer: { readonly netbox: string; readonly branchId: number; readonly action: GateAction; readonly changeDigest: string; readonly permitted: boolean; readonly planId: string | null; readonly message: string }): Promise<void> {
    await tx.change('insert into gate_answers (netbox, branch_id, action, change_digest, permitted, plan_id, message) values ($1, $2, $3, $4, $5, $6, $7)',
      [answer.netbox, answer.branchId, answer.action, answer.changeDigest, answer.permitted, answer.planId, answer.message]);
    await append(tx, { kind: answer.permitted ? 'gate.permitted' : 'gate.refused', subject: answer.planId === null ? `branch:${answer.netbox}:${answer.branchId}` : `plan:${answer.planId}`, actor: 'service:netbox-plugin', body: answer });
  }

  /** The newest answer that let this branch through, and that came after the one that its last merge used up. */
  lastPermitted(netbox: string, branchId: number, action: GateAction, usedUp: string | null, tx: Tx = this.db): Promise<GateAnswerRow | null> {
    return tx.maybe<GateAnswerRow>(
      `select id, permitted, plan_id as "planId", message, change_digest as "changeDigest", at from gate_answers
       where netbox = $1 and branch_id = $2 and action = $3 and permitted and ($4::uuid is null or at > (select used.at from gate_answers used where used.id = $4)) order by at desc limit 1`, [netbox, branchId, action, usedUp]);
  }

  async forgetOldNonces(): Promise<number> {
    return this.db.change(`delete from used_nonces where at < sluice_now() - interval '20 minutes'`);
  }
}
