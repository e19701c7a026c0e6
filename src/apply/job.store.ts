// Carries P7, P25, P28: jobs and steps as rows. A worker holds a job by its fence and a lease; whoever claims it later has a
// higher fence, and every statement of the former one hits nothing.
import { Bug, canonicalJson, scrub, type Refusal } from '../kernel';
import { PlanStore } from '../intent';
import { append, changeAndAppend } from '../journal';
import type { Database, Tx } from '../platform/database';
import type { Holder } from '../effects';
import { isEnded, nextJob, planAfter, resumableStates, type JobEvent, type JobState, type StepEnd, type StepState } from './core/job';

export interface JobRow { readonly id: string; readonly planId: string; readonly mergeId: string | null; readonly state: JobState; readonly version: number; readonly fence: number; readonly refusal: Refusal | null; readonly madeAt: string; readonly endedAt: string | null }
export interface StepRow { readonly ordinal: number; readonly action: number; readonly guestId: string; readonly kind: string; readonly title: string; readonly state: StepState; readonly detail: { readonly refusal?: Refusal } | null }
export interface NewStep { readonly action: number; readonly guestId: string; readonly kind: string; readonly title: string }

const columns = 'id, plan_id as "planId", merge_id as "mergeId", state, version, fence, refusal, made_at as "madeAt", ended_at as "endedAt"';
const leaseSeconds = 30;

export class JobStore {
  private readonly plans: PlanStore;

  constructor(private readonly db: Database) {
    this.plans = new PlanStore(db);
  }

  get(id: string, tx: Tx = this.db): Promise<JobRow | null> {
    return tx.maybe<JobRow>(`select ${columns} from apply_jobs where id = $1`, [id]);
  }

  /** Whether a plan has its job already: a plan is started once (P4). */
  async ofPlan(planId: string, tx: Tx = this.db): Promise<boolean> {
    return (await tx.maybe('select 1 as there from apply_jobs where plan_id = $1', [planId])) !== null;
  }

  list(limit = 100): Promise<(JobRow & { readonly branch: string | null })[]> {
    return this.db.rows(`select ${columns.split(', ').map((column) => `j.${column}`).join(', ')}, case m.kind when 'reverted' then 'revert of ' || m.branch_name else m.branch_name end as branch from apply_jobs j left join merges m on m.id = j.merge_id order by j.made_at desc limit $1`, [limit]);
  }

  /** Whether the merge that it carries out was reverted since and that was dealt with: what is left of it is not wanted any more. */
  async isTakenBack(id: string, tx: Tx = this.db): Promise<boolean> {
    return (await tx.maybe(
      `select 1 as there from apply_jobs j join merges m on m.id = j.merge_id join merges r on r.netbox = m.netbox and r.branch_id = m.branch_id and r.kind <> m.kind and r.occurred_at > m.occurred_at and r.state <> 'told'
       where j.id = $1`, [id])) !== null;
  }

  steps(id: string, tx: Tx = this.db): Promise<StepRow[]> {
    return tx.rows<StepRow>('select ordinal, action, guest_id as "guestId", kind, title, state, detail from apply_steps where job_id = $1 order by ordinal', [id]);
  }

  /** A job with its steps and the claims on its guests, in the transaction that starts the plan (P4, P7). */
  async make(tx: Tx, job: { readonly planId: string; readonly mergeId: string | null; readonly steps: readonly NewStep[] }): Promise<string> {
    const { id } = await tx.one<{ id: string }>('insert into apply_jobs (plan_id, merge_id) values ($1, $2) returning id', [job.planId, job.mergeId]);
    for (const guestId of new Set(job.steps.map((step) => step.guestId))) await tx.change(`insert into guest_claims (guest_id, holder_kind, holder_id) values ($1, 'job', $2)`, [guestId, id]);
    for (const [ordinal, step] of job.steps.entries()) {
      await tx.change('insert into apply_steps (job_id, ordinal, action, guest_id, kind, title) values ($1, $2, $3, $4, $5, $6)', [id, ordinal, step.action, step.guestId, step.kind, step.title]);
    }
    await append(tx, { kind: 'job.queued', subject: `job:${id}`, actor: 'role:worker', body: { plan: job.planId, merge: job.mergeId, steps: job.steps } });
    return id;
  }

  /** A job that ends before it begins: nothing is sent, and the reason is kept (P12). */
  async makeRefused(tx: Tx, planId: string, mergeId: string, refusal: Refusal): Promise<string> {
    const { id } = await tx.one<{ id: string }>(`insert into apply_jobs (plan_id, merge_id, state, refusal, ended_at) values ($1, $2, 'refused', $3, sluice_now()) returning id`, [planId, mergeId, canonicalJson(scrub(refusal))]);
    await append(tx, { kind: 'job.refused', subject: `job:${id}`, actor: 'role:worker', body: { plan: planId, merge: mergeId, refusal } });
    return id;
  }

  /** Jobs of a branch that nobody works at end refused and let their guests go: the branch was reverted. */
  async withdraw(tx: Tx, netbox: string, branchId: number, refusal: Refusal): Promise<readonly string[]> {
    const jobs = await tx.rows<{ id: string; planId: string }>(
      `update apply_jobs j set state = 'refused', refusal = $3, ended_at = sluice_now(), version = j.version + 1 from merges m
       where m.id = j.merge_id and m.netbox = $1 and m.branch_id = $2 and j.state in ('queued', 'held') returning j.id, j.plan_id as "planId"`, [netbox, branchId, canonicalJson(refusal)]);
    for (const { id, planId } of jobs) {
      await tx.change(`update apply_steps set state = 'refused', detail = $2, version = version + 1, changed_at = sluice_now() where job_id = $1 and state in ('waiting', 'running')`, [id, canonicalJson({ refusal })]);
      await tx.change(`update guest_claims set released_at = sluice_now() where holder_kind = 'job' and holder_id = $1 and released_at is null`, [id]);
      await this.plans.end(tx, planId, 'diverged', { why: refusal.summary });
      await append(tx, { kind: 'job.refused', subject: `job:${id}`, actor: 'role:worker', body: { refusal } });
    }
    return jobs.map((job) => job.id);
  }

  /** Takes a queued job, or one whose worker's lease ran out. Null: somebody else has it, or it has ended. */
  async claim(id: string, worker: string): Promise<{ readonly job: JobRow; readonly holder: Holder } | null> {
    return this.db.transaction(async (tx) => {
      const before = await tx.maybe<{ state: JobState; refusal: Refusal | null }>('select state, refusal from apply_jobs where id = $1 for update', [id]);
      const job = await tx.maybe<JobRow>(
        `update apply_jobs set state = 'running', fence = fence + 1, version = version + 1, worker = $2, lease_until = sluice_now() + make_interval(secs => $3), refusal = null, ended_at = null
         where id = $1 and (state = 'queued' or (state = 'running' and lease_until <= sluice_now())) returning ${columns}`, [id, worker, leaseSeconds]);
      if (job === null) return null;
      // What a person resumed is tried again. A takeover, or a hold that passed (it keeps its refusal), is no such wish.
      if (before?.state === 'queued' && before.refusal === null) await tx.change(`update apply_steps set state = 'waiting', version = version + 1, changed_at = sluice_now() where job_id = $1 and state in ('refused', 'stuck', 'skipped')`, [id]);
      const actor = `worker:${worker}`;
      await append(tx, { kind: 'job.running', subject: `job:${id}`, actor, body: { fence: job.fence } });
      return { job, holder: { kind: 'job', id, fence: job.fence, actor } };
    });
  }

  /** Prolongs the lease; false when the job was taken over. */
  async heartbeat(holder: Holder): Promise<boolean> {
    return (await this.db.change(`update apply_jobs set lease_until = sluice_now() + make_interval(secs => $3) where id = $1 and fence = $2 and state = 'running'`, [holder.id, holder.fence, leaseSeconds])) === 1;
  }

  async moveStep(holder: Holder, ordinal: number, from: readonly StepState[], to: StepState, refusal: Refusal | null = null): Promise<void> {
    const moved = await changeAndAppend(this.db,
      `update apply_steps s set state = $4, detail = $5, version = s.version + 1, changed_at = sluice_now() from apply_jobs j
       where s.job_id = $1 and s.ordinal = $2 and s.state = any ($3) and j.id = s.job_id and j.fence = $6 and j.state = 'running' returning s.ordinal`,
      [holder.id, ordinal, from, to, refusal === null ? null : canonicalJson(scrub({ refusal })), holder.fence],
      { kind: `step.${to}`, subject: `job:${holder.id}`, actor: holder.actor, body: { ordinal, ...(refusal === null ? {} : { refusal }) } },
      // What a step came to stands in its effect, which is flushed.
      { flushed: false });
    if (moved === null) throw new Superseded(`step ${ordinal} of job ${holder.id}`);
  }

  /** hold, break or end: the worker lets the job go. Claims are released where nothing can be in flight any more. */
  async leave(holder: Holder, event: Exclude<JobEvent, { readonly event: 'claim' | 'resume' }>): Promise<JobState> {
    const next = nextJob('running', event);
    if (!next.ok) throw new Bug(next.error.summary);
    const { state, refusal } = next.value;
    return this.db.transaction(async (tx) => {
      const hit = await tx.maybe<{ planId: string }>(
        `update apply_jobs set state = $3, refusal = $4, version = version + 1, worker = null, lease_until = null, ended_at = case when $5 then sluice_now() end
         where id = $1 and fence = $2 and state = 'running' returning plan_id as "planId"`,
        [holder.id, holder.fence, state, refusal === null ? null : canonicalJson(scrub(refusal)), state !== 'held']);
      if (hit === null) throw new Superseded(`job ${holder.id}`);
      if (state !== 'held') await this.plans.end(tx, hit.planId, planAfter(state));
      if (isEnded(state)) await tx.change(`update guest_claims set released_at = sluice_now() where holder_kind = 'job' and holder_id = $1 and released_at is null`, [holder.id]);
      await append(tx, { kind: `job.${state}`, subject: `job:${holder.id}`, actor: holder.actor, body: refusal === null ? {} : { refusal } });
      return state;
    });
  }

  /** A person resumes it (api), and it claims its guests again: a unique violation says that other work has begun on one (P7). */
  async resume(tx: Tx, id: string, actor: string): Promise<JobRow | null> {
    const job = await tx.maybe<JobRow>(`update apply_jobs set state = 'queued', refusal = null, ended_at = null, version = version + 1 where id = $1 and state = any ($2) returning ${columns}`, [id, resumableStates]);
    if (job === null) return null;
    await tx.change(`update guest_claims set released_at = null where holder_kind = 'job' and holder_id = $1 and released_at is not null`, [id]);
    await append(tx, { kind: 'job.resumed', subject: `job:${id}`, actor, body: {} });
    return job;
  }

  /** Jobs that wait for a worker: queued, left by a dead one, or held for a reason that may have passed (scheduler). */
  async waiting(): Promise<readonly string[]> {
    await this.db.transaction(async (tx) => {
      const freed = await tx.rows<{ id: string }>(`update apply_jobs set state = 'queued', version = version + 1 where state = 'held' and not is_frozen() returning id`);
      for (const { id } of freed) await append(tx, { kind: 'job.queued', subject: `job:${id}`, actor: 'role:scheduler', body: { why: 'what held it may have passed' } });
    });
    return (await this.db.rows<{ id: string }>(`select id from apply_jobs where state = 'queued' or (state = 'running' and lease_until <= sluice_now())`)).map((row) => row.id);
  }

  async stepEnds(id: string): Promise<readonly StepEnd[]> {
    return (await this.steps(id)).map((step) => ({ action: step.action, title: step.title, state: step.state, refusal: step.detail?.refusal ?? null }));
  }
}

/** Another worker holds the job now; this one stops without a word (P28). */
export class Superseded extends Error {
  constructor(what: string) {
    super(`${what} is held by another worker now`);
    this.name = 'Superseded';
  }
}
