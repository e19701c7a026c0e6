// Carries P39: every row of any module that is about one guest, read for one answer. Reads only.
import type { Database, Tx } from '../platform/database';
import { readJournal, readJournalOfGuest } from './journal.store';
import type { EffectRow, GateRow, GuestRows, JobRow, LinkRow, MergeRow, PlanRow, RequestRow, ReviewRow, StepRow, TombstoneRow } from './core/explain';
import type { JournalEntry } from './core/chain';

export class ExplainStore {
  constructor(private readonly db: Database) {}

  /** Sluice's own id of the guest that has this VMID, or had it last. */
  async guestAt(cluster: string, vmid: number): Promise<string | null> {
    const row = await this.db.maybe<{ guestId: string }>(`select guest_id as "guestId" from guest_links where cluster = $1 and vmid = $2 order by state = 'gone', changed_at desc limit 1`, [cluster, vmid]);
    return row?.guestId ?? null;
  }

  /** Null when no row anywhere knows the guest. One snapshot, so that the story does not contradict itself. */
  async ofGuest(guestId: string): Promise<GuestRows | null> {
    return this.db.transaction(async (tx) => {
      await tx.rows('set transaction isolation level repeatable read, read only');
      const link = await tx.maybe<LinkRow>('select guest_id as "guestId", cluster, vmid, kind, state, netbox, netbox_vm_id as "netboxVmId", uuid from guest_links where guest_id = $1', [guestId]);
      const plans = await tx.rows<PlanRow>(
        `select p.id, p.digest, p.made_by as "madeBy", p.made_at as "madeAt", s.status, p.findings, p.policy_version as "policyVersion", p.content::jsonb as content
         from plans p join plan_states s on s.plan_id = p.id where p.content like '%' || $1 || '%' order by p.made_at`, [guestId]);
      const requests = await tx.rows<RequestRow>(
        `select id, digest, state, requested_by as "requestedBy", reason, originators, threshold, window_seconds as "windowSeconds", power_off as "powerOff", evidence, requested_at as "requestedAt",
           approved_at as "approvedAt", waits_until as "waitsUntil", baseline, refusal, ended_at as "endedAt", ended_by as "endedBy" from deletion_requests where guest_id = $1 order by requested_at`, [guestId]);
      const effects = await tx.rows<EffectRow>(
        `select id, holder_kind as "holderKind", holder_id as "holderId", step, attempt, kind, node, vmid, request, evidence, state, upid, outcome,
           intended_at as "intendedAt", called_at as "calledAt", settled_at as "settledAt" from effects where guest_id = $1 order by intended_at`, [guestId]);
      const planIds = plans.map((plan) => plan.id);
      const requestIds = requests.map((request) => request.id);
      const jobIds = effects.filter((effect) => effect.holderKind === 'job').map((effect) => effect.holderId);
      const jobs = await tx.rows<JobRow>(
        'select id, plan_id as "planId", made_at as "madeAt", ended_at as "endedAt", state, refusal from apply_jobs where plan_id = any ($1::uuid[]) or id = any ($2::uuid[]) order by made_at', [planIds, jobIds]);
      const steps = await tx.rows<StepRow>('select job_id as "jobId", ordinal, title, state, detail, changed_at as "changedAt" from apply_steps where guest_id = $1 order by job_id, ordinal', [guestId]);
      const gates = await tx.rows<GateRow>('select at, action, permitted, plan_id as "planId", message from gate_answers where plan_id = any ($1::uuid[]) order by at', [planIds]);
      const merges = await tx.rows<MergeRow>(
        `select id, occurred_at as "occurredAt", branch_name as "branchName", kind, person, plan_id as "planId", state from merges
         where plan_id = any ($1::uuid[]) or id in (select merge_id from deletion_requests where guest_id = $2) order by occurred_at`, [planIds, guestId]);
      const reviews = await tx.rows<ReviewRow>(
        'select request_id as "requestId", reviewer, decision, digest, shown, viewed_at as "viewedAt", at, reason, typed_name as "typedName" from deletion_reviews where request_id = any ($1::uuid[]) order by at', [requestIds]);
      const tombstones = await tx.rows<TombstoneRow>('select request_id as "requestId", at from tombstones where request_id = any ($1::uuid[]) order by at', [requestIds]);
      const subjects = [...planIds.map((id) => `plan:${id}`), ...jobs.map(({ id }) => `job:${id}`), ...requestIds.map((id) => `request:${id}`), ...merges.map(({ id }) => `merge:${id}`)];
      const journal = await journalOf(tx, guestId, subjects);
      if (link === null && plans.length + requests.length + effects.length + journal.length === 0) return null;
      return { link, plans, gates, merges, jobs, steps, effects, requests, reviews, tombstones, journal, names: await namesOf(tx) };
    });
  }
}

async function journalOf(tx: Tx, guestId: string, subjects: readonly string[]): Promise<JournalEntry[]> {
  const found = new Map((await readJournalOfGuest(tx, guestId)).map((entry) => [entry.seq, entry]));
  for (const subject of subjects) for (const entry of await readJournal(tx, { subject, limit: 10_000 })) found.set(entry.seq, entry);
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

async function namesOf(tx: Tx): Promise<Readonly<Record<string, string>>> {
  const rows = await tx.rows<{ key: string; name: string }>(
    `select 'person:' || id as key, display_name as name from people
     union all select 'netbox:' || netbox || ':' || netbox_user_id, display_name from people where netbox is not null`);
  return Object.fromEntries(rows.map((row) => [row.key, row.name]));
}
