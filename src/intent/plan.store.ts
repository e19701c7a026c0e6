// Carries P1, P7, P8: plans as rows that never change, and beside each a row of what became of it.
import { Bug, canonicalJson, scrub, type Digest, type Instant } from '../kernel';
import { append } from '../journal';
import type { Database, Tx } from '../platform/database';
import type { MadePlan } from './core/make-plan';
import { contentText, isPermitted, type Drift, type Finding, type Plan, type PlanContent, type PlanSource, type PlanStatus } from './core/plan';

interface PlanRow {
  readonly id: string; readonly digest: Digest; readonly content: string; readonly findings: readonly Finding[]; readonly drift: readonly Drift[]; readonly changeDigest: string;
  readonly status: PlanStatus; readonly expiresAt: Instant; readonly startBy: Instant | null; readonly madeAt: Instant;
}

const columns = `p.id, p.digest, p.content, p.findings, p.drift, p.change_digest as "changeDigest", s.status, s.expires_at as "expiresAt", s.start_by as "startBy", p.made_at as "madeAt"`;
const from = 'from plans p join plan_states s on s.plan_id = p.id';
const read = (row: PlanRow): Plan => ({ ...row, content: JSON.parse(row.content) as PlanContent });

export interface NewPlan { readonly made: MadePlan; readonly changeDigest: string; readonly madeBy: string; readonly expiresAfterSeconds: number }

export class PlanStore {
  constructor(private readonly db: Database) {}

  async get(id: string, tx: Tx = this.db): Promise<Plan | null> {
    const row = await tx.maybe<PlanRow>(`select ${columns} ${from} where p.id = $1`, [id]);
    return row === null ? null : read(row);
  }

  /** The newest plan of a branch, to merge it or to revert it; with `changeDigest`, the newest made from exactly that branch. */
  async newestOf(netbox: string, branchId: number, changeDigest: string | null = null, kind: PlanSource['kind'] = 'branch', tx: Tx = this.db): Promise<Plan | null> {
    const row = await tx.maybe<PlanRow>(
      `select ${columns} ${from} where p.netbox = $1 and p.branch_id = $2 and ($3::text is null or p.change_digest = $3) and p.source->>'kind' = $4 order by p.made_at desc, s.changed_at desc limit 1`, [netbox, branchId, changeDigest, kind]);
    return row === null ? null : read(row);
  }

  async list(limit = 100): Promise<Plan[]> {
    return (await this.db.rows<PlanRow>(`select ${columns} ${from} order by p.made_at desc limit $1`, [limit])).map(read);
  }

  /** The branch's plan from now on, to merge or to revert it: others of that branch and kind are superseded. An equal plan that still stands is returned as it is. */
  async keep(plan: NewPlan): Promise<Plan> {
    const { made } = plan;
    const { source } = made.content;
    return this.db.transaction(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(hashtextextended($1, 1))', [`${source.netbox}:${source.branchId}`]);
      const present = await this.newestOf(source.netbox, source.branchId, null, source.kind, tx);
      const stands = present !== null && (present.status === 'ready' || present.status === 'refused') && present.digest === made.digest && present.changeDigest === plan.changeDigest
        && (await tx.one<{ fresh: boolean }>('select $1::timestamptz > sluice_now() as fresh', [present.expiresAt])).fresh;
      if (stands && canonicalJson(present.findings) === canonicalJson(scrub(made.findings))) return present;
      await tx.change(
        `update plan_states s set status = 'superseded', version = s.version + 1, changed_at = sluice_now(), reason = $3 from plans p
         where p.id = s.plan_id and p.netbox = $1 and p.branch_id = $2 and p.source->>'kind' = $4 and s.status in ('ready', 'refused')`,
        [source.netbox, source.branchId, canonicalJson({ why: 'the branch was planned anew' }), source.kind]);
      const { id } = await tx.one<{ id: string }>(
        `insert into plans (digest, content, source, netbox, branch_id, change_digest, findings, drift, policy_version, made_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
        [made.digest, contentText(made.content), canonicalJson(source), source.netbox, source.branchId, plan.changeDigest, canonicalJson(scrub(made.findings)), canonicalJson(scrub(made.drift)), made.content.policyVersion, plan.madeBy]);
      const status = isPermitted(made.findings) ? 'ready' : 'refused';
      await tx.change(`insert into plan_states (plan_id, status, expires_at) values ($1, $2, sluice_now() + make_interval(secs => $3))`, [id, status, plan.expiresAfterSeconds]);
      const kept = await this.get(id, tx);
      await append(tx, { kind: `plan.${status}`, subject: `plan:${id}`, actor: plan.madeBy, body: { digest: made.digest, source, refusals: made.content.refusals, actions: made.content.actions.length, deletions: made.content.deletions.length } });
      if (kept === null) throw new Bug('a plan just written is not there');
      return kept;
    });
  }

  /** The shorter expiry begins when the gate permits (P8). */
  async permit(tx: Tx, planId: string, startWithinSeconds: number): Promise<boolean> {
    return (await tx.change(
      `update plan_states set start_by = sluice_now() + make_interval(secs => $2), version = version + 1, changed_at = sluice_now() where plan_id = $1 and status = 'ready' and expires_at > sluice_now()`,
      [planId, startWithinSeconds])) === 1;
  }

  /** ready -> started. Other plans that touch one of these guests are stale from now on (P7). False when it was not ready any more. */
  async start(tx: Tx, plan: Plan, guestIds: readonly string[]): Promise<boolean> {
    const hit = await tx.change(`update plan_states set status = 'started', version = version + 1, changed_at = sluice_now() where plan_id = $1 and status = 'ready' and expires_at > sluice_now()`, [plan.id]);
    if (hit !== 1) return false;
    await tx.change(
      `update plan_states s set status = 'superseded', version = s.version + 1, changed_at = sluice_now(), reason = $3 from plans p
       where p.id = s.plan_id and s.status = 'ready' and p.id <> $1 and exists (select 1 from unnest($2::text[]) g where position('"guestId":"' || g || '"' in p.content) > 0)`,
      [plan.id, guestIds, canonicalJson({ why: `plan ${plan.id} was started on the same guest` })]);
    return true;
  }

  /** It was refused for good before it began: the gate does not answer from it any more. */
  async supersede(tx: Tx, planId: string, why: string): Promise<void> {
    await tx.change(`update plan_states set status = 'superseded', version = version + 1, changed_at = sluice_now(), reason = $2 where plan_id = $1 and status in ('ready', 'refused')`, [planId, canonicalJson({ why })]);
  }

  /** How its job ended. Without a reason the one that stands is kept. */
  async end(tx: Tx, planId: string, status: 'done' | 'stuck' | 'diverged', reason: unknown = null): Promise<void> {
    await tx.change(`update plan_states set status = $2, version = version + 1, changed_at = sluice_now(), reason = coalesce($3::jsonb, reason) where plan_id = $1 and status in ('started', 'stuck') and status <> $2`, [planId, status, reason === null ? null : canonicalJson(scrub(reason))]);
  }

  async isExpired(plan: Plan, tx: Tx = this.db): Promise<boolean> {
    const { expired } = await tx.one<{ expired: boolean }>('select $1::timestamptz <= sluice_now() or coalesce($2::timestamptz <= sluice_now(), false) as expired', [plan.expiresAt, plan.startBy]);
    return expired;
  }

  /** Marks what ran out of time (scheduler). */
  async expire(): Promise<number> {
    return this.db.change(`update plan_states set status = 'expired', version = version + 1, changed_at = sluice_now() where status in ('ready', 'refused') and (expires_at <= sluice_now())`);
  }
}
