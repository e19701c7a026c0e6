// Runs one job: claims it, walks its steps, ends it. All safety lives below (effects, recheck, fence); what is decided here is
// only what comes next. A worker that dies leaves rows from which the next one goes on (P25).
import { hostname } from 'node:os';
import { notConfirmed, type Clusters, type LinkStore } from '../endpoints';
import { faultAsRefusal, refusalOfEnd, type EffectEnd, type EffectRunner, type Holder } from '../effects';
import { guestName, identityOfLink, whyWithheld, type GuestIdentity } from '../guest';
import { type PlanStore, type Action, type Plan } from '../intent';
import { Bug, exhaustive, no, ok, refuse, sentence, type Observed, type Refusal, type Result } from '../kernel';
import { sqlState, type Database } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import type { NetBoxes } from '../netbox';
import { endOf } from './core/job';
import { type JobStore, Superseded, type StepRow } from './job.store';
import { type LineStore, LineWriter } from './line.store';
import { effectOf, type AnyEffect, type StepContext } from './steps';

registerFailpoints(['apply/after-claim', 'apply/before-step', 'apply/after-step', 'apply/before-end']);

const heartbeatMillis = 8000;

/** `steps` as they stood when the job was claimed: kinds and places do not change, states are moved one by one. */
interface Run { readonly holder: Holder; readonly plan: Plan; readonly lines: LineWriter; readonly steps: readonly StepRow[]; readonly looked: Map<string, Refusal | null> }
type StepResult = { readonly kind: 'done' } | { readonly kind: 'no'; readonly state: 'refused' | 'diverged' | 'stuck'; readonly refusal: Refusal } | { readonly kind: 'hold'; readonly refusal: Refusal };

export class JobRunner {
  private readonly worker = `${hostname()}:${process.pid}`;

  constructor(
    private readonly db: Database,
    private readonly jobs: JobStore,
    private readonly lines: LineStore,
    private readonly plans: PlanStore,
    private readonly links: LinkStore,
    private readonly effects: EffectRunner,
    private readonly clusters: Clusters,
    private readonly netboxes: NetBoxes,
    /** Whether the cluster still is the one that was confirmed (P13). */
    private readonly lookAtCluster: (cluster: string) => Promise<Observed<'unseen' | 'confirmed' | 'changed'>>,
    /** Whether the policy in force lets anything be sent (P19). */
    private readonly isAllowed: () => Promise<boolean>,
  ) {}

  /** What the queue's `apply.run` does. A job that somebody else holds, or that has ended, is left alone. */
  async run(jobId: string): Promise<void> {
    const claimed = await this.jobs.claim(jobId, this.worker);
    if (claimed === null) return;
    const { job, holder } = claimed;
    const lines = new LineWriter(this.lines, holder);
    const beat = setInterval(() => void this.jobs.heartbeat(holder).catch(() => undefined), heartbeatMillis);
    try {
      await failpoint('apply/after-claim');
      const plan = await this.plans.get(job.planId);
      if (plan === null) throw new Bug(`plan ${job.planId} is not there`);
      lines.say(holder.fence === 1 ? `job started for plan ${plan.digest.slice(0, 8)}` : `job goes on (worker ${holder.fence})`);
      const held = await this.walk({ holder, plan, lines, steps: await this.jobs.steps(jobId), looked: new Map() });
      await lines.flush();
      await failpoint('apply/before-end');
      const event = held === null ? ({ event: 'end', steps: await this.jobs.stepEnds(jobId) } as const) : ({ event: 'hold', refusal: held } as const);
      const state = event.event === 'hold' ? 'held' : endOf(event.steps).state;
      // Said before it is so: who follows the log is told the end as the last thing.
      lines.say(held === null ? `job ended: ${state}` : `job held: ${sentence(held)}`, null, state === 'done' ? 'info' : 'warning');
      await lines.flush();
      await this.jobs.leave(holder, event);
    } catch (trouble) {
      if (trouble instanceof Superseded || sqlState(trouble) === 'SL028') return;
      lines.say(`stopped by an error: ${trouble instanceof Error ? trouble.message : String(trouble)}`, null, 'error');
      await this.jobs.leave(holder, { event: 'break', refusal: { code: 'apply.bug', summary: 'The job stopped on an error inside Sluice.', observed: trouble instanceof Error ? trouble.message : String(trouble), next: 'Look at the guest and the log; report the error; then resume.' } }).catch(() => undefined);
      throw trouble;
    } finally {
      clearInterval(beat);
      await lines.flush().catch(() => undefined);
    }
  }

  /** The steps in order; a step that says no skips the rest of its guest and leaves the others alone. A refusal means held. */
  private async walk(run: Run): Promise<Refusal | null> {
    const stopped = new Set<number>();
    for (const step of run.steps) {
      if (step.state === 'done') continue;
      // What was refused or stuck stays so until a person resumes: a takeover or the end of a hold is no reason to try it again.
      if ((step.state !== 'waiting' && step.state !== 'running') || stopped.has(step.action)) {
        stopped.add(step.action);
        if (step.state === 'waiting') await this.jobs.moveStep(run.holder, step.ordinal, ['waiting'], 'skipped');
        continue;
      }
      const result = await this.take(run, step);
      if (result.kind === 'hold') return result.refusal;
      if (result.kind === 'no') stopped.add(step.action);
    }
    return null;
  }

  private async take(run: Run, step: StepRow): Promise<StepResult> {
    const { holder, lines } = run;
    await failpoint('apply/before-step');
    lines.say(step.title, step.ordinal);
    const resumed = step.state === 'waiting';
    if (resumed) await this.jobs.moveStep(holder, step.ordinal, ['waiting'], 'running');
    // Under the first fence nobody was here before; later a waiting step is one that a person resumed.
    const result = await this.carryOut(run, step, !resumed ? 'go-on' : holder.fence === 1 ? 'first' : 'again');
    await lines.flush();
    switch (result.kind) {
      case 'done':
        await this.jobs.moveStep(holder, step.ordinal, ['running'], 'done');
        lines.say(`${step.title}: done`, step.ordinal);
        break;
      case 'no':
        await this.jobs.moveStep(holder, step.ordinal, ['running'], result.state, result.refusal);
        lines.say(`${result.state}: ${sentence(result.refusal)}`, step.ordinal, result.state === 'refused' ? 'warning' : 'error');
        break;
      case 'hold':
        await this.jobs.moveStep(holder, step.ordinal, ['running'], 'waiting', result.refusal);
        break;
      default: return exhaustive(result);
    }
    await failpoint('apply/after-step');
    return result;
  }

  private async carryOut(run: Run, row: StepRow, how: 'first' | 'go-on' | 'again'): Promise<StepResult> {
    const context = await this.contextOf(run, row);
    // Stuck, not refused: a write of this step may be out, and its guest stays claimed until somebody can look.
    if (!context.ok) return { kind: 'no', state: 'stuck', refusal: context.error };
    try {
      const end = await this.effects.run(run.holder, this.guarded(run, context.value), how);
      if (end.end === 'confirmed') await this.link(run, context.value, end);
      // A stamp waits until NetBox is back: the guest is as planned, and trying a compare-and-set again harms nobody.
      return end.end === 'refused' && end.refusal.code === 'netbox.not-observed' ? { kind: 'hold', refusal: end.refusal } : resultOf(end);
    } catch (trouble) {
      if (sqlState(trouble) === 'SL031') return { kind: 'hold', refusal: { code: 'freeze.on', summary: 'Sluice is frozen, so the job waits before its next write.', observed: 'the freeze switch is on', next: 'It goes on by itself when somebody unfreezes.' } };
      throw trouble;
    }
  }

  private async contextOf(run: Run, row: StepRow): Promise<Result<StepContext>> {
    const action = run.plan.content.actions[row.action];
    if (action === undefined) throw new Bug(`plan ${run.plan.id} has no action ${row.action}`);
    const rows = run.steps.filter((step) => step.action === row.action);
    const at = rows.findIndex((step) => step.ordinal === row.ordinal);
    const step = action.steps[at];
    if (step === undefined || step.kind !== row.kind) throw new Bug(`job ${run.holder.id} and its plan differ at step ${row.ordinal}`);
    const cluster = this.clusters.get(action.cluster);
    const netbox = this.netboxes.get(run.plan.content.source.netbox);
    if (cluster === undefined) return refuse('cluster.unknown', `Cluster ${action.cluster} is not configured any more.`, [...this.clusters.keys()].join(', '), 'Put it back into the configuration, then resume.');
    if (netbox === undefined) return refuse('netbox.unknown', `NetBox ${run.plan.content.source.netbox} is not configured any more.`, [...this.netboxes.keys()].join(', '), 'Put it back into the configuration, then resume.');
    const done = action.steps.filter((_step, index) => index < at);
    return ok({ jobId: run.holder.id, ordinal: row.ordinal, action, step, done, cluster, netbox, target: await this.targetOf(action, done), say: (text) => run.lines.say(text, row.ordinal) });
  }

  /** Part of the recheck, so that only what is yet to be sent is refused: what may have been sent is settled by looking (P26). */
  private guarded(run: Run, context: StepContext): AnyEffect {
    const definition = effectOf(context);
    if (context.step.kind === 'stamp') return definition;
    return {
      ...definition,
      recheck: async () => {
        const stranger = await this.strangeCluster(run, context.action.cluster);
        if (stranger !== null) return no(stranger);
        const [withheld, checked] = await Promise.all([this.withheld(context), definition.recheck()]);
        return withheld === null ? checked : no(withheld);
      },
    };
  }

  /** Carries P19: before each write, because what permitted the plan may have been taken back since. */
  private async withheld({ action, cluster, target }: StepContext): Promise<Refusal | null> {
    const why = whyWithheld(await this.isAllowed(), cluster.settings);
    return why === null ? null : { code: why.code, summary: `${target === null ? action.name : guestName(target)} is not changed: nothing may be sent to cluster ${action.cluster} any more.`, observed: why.observed, next: `${why.next} Then resume.` };
  }

  /** Carries P13: once per job and cluster, before its first write there: name, node set and CA are those that were confirmed. */
  private async strangeCluster(run: Run, cluster: string): Promise<Refusal | null> {
    const known = run.looked.get(cluster);
    if (known !== undefined) return known;
    const seen = await this.lookAtCluster(cluster);
    const refusal: Refusal | null = !seen.ok ? faultAsRefusal(`Cluster ${cluster}`, seen.error)
      : seen.value === 'confirmed' ? null : notConfirmed(cluster);
    run.looked.set(cluster, refusal);
    return refusal;
  }

  /** A created guest is known by its link row, which its create wrote from what it read back; so is a container whose interfaces this job changed. */
  private async targetOf(action: Action, done: Action['steps']): Promise<GuestIdentity | null> {
    if (action.kind !== 'create' && (action.target.kind === 'qemu' || !done.some((step) => step.kind === 'nic'))) return action.target;
    const link = await this.links.ofGuest(action.kind === 'create' ? action.spec.guestId : action.target.guestId);
    return link?.state === 'live' && (link.kind === 'lxc' || link.uuid !== null) ? identityOfLink(link) : null;
  }

  /** A guest that was made or taken in is known from then on by who it was read back to be. */
  private async link(run: Run, { step, action, netbox }: StepContext, end: Extract<EffectEnd, { readonly end: 'confirmed' }>): Promise<void> {
    const madeKnown = step.kind === 'create' || step.kind === 'clone' || step.kind === 'adopt' || (step.kind === 'nic' && (action.kind === 'create' ? action.spec : action.target).kind === 'lxc');
    if (!madeKnown) return;
    const { identity } = end.outcome as { readonly identity: GuestIdentity };
    await this.db.transaction((tx) => step.kind === 'adopt' ? this.links.takeIn(tx, identity, { netbox: netbox.name, netboxVmId: action.netboxVmId }, run.holder.actor) : this.links.makeLive(tx, identity, run.holder.actor));
  }
}

function resultOf(end: EffectEnd): StepResult {
  switch (end.end) {
    case 'confirmed': return { kind: 'done' };
    case 'refused': return { kind: 'no', state: 'refused', refusal: end.refusal };
    case 'diverged': return { kind: 'no', state: 'diverged', refusal: end.refusal };
    case 'unknown': return { kind: 'no', state: 'stuck', refusal: refusalOfEnd(end, 'Look at the guest in Proxmox; resume to look again. Nothing is sent twice.') };
    default: return exhaustive(end);
  }
}
