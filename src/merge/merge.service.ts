// Carries P12, P33: a branch was merged or reverted, told many times, started once. The only module that knows both apply and
// deletion: updates become a job, deletions become requests, in one transaction with the start of the plan.
import { guestIdOf, type JobStore, stepRows } from '../apply';
import type { RaiseDeletion } from '../deletion';
import { contentDigest, groupByGuest, optIn, planFault, readBranchContent, refusalText, userKey, type BranchContent, type GateStore, type Plan, type PlannedDeletion, type Planner, type PlanStore } from '../intent';
import { no, ok, refuse, sentence, shortDigest, type MergeId, type PlanId, type Refusal, type RequestId, type Result } from '../kernel';
import type { FieldMap, NetBoxAccess, NetBoxes } from '../netbox';
import { constraintOf, type Database, type Tx } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import { enqueue } from '../platform/queue';
import type { MergeRow, MergeStore } from './merge.store';

registerFailpoints(['merge/after-tell', 'merge/before-start', 'merge/after-start']);

/** The two doors of the deletion module that a merge needs. */
export interface Deletions {
  raise(tx: Tx, wanted: RaiseDeletion): Promise<Result<RequestId>>;
  cancelForRevert(id: string, branchName: string): Promise<Result<unknown>>;
}

export class MergeService {
  constructor(
    private readonly db: Database,
    private readonly merges: MergeStore,
    private readonly netboxes: NetBoxes,
    private readonly plans: PlanStore,
    private readonly planner: Planner,
    private readonly gates: GateStore,
    private readonly jobs: JobStore,
    private readonly deletions: Deletions,
  ) {}

  /** What the queue's `merge.look` does: asks NetBox itself what was merged and reverted; a hook is only a reason to look. */
  async look(netboxName: string): Promise<Result<void>> {
    const netbox = this.netboxes.get(netboxName);
    if (netbox === undefined) return refuse('netbox.unknown', `There is no NetBox instance ${netboxName}.`, [...this.netboxes.keys()].join(', '), 'Use one of the configured names.');
    const events = await netbox.reader.branchEvents(['merged', 'reverted']);
    if (!events.ok) return planFault(events.error);
    for (const event of [...events.value].sort((a, b) => (a.time < b.time ? -1 : 1))) {
      const branch = await this.nameOf(netbox, event.branchId);
      await this.merges.tell({ netbox: netboxName, branchId: event.branchId, branchName: branch, kind: event.type === 'reverted' ? 'reverted' : 'merged', occurredAt: event.time, person: { id: event.user?.id ?? null, username: event.user?.username ?? null } });
    }
    await failpoint('merge/after-tell');
    const passedOver = new Map<number, Result<void>>();
    const broken: unknown[] = [];
    for (const merge of await this.merges.waiting(netboxName)) {
      // A branch that waits keeps its own later merges and reverts waiting, and nobody else's.
      if (passedOver.has(merge.branchId)) continue;
      try {
        const begun = merge.kind === 'merged' ? await this.start(netbox, merge) : await this.revert(merge);
        if (!begun.ok) passedOver.set(merge.branchId, begun);
      } catch (trouble) {
        passedOver.set(merge.branchId, ok(undefined));
        broken.push(trouble);
      }
    }
    if (broken.length > 0) throw broken[0];
    return [...passedOver.values()][0] ?? ok(undefined);
  }

  private readonly names = new Map<string, string>();
  private async nameOf(netbox: NetBoxAccess, branchId: number): Promise<string> {
    const key = `${netbox.name}:${branchId}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const branch = await netbox.reader.branch(branchId);
    const name = branch.ok && branch.value !== null ? branch.value.name : `branch ${branchId}`;
    if (branch.ok) this.names.set(key, name);
    return name;
  }

  private async start(netbox: NetBoxAccess, merge: MergeRow): Promise<Result<void>> {
    const read = await readBranchContent(netbox.reader, merge.branchId);
    if (!read.ok) return planFault(read.error);
    if (read.value.kind === 'absent') return this.refused(merge, null, { code: 'branch.unknown', summary: `The branch ${merge.branchName} is gone, so what it changed cannot be read.`, observed: 'NetBox answered 404', next: 'Compare both sides by hand.' });
    const { content } = read.value;
    const gate = await this.gates.lastPermitted(merge.netbox, merge.branchId, 'merge', await this.merges.lastUsedGate(merge.netbox, merge.branchId));
    const permitted = gate?.planId == null ? null : await this.plans.get(gate.planId);
    if (gate === null || permitted === null) return this.refused(merge, await this.plans.newestOf(merge.netbox, merge.branchId), { code: 'merge.no-gate', summary: `Branch ${merge.branchName} was merged without the gate, so nothing is sent to Proxmox.`, observed: 'no permitted answer of the gate is known that no earlier merge used', next: 'Install the NetBox plugin so that merges ask the gate; repeat the change in a new branch.' });
    const judged = await this.judge(netbox, merge, content, permitted);
    if (judged.kind === 'wait') return this.wait(merge, judged.refusal);
    if (judged.kind === 'nothing') return this.nothing(merge, judged.why, gate.id);
    if (judged.kind === 'refuse') return this.refused(merge, permitted, judged.refusal, gate.id);
    await failpoint('merge/before-start');
    const begun = await this.begin(merge, content, judged.plan, gate.id);
    await failpoint('merge/after-start');
    return begun;
  }

  /** The permitted plan where exactly its content was merged in time and is still wanted; differing content is judged anew (P12, P8). */
  private async judge(netbox: NetBoxAccess, merge: MergeRow, content: BranchContent, permitted: Plan): Promise<Judged> {
    if (await this.merges.revertedLater(merge)) return { kind: 'nothing', why: 'it was reverted before it was started' };
    if (await this.plans.isExpired(permitted)) return refusing('merge.expired', `Branch ${merge.branchName} was merged too late after the gate permitted it, so nothing is sent.`, `the permitted plan ${shortDigest(permitted.digest)} had to be started by ${permitted.startBy ?? permitted.expiresAt}`, 'Repeat the change in a new branch.');
    const same = contentDigest(content.diffs) === permitted.content.source.contentDigest;
    const judged: Judged = same && permitted.status === 'ready' ? { kind: 'start', plan: permitted } : await this.judgeAnew(merge, permitted, same);
    return judged.kind === 'start' ? stillWanted(netbox.fields, merge, content, judged.plan) : judged;
  }

  private async judgeAnew(merge: MergeRow, permitted: Plan, same: boolean): Promise<Judged> {
    // What came in after the gate has authors that NetBox no longer shows: the former plan's are not taken for them (P17).
    const anew = await this.planner.planBranch(merge.netbox, merge.branchId, 'role:worker', same ? permitted.content.source.authors : []);
    if (!anew.ok) return { kind: 'wait', refusal: planFault(anew.error).error };
    if (!anew.value.ok) return { kind: 'refuse', refusal: anew.value.error };
    const plan = anew.value.value;
    const refusals = plan.findings.filter((finding) => finding.severity === 'refusal');
    if (refusals.length === 0) return { kind: 'start', plan };
    const why = same ? `the permitted plan ${shortDigest(permitted.digest)} is ${permitted.status}` : 'the merged content differs from the permitted plan';
    const refusal: Refusal = { code: 'merge.refused-anew', summary: `What was merged with branch ${merge.branchName} is not permitted, so nothing is sent.`, observed: `${why}; ${refusalText(plan.findings)}`, next: 'Correct it in a new branch; the drift is shown with the plan.' };
    // What could not be seen now may be seen at the next look, as long as the permission lasts.
    return refusals.every((finding) => passing.has(finding.rule)) ? { kind: 'wait', refusal: { ...refusal, next: 'It is looked at again by itself.' } } : { kind: 'refuse', refusal };
  }

  private async nothing(merge: MergeRow, why: string, gate: string): Promise<Result<void>> {
    await this.db.transaction(async (tx) => {
      if ((await this.merges.lockTold(tx, merge.id)) !== null) await this.merges.decide(tx, merge, 'nothing', null, { why, gate });
    });
    return ok(undefined);
  }

  private async begin(merge: MergeRow, content: BranchContent, plan: Plan, gate: string): Promise<Result<void>> {
    const { actions, deletions } = plan.content;
    const refusal = await this.db.transaction(async (tx): Promise<Refusal | null> => {
      if ((await this.merges.lockTold(tx, merge.id)) === null) return null;
      const guests = [...actions.map(guestIdOf), ...deletions.map((deletion) => deletion.target.guestId)];
      if (!(await this.plans.start(tx, plan, guests))) return { code: 'plan.not-ready', summary: `Plan ${shortDigest(plan.digest)} could not be started any more.`, observed: 'it was superseded, expired or started meanwhile', next: 'Look at the newest plan of the branch.' };
      const steps = stepRows(plan);
      const jobId = steps.length === 0 ? null : await this.jobs.make(tx, { planId: plan.id, mergeId: merge.id, steps });
      const raised: unknown[] = [];
      for (const deletion of deletions) {
        const request = await this.deletions.raise(tx, raiseOf(merge, content, plan, deletion));
        // The record is gone in NetBox already: a deletion that cannot be asked for yet waits with the whole merge (P24, P33).
        if (!request.ok && request.error.code === 'guest.claimed') throw new Claimed();
        raised.push(request.ok ? { guest: deletion.name, request: request.value } : { guest: deletion.name, refused: sentence(request.error) });
      }
      if (jobId === null) await this.plans.end(tx, plan.id, 'done', {});
      await this.merges.decide(tx, merge, jobId === null && deletions.length === 0 ? 'nothing' : 'started', plan.id, { gate, job: jobId, requests: raised });
      if (jobId !== null) await enqueue(tx, 'apply.run', jobId);
      return null;
    }).catch((trouble: unknown) => (trouble instanceof Claimed || constraintOf(trouble) === 'one_live_claim_per_guest' ? ('claimed' as const) : Promise.reject(trouble as Error)));
    if (refusal === 'claimed') return this.wait(merge, { code: 'guest.claimed', summary: `What was merged with branch ${merge.branchName} waits.`, observed: 'other work has begun on one of its guests', next: `It goes on by itself when that work ends before ${plan.startBy ?? plan.expiresAt}; look at the job or deletion request of the guest.` });
    return refusal === null ? ok(undefined) : this.refused(merge, plan, refusal, gate);
  }

  /** The merge stays told, says why, and the next look tries again. */
  private async wait(merge: MergeRow, refusal: Refusal): Promise<Result<void>> {
    await this.merges.note(merge, { waits: refusal });
    return no(refusal);
  }

  /** Nothing is sent; the job that says so is there to be seen. */
  private async refused(merge: MergeRow, plan: Plan | null, refusal: Refusal, gate: string | null = null): Promise<Result<void>> {
    await this.db.transaction(async (tx) => {
      if ((await this.merges.lockTold(tx, merge.id)) === null) return;
      const free = plan !== null && !(await this.jobs.ofPlan(plan.id, tx));
      if (free) await this.jobs.makeRefused(tx, plan.id, merge.id, refusal);
      if (free) await this.plans.supersede(tx, plan.id, refusal.summary);
      await this.merges.decide(tx, merge, 'refused', plan?.id ?? null, { refusal, ...(gate === null ? {} : { gate }) });
    });
    return ok(undefined);
  }

  /** A reverted branch takes its deletion requests back. What else it changed in Proxmox is told, not undone (P29). */
  private async revert(merge: MergeRow): Promise<Result<void>> {
    const cancelled: unknown[] = [];
    for (const id of await this.merges.liveRequests(merge.netbox, merge.branchId)) {
      const end = await this.deletions.cancelForRevert(id, merge.branchName);
      cancelled.push(end.ok ? { request: id } : { request: id, refused: sentence(end.error) });
    }
    const { jobs } = await this.merges.whatHappened(merge.netbox, merge.branchId);
    await this.db.transaction(async (tx) => {
      if ((await this.merges.lockTold(tx, merge.id)) === null) return;
      const withdrawn = await this.jobs.withdraw(tx, merge.netbox, merge.branchId, { code: 'job.reverted', summary: `Branch ${merge.branchName} was reverted before this job began or went on, so nothing more is sent.`, observed: 'NetBox recorded the revert', next: 'Make the change in a new branch if it is wanted after all.' });
      await this.merges.decide(tx, merge, 'nothing', null, { cancelled, withdrawn, ...(jobs === 0 ? {} : { drift: 'changes that the branch made in Proxmox stand; an inverse plan is not made by this version' }) });
    });
    return ok(undefined);
  }
}

type Judged = { readonly kind: 'start'; readonly plan: Plan } | { readonly kind: 'refuse'; readonly refusal: Refusal } | { readonly kind: 'wait'; readonly refusal: Refusal } | { readonly kind: 'nothing'; readonly why: string };

const refusing = (code: string, summary: string, observed: string, next: string): Judged => ({ kind: 'refuse', refusal: { code, summary, observed, next } });

/** Findings that say only that something could not be seen at this moment. */
const passing: ReadonlySet<string> = new Set(['observation.incomplete', 'cluster.no-quorum']);

/** Takes a transaction back whose deletion met other work on its guest. */
class Claimed extends Error {}

/** What the digest does not cover and the merge may have changed: the branch's own opt-ins (A1), and who merged it (P17). */
function stillWanted(fields: FieldMap, merge: MergeRow, content: BranchContent, plan: Plan): Judged {
  const { actions, deletions } = plan.content;
  const says = (field: FieldMap['applyToProxmox']): boolean => optIn(content.branch.customFields, field) === 'yes';
  if (actions.length + deletions.length > 0 && !says(fields.applyToProxmox)) return refusing('merge.opted-out', `Branch ${merge.branchName} was merged without its opt-in, so nothing is sent.`, 'the branch says now that it is not applied to Proxmox', 'Repeat the change in a new branch that opts in.');
  if (deletions.length > 0 && !says(fields.applyDestroyConfirmed)) return refusing('merge.opted-out', `Branch ${merge.branchName} was merged without its opt-in to deletions, so nothing is sent.`, `it deletes ${deletions.map((deletion) => deletion.name).join(', ')} and does not confirm that`, 'Repeat the change in a new branch that opts in.');
  if (deletions.length > 0 && merge.person.id === null) return refusing('merge.no-merger', `Who merged branch ${merge.branchName} is not known, so its deletions are not asked for and nothing is sent.`, 'NetBox names no user with the merge', 'Repeat the change in a new branch.');
  return { kind: 'start', plan };
}

/** The guest, everybody who wanted it gone, and the record that NetBox no longer has (P17, P24). */
function raiseOf(merge: MergeRow, content: BranchContent, plan: Plan, deletion: PlannedDeletion): RaiseDeletion {
  const { source } = plan.content;
  const merger = merge.person.id === null ? null : userKey(merge.netbox, merge.person.id);
  const guest = groupByGuest(content.diffs, content.lookups).guests.find((candidate) => candidate.netboxVmId === deletion.netboxVmId);
  const last = (rows: readonly { readonly original: unknown; readonly current: unknown; readonly objectId: number }[] | undefined): unknown[] => (rows ?? []).map((row) => ({ id: row.objectId, data: row.original ?? row.current }));
  return {
    cluster: deletion.cluster, target: deletion.target, name: deletion.name, node: deletion.node,
    originators: [...new Set([...source.authors, ...(source.owner === null ? [] : [source.owner]), ...(merger === null ? [] : [merger])])],
    requestedBy: merger ?? 'netbox', reason: `deleted with branch ${merge.branchName}`, mergeId: merge.id as MergeId, planId: plan.id as PlanId,
    netbox: merge.netbox, netboxVmId: deletion.netboxVmId, netboxRecordRemoved: true,
    netboxRecord: { vm: last(guest?.vm == null ? [] : [guest.vm])[0] ?? null, interfaces: last(guest?.interfaces), disks: last(guest?.disks), macs: last(guest?.macs), ips: last(guest?.ips) },
  };
}
