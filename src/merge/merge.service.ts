// Carries P12, P33: a branch was merged or reverted, told many times, started once. The only module that knows both apply and
// deletion: updates become a job, deletions become requests, in one transaction with the start of the plan. A revert starts the plan
// that takes the merge back, after it has withdrawn what had not begun.
import { guestIdOf, type JobStore, stepRows } from '../apply';
import type { RaiseDeletion } from '../deletion';
import { contentDigest, isOutdated, PastStore, planFault, readBranchContent, refusalText, type BranchContent, type GateStore, type Plan, type Planner, type PlanStore } from '../intent';
import { no, ok, refuse, sentence, shortDigest, type Refusal, type RequestId, type Result } from '../kernel';
import type { NetBoxAccess, NetBoxes } from '../netbox';
import { PolicyStore } from '../policy';
import { constraintOf, type Database, type Tx } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import { enqueue } from '../platform/queue';
import { actionOf, kindOf, passing, raiseOf, refusing, stillWanted, type Judged } from './judged';
import type { MergeRow, MergeStore } from './merge.store';

registerFailpoints(['merge/after-tell', 'merge/before-start', 'merge/after-start']);

/** The two doors of the deletion module that a merge needs. */
export interface Deletions {
  raise(tx: Tx, wanted: RaiseDeletion): Promise<Result<RequestId>>;
  cancelForRevert(id: string, branchName: string): Promise<Result<unknown>>;
}

/** What a revert withdrew before it started anything; kept while it waits. */
type TakenBack = Readonly<{ cancelled?: readonly unknown[]; withdrawn?: readonly string[] }>;

export class MergeService {
  private readonly past: PastStore;
  private readonly policies = new PolicyStore();

  constructor(
    private readonly db: Database,
    private readonly merges: MergeStore,
    private readonly netboxes: NetBoxes,
    private readonly plans: PlanStore,
    private readonly planner: Planner,
    private readonly gates: GateStore,
    private readonly jobs: JobStore,
    private readonly deletions: Deletions,
  ) {
    this.past = new PastStore(db);
  }

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
        const begun = merge.kind === 'merged' ? await this.start(netbox, merge) : await this.revert(netbox, merge);
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

  /** `more` is kept with what is decided. */
  private async start(netbox: NetBoxAccess, merge: MergeRow, more: TakenBack = {}): Promise<Result<void>> {
    const kind = kindOf(merge);
    const read = await readBranchContent(netbox.reader, merge.branchId, netbox.fields, kind);
    if (!read.ok) return planFault(read.error);
    if (read.value.kind === 'absent') return this.refused(merge, null, { code: 'branch.unknown', summary: `The branch ${merge.branchName} is gone, so what it changed cannot be read.`, observed: 'NetBox answered 404', next: 'Compare both sides by hand.' }, more);
    const { content } = read.value;
    const gate = await this.gates.lastPermitted(merge.netbox, merge.branchId, actionOf(merge), await this.merges.lastUsedGate(merge.netbox, merge.branchId));
    const permitted = gate?.planId == null ? null : await this.plans.get(gate.planId);
    if (gate === null || permitted?.content.source.kind !== kind) {
      const newest = await this.plans.newestOf(merge.netbox, merge.branchId, null, kind);
      return this.refused(merge, newest, { code: 'merge.no-gate', summary: `Branch ${merge.branchName} was ${merge.kind} without the gate, so nothing is sent to Proxmox.`, observed: 'no permitted answer of the gate is known that no earlier merge used', next: 'Install the NetBox plugin so that merges and reverts ask the gate; repeat the change in a new branch.' }, more);
    }
    const judged = await this.judge(netbox, merge, content, permitted);
    if (judged.kind === 'wait') return this.wait(merge, judged.refusal, more);
    if (judged.kind === 'nothing') return this.nothing(merge, { why: judged.why, gate: gate.id, ...more });
    if (judged.kind === 'refuse') return this.refused(merge, permitted, judged.refusal, { gate: gate.id, ...more });
    await failpoint('merge/before-start');
    const begun = await this.begin(merge, content, judged.plan, { gate: gate.id, ...more });
    await failpoint('merge/after-start');
    return begun;
  }

  /** The permitted plan where exactly its content was merged or reverted in time and is still wanted; what differs is judged anew (P12, P8). */
  private async judge(netbox: NetBoxAccess, merge: MergeRow, content: BranchContent, permitted: Plan): Promise<Judged> {
    const action = actionOf(merge);
    if (await this.merges.undoneLater(merge)) return { kind: 'nothing', why: action === 'merge' ? 'it was reverted before it was started' : 'it was merged again before it was started' };
    if (await this.plans.isExpired(permitted)) return refusing('merge.expired', `Branch ${merge.branchName} was ${merge.kind} too late after the gate permitted it, so nothing is sent.`, `the permitted plan ${shortDigest(permitted.digest)} had to be started by ${permitted.startBy ?? permitted.expiresAt}`, 'Repeat the change in a new branch.');
    const same = contentDigest(content.diffs) === permitted.content.source.contentDigest;
    const why = !same ? `the ${merge.kind} content differs from the permitted plan` : await this.whyAnew(merge, permitted);
    const judged: Judged = why === null ? { kind: 'start', plan: permitted } : await this.judgeAnew(merge, permitted, same, why);
    return judged.kind === 'start' ? stillWanted(netbox.fields, merge, content, judged.plan) : judged;
  }

  /** What was permitted does not hold as it is any more although its content was merged; null: it holds. */
  private async whyAnew(merge: MergeRow, { digest, status, madeAt, content: { policyVersion } }: Plan): Promise<string | null> {
    if (status !== 'ready') return `the permitted plan ${shortDigest(digest)} is ${status}`;
    if (actionOf(merge) === 'revert' && isOutdated(madeAt, await this.past.ofBranch(merge.netbox, merge.branchId))) return `something of the branch reached Proxmox after plan ${shortDigest(digest)} was made`;
    // Consent, limits and protected guests are those of now, not those of the gate (P19).
    const { version } = await this.policies.current(this.db);
    return version === policyVersion ? null : `the permitted plan ${shortDigest(digest)} was made under policy ${policyVersion}, and ${version} is in force`;
  }

  private async judgeAnew(merge: MergeRow, permitted: Plan, same: boolean, why: string): Promise<Judged> {
    // What came in after the gate has authors that NetBox no longer shows: the former plan's are not taken for them (P17).
    const anew = await this.planner.planBranch(merge.netbox, merge.branchId, 'role:worker', same ? permitted.content.source.authors : [], kindOf(merge));
    if (!anew.ok) return { kind: 'wait', refusal: planFault(anew.error).error };
    if (!anew.value.ok) return { kind: 'refuse', refusal: anew.value.error };
    const plan = anew.value.value;
    const refusals = plan.findings.filter((finding) => finding.severity === 'refusal');
    if (refusals.length === 0) return { kind: 'start', plan };
    const refusal: Refusal = { code: 'merge.refused-anew', summary: `What was ${merge.kind} with branch ${merge.branchName} is not permitted, so nothing is sent.`, observed: `${why}; ${refusalText(plan.findings)}`, next: 'Correct it in a new branch; the drift is shown with the plan.' };
    // What could not be seen now may be seen at the next look, as long as the permission lasts.
    return refusals.every((finding) => passing.has(finding.rule)) ? { kind: 'wait', refusal: { ...refusal, next: 'It is looked at again by itself.' } } : { kind: 'refuse', refusal };
  }

  private async nothing(merge: MergeRow, detail: Readonly<Record<string, unknown>>): Promise<Result<void>> {
    await this.db.transaction(async (tx) => {
      if ((await this.merges.lockTold(tx, merge.id)) !== null) await this.merges.decide(tx, merge, 'nothing', null, detail);
    });
    return ok(undefined);
  }

  private async begin(merge: MergeRow, content: BranchContent, plan: Plan, detail: TakenBack & { readonly gate: string }): Promise<Result<void>> {
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
      await this.merges.decide(tx, merge, jobId === null && deletions.length === 0 ? 'nothing' : 'started', plan.id, { ...detail, job: jobId, requests: raised });
      if (jobId !== null) await enqueue(tx, 'apply.run', jobId);
      return null;
    }).catch((trouble: unknown) => (trouble instanceof Claimed || constraintOf(trouble) === 'one_live_claim_per_guest' ? ('claimed' as const) : Promise.reject(trouble as Error)));
    if (refusal === 'claimed') return this.wait(merge, { code: 'guest.claimed', summary: `What was ${merge.kind} with branch ${merge.branchName} waits.`, observed: 'other work has begun on one of its guests', next: `It goes on by itself when that work ends before ${plan.startBy ?? plan.expiresAt}; look at the job or deletion request of the guest.` }, detail);
    return refusal === null ? ok(undefined) : this.refused(merge, plan, refusal, detail);
  }

  /** The merge stays told, says why, and the next look tries again. */
  private async wait(merge: MergeRow, refusal: Refusal, { cancelled, withdrawn }: TakenBack = {}): Promise<Result<void>> {
    await this.merges.note(merge, { waits: refusal, ...(cancelled === undefined ? {} : { cancelled }), ...(withdrawn === undefined ? {} : { withdrawn }) });
    return no(refusal);
  }

  /** Nothing is sent; the job that says so is there to be seen. */
  private async refused(merge: MergeRow, plan: Plan | null, refusal: Refusal, detail: Readonly<Record<string, unknown>> = {}): Promise<Result<void>> {
    await this.db.transaction(async (tx) => {
      if ((await this.merges.lockTold(tx, merge.id)) === null) return;
      const free = plan !== null && !(await this.jobs.ofPlan(plan.id, tx));
      if (free) await this.jobs.makeRefused(tx, plan.id, merge.id, refusal);
      if (free) await this.plans.supersede(tx, plan.id, refusal.summary);
      await this.merges.decide(tx, merge, 'refused', plan?.id ?? null, { refusal, ...detail });
    });
    return ok(undefined);
  }

  /** Whoever permitted it: what of the merge has not begun or can be called back does not happen. Then its inverse plan starts. */
  private async revert(netbox: NetBoxAccess, merge: MergeRow): Promise<Result<void>> {
    const taken = await this.takeBack(merge);
    const { busy } = await this.past.ofBranch(merge.netbox, merge.branchId);
    if (busy !== null) return this.wait(merge, { code: 'merge.under-way', summary: `The revert of branch ${merge.branchName} waits.`, observed: busy, next: 'It goes on by itself when that has ended; a job that is stuck is resumed by a person.' }, taken);
    const { jobs, destroyed } = await this.merges.whatHappened(merge.netbox, merge.branchId);
    if (jobs + destroyed > 0) return this.start(netbox, merge, taken);
    const gate = await this.gates.lastPermitted(merge.netbox, merge.branchId, 'revert', await this.merges.lastUsedGate(merge.netbox, merge.branchId));
    return this.nothing(merge, { ...taken, ...(gate === null ? {} : { gate: gate.id }) });
  }

  /** Deletion requests are cancelled, jobs that nobody works at are withdrawn; again and again until the revert is decided. */
  private async takeBack(merge: MergeRow): Promise<TakenBack> {
    const cancelled: unknown[] = [];
    for (const id of await this.merges.liveRequests(merge.netbox, merge.branchId)) {
      const end = await this.deletions.cancelForRevert(id, merge.branchName);
      cancelled.push(end.ok ? { request: id } : { request: id, refused: sentence(end.error) });
    }
    const withdrawn = await this.db.transaction((tx) => this.jobs.withdraw(tx, merge.netbox, merge.branchId, { code: 'job.reverted', summary: `Branch ${merge.branchName} was reverted before this job began or went on, so nothing more is sent.`, observed: 'NetBox recorded the revert', next: 'Make the change in a new branch if it is wanted after all.' }));
    const earlier = (merge.detail ?? {}) as TakenBack;
    return { cancelled: [...(earlier.cancelled ?? []), ...cancelled], withdrawn: [...(earlier.withdrawn ?? []), ...withdrawn] };
  }
}

/** Takes a transaction back whose deletion met other work on its guest. */
class Claimed extends Error {}
