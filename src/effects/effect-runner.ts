// Carries P9, P11, P25, P26, P28: intent row -> recheck -> called row -> call -> UPID row -> follow -> read back. After a
// crash the same function goes on from the last row: what may have been sent is settled by looking, never sent again.
import { setTimeout as delay } from 'node:timers/promises';
import { Bug, exhaustive, no, ok, type Observed, type Refusal, type Result, type Upid, type Vmid } from '../kernel';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import type { ProxmoxReader, TaskEnd, WriteOutcome } from '../proxmox/ports';
import { followTask } from '../proxmox';
import { nextEffect, type EffectEvent, type EffectState } from './core/effect-state';
import type { EffectKind, EffectRow, EffectStore, Holder, Intent } from './effect.store';

/** What looking at the world says about a write whose answer we do not have. */
export type Looked =
  | { readonly kind: 'applied' }
  | { readonly kind: 'not-applied'; readonly observed: string }
  | { readonly kind: 'cannot-tell'; readonly observed: string };

export interface EffectDefinition<Evidence> {
  readonly intent: Intent;
  readonly reader: ProxmoxReader;
  /** Reads the target again; a refusal means nothing was sent. */
  recheck(): Promise<Result<Evidence>>;
  /** What of the evidence is kept in the row. */
  evidence(evidence: Evidence): unknown;
  call(evidence: Evidence): Promise<WriteOutcome>;
  /** Type and owner of the task this write starts, so that it can be found when the answer was lost; null for synchronous writes. */
  readonly task: { readonly type: string; readonly tokenId: string; /** Where the task bears another guest's id than the row: a clone's is its template. */ readonly of?: { readonly vmid: number; readonly node: string } } | null;
  /** Looks whether the write took effect. Called only when the answer is not known, or known to be partial. */
  look(): Promise<Looked>;
  /** What must be true now (P11). A refusal ends `diverged`. */
  readBack(): Promise<Observed<Result<unknown>>>;
  readonly onLine?: (text: string) => void;
}

export type EffectEnd =
  | { readonly end: 'confirmed'; readonly outcome: unknown }
  | { readonly end: 'refused'; readonly refusal: Refusal }
  | { readonly end: 'diverged'; readonly refusal: Refusal }
  | { readonly end: 'unknown'; readonly observed: string };

export const effectPoints = ['after-intent', 'after-recheck', 'before-call', 'after-call', 'after-accept', 'before-read-back', 'after-confirm'] as const;
const kinds: readonly EffectKind[] = ['create', 'hand-over', 'configure', 'start', 'shutdown', 'stop', 'add-disk', 'grow-disk', 'clone', 'migrate', 'lend-user', 'lend-token', 'take-back-user', 'take-back-token', 'destroy', 'netbox-patch', 'netbox-create'];
/** The others are done when they are answered: there is no task to accept. */
const taskKinds: ReadonlySet<EffectKind> = new Set(['create', 'start', 'shutdown', 'stop', 'add-disk', 'grow-disk', 'clone', 'migrate', 'destroy']);
registerFailpoints(kinds.flatMap((kind) => effectPoints.filter((point) => point !== 'after-accept' || taskKinds.has(kind)).map((point) => `effects/${kind}/${point}`)));

/** How often a write that provably did nothing for a passing reason may be tried again, each time with a whole recheck. */
const transientAttempts = 3;
const lookPatienceMillis = 8000;
/** The clocks of database and node may differ by so much; a task that another effect knows is never taken for this one's. */
const clockToleranceSeconds = 600;

export class EffectRunner {
  constructor(private readonly store: EffectStore) {}

  /**
   * Runs the step's write to an end, or goes on with the one that a former worker began. `first`: the caller's own rows say that it
   * was never begun. `again`: a person resumed the work, so what was refused before anything happened may be tried as a new
   * attempt. A destroy never is: its row is unique (P27).
   */
  async run<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, how: 'first' | 'go-on' | 'again' = 'go-on'): Promise<EffectEnd> {
    const latest = how === 'first' ? null : await this.store.latest(holder, definition.intent.step);
    const row = latest === null ? await this.intend(holder, definition.intent, 1) : how === 'again' && latest.state === 'refused' ? await this.intend(holder, definition.intent, latest.attempt + 1) : latest;
    return this.proceed(holder, definition, row);
  }

  private async intend(holder: Holder, intent: Intent, attempt: number): Promise<EffectRow> {
    const row = await this.store.intend(holder, intent, attempt);
    await failpoint(`effects/${intent.kind}/after-intent`);
    return row;
  }

  private async proceed<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow): Promise<EffectEnd> {
    switch (row.state) {
      case 'intended': return this.send(holder, definition, row);
      case 'called': return this.settle(holder, definition, row, { state: 'called' }, 'the worker stopped between the call and its answer');
      case 'unknown': return this.settle(holder, definition, row, { state: 'unknown', upid: row.upid, observed: 'looked at again' }, 'the outcome was unknown');
      case 'accepted': {
        const upid = row.upid ?? missingUpid(row);
        return this.follow(holder, definition, row, { state: 'accepted', upid }, upid);
      }
      case 'confirmed': return { end: 'confirmed', outcome: row.outcome };
      case 'refused': return { end: 'refused', refusal: row.outcome as Refusal };
      case 'diverged': return { end: 'diverged', refusal: row.outcome as Refusal };
      default: return exhaustive(row.state);
    }
  }

  private async send<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow): Promise<EffectEnd> {
    const { kind } = definition.intent;
    const checked = await definition.recheck();
    if (!checked.ok) return this.end(holder, row, { state: 'intended' }, { event: 'not-sent', refusal: checked.error });
    await failpoint(`effects/${kind}/after-recheck`);
    const evidence = definition.evidence(checked.value);
    const called = await this.move(holder, row, { state: 'intended' }, { event: 'call' }, evidence);
    const sent: EffectRow = { ...row, evidence };
    await failpoint(`effects/${kind}/before-call`);
    const outcome = await definition.call(checked.value);
    await failpoint(`effects/${kind}/after-call`);
    switch (outcome.class) {
      case 'applied': return this.readBack(holder, definition, sent, called);
      case 'started': {
        const accepted = await this.move(holder, sent, called, { event: 'accept', upid: outcome.upid });
        await failpoint(`effects/${kind}/after-accept`);
        return this.follow(holder, definition, sent, accepted, outcome.upid);
      }
      case 'not-applied': {
        const refusal = notApplied(definition.intent, outcome.text, outcome.status);
        const refused = await this.end(holder, sent, called, { event: 'refuse', refusal });
        // A second destroy row cannot exist (P27); everything else may try again what provably did nothing.
        if (!outcome.transient || kind === 'destroy' || row.attempt >= transientAttempts) return refused;
        return this.proceed(holder, definition, await this.intend(holder, definition.intent, row.attempt + 1));
      }
      case 'partly-applied': return this.settle(holder, definition, sent, called, `${outcome.status} ${outcome.text}`);
      case 'unknown': return this.settle(holder, definition, sent, called, outcome.text);
      default: return exhaustive(outcome);
    }
  }

  /** Follows the task to its exit status: a UPID is not success (P11). */
  private async follow<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState, upid: Upid): Promise<EffectEnd> {
    const end: TaskEnd = await followTask(definition.reader, upid, definition.onLine === undefined ? {} : { onLine: definition.onLine });
    switch (end.kind) {
      case 'ok': return this.readBack(holder, definition, row, from, end.leftBehind);
      case 'refused': return this.end(holder, row, from, { event: 'refuse', refusal: taskSaid(definition.intent, end.exitstatus) });
      case 'failed': return this.settleByLooking(holder, definition, row, from, `task ended with: ${end.exitstatus}`);
      case 'lost': {
        // Following was given up. What still runs, or cannot be asked, may still change the guest: looking at it would prove nothing.
        const state = await definition.reader.taskState(upid);
        if (!state.ok || state.value.running) return this.lose(holder, row, from, `${end.text}; the task ${state.ok ? 'still runs' : 'cannot be asked'}`);
        return this.settleByLooking(holder, definition, row, from, end.text);
      }
      default: return exhaustive(end);
    }
  }

  /** P26: the answer is not known. First the task that the write may have started, then the guest itself; nothing is sent. */
  private async settle<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState, why: string): Promise<EffectEnd> {
    definition.onLine?.(`the outcome is not known (${why}); looking`);
    const task = await this.findTask(definition, row, from);
    switch (task.kind) {
      case 'found': return this.follow(holder, definition, row, from.state === 'called' ? await this.move(holder, row, from, { event: 'accept', upid: task.upid }) : from, task.upid);
      case 'may-be': return this.waitAndLook(holder, definition, row, from, why, task.upids);
      case 'unreadable': return this.lose(holder, row, from, `${why}; ${task.observed}`);
      case 'none': return this.settleByLooking(holder, definition, row, from, why);
      default: return exhaustive(task);
    }
  }

  /** Clones of one template have tasks that look alike: whichever is ours, it has ended when all have, and the guest itself tells what it did. */
  private async waitAndLook<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState, why: string, upids: readonly Upid[]): Promise<EffectEnd> {
    const ends = await Promise.all(upids.map((upid) => followTask(definition.reader, upid, definition.onLine === undefined ? {} : { onLine: definition.onLine })));
    const said = ends.map((end) => (end.kind === 'ok' ? 'a task like it ended with OK' : end.kind === 'lost' ? end.text : `task ended with: ${end.exitstatus}`)).join('; ');
    for (const [index, upid] of upids.entries()) {
      if (ends[index]?.kind === 'lost' && await this.mayStillRun(definition, upid)) return this.lose(holder, row, from, `${why}; ${said}; a task like it still runs, or cannot be asked`);
    }
    return this.settleByLooking(holder, definition, row, from, `${why}; ${said}`);
  }

  private async mayStillRun<Evidence>(definition: EffectDefinition<Evidence>, upid: Upid): Promise<boolean> {
    const state = await definition.reader.taskState(upid);
    return !state.ok || state.value.running;
  }

  private async settleByLooking<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState, why: string): Promise<EffectEnd> {
    const lost = from.state === 'unknown' ? from : await this.move(holder, row, from, { event: 'lose', observed: why });
    const looked = await this.lookPatiently(definition);
    switch (looked.kind) {
      case 'applied': return this.readBack(holder, definition, row, lost);
      case 'not-applied': return this.end(holder, row, lost, { event: 'refuse', refusal: { ...notApplied(definition.intent, why, null), observed: `${why}; looked: ${looked.observed}` } });
      case 'cannot-tell': return { end: 'unknown', observed: `${why}; looked: ${looked.observed}` };
      default: return exhaustive(looked);
    }
  }

  private async lose(holder: Holder, row: EffectRow, from: EffectState, observed: string): Promise<EffectEnd> {
    if (from.state !== 'unknown') await this.move(holder, row, from, { event: 'lose', observed });
    return { end: 'unknown', observed };
  }

  /** A write may still be at work behind a 596: "not applied" is believed only when it stays so. */
  private async lookPatiently<Evidence>(definition: EffectDefinition<Evidence>): Promise<Looked> {
    const until = Date.now() + lookPatienceMillis;
    let pause = 100;
    for (;;) {
      const looked = await definition.look();
      if (looked.kind === 'applied' || Date.now() >= until) return looked;
      await delay(pause);
      pause = Math.min(pause * 2, 1600);
    }
  }

  /** The task of this write: the one its row names, or one of ours on the guest's node that no other effect knows. */
  private async findTask<Evidence>(definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState): Promise<FoundTask> {
    if (from.state === 'unknown' && from.upid !== null) return { kind: 'found', upid: from.upid };
    if (definition.task === null || row.vmid === null) return { kind: 'none' };
    const { type, tokenId, of } = definition.task;
    const vmid = of?.vmid ?? row.vmid;
    for (const node of new Set((of === undefined ? [nodeIn(row.evidence), row.node] : [of.node]).filter((name) => name !== null))) {
      const tasks = await definition.reader.tasks(node, { vmid: vmid as Vmid, sinceUnix: row.intendedUnix - clockToleranceSeconds });
      if (!tasks.ok) return { kind: 'unreadable', observed: `the tasks of node ${node} could not be read: ${tasks.error.text}` };
      const mine = tasks.value.filter((task) => task.type === type && task.user === tokenId && task.id === String(vmid)).map((task) => task.upid);
      const strays = await this.store.unknownToEffects(mine);
      const [upid] = strays;
      if (upid !== undefined && of !== undefined) return { kind: 'may-be', upids: strays };
      if (upid !== undefined) return { kind: 'found', upid };
    }
    return { kind: 'none' };
  }

  private async readBack<Evidence>(holder: Holder, definition: EffectDefinition<Evidence>, row: EffectRow, from: EffectState, leftBehind: readonly string[] = []): Promise<EffectEnd> {
    await failpoint(`effects/${definition.intent.kind}/before-read-back`);
    const seen = await definition.readBack();
    if (!seen.ok) {
      const observed = `done, but it could not be read back: ${seen.error.where}: ${seen.error.text}`;
      return this.lose(holder, row, from, observed);
    }
    const end = await this.end(holder, row, from, seen.value.ok ? { event: 'confirm', outcome: leftBehind.length === 0 ? seen.value.value : { ...(seen.value.value as object), leftBehind } } : { event: 'diverge', refusal: seen.value.error });
    await failpoint(`effects/${definition.intent.kind}/after-confirm`);
    return end;
  }

  private async move(holder: Holder, row: EffectRow, from: EffectState, event: EffectEvent, evidence?: unknown): Promise<EffectState> {
    const next = nextEffect(from, event);
    if (!next.ok) throw new Bug(next.error.summary);
    await this.store.move(holder, row, from.state, next.value, evidence);
    return next.value;
  }

  private async end(holder: Holder, row: EffectRow, from: EffectState, event: EffectEvent): Promise<EffectEnd> {
    const to = await this.move(holder, row, from, event);
    switch (to.state) {
      case 'confirmed': return { end: 'confirmed', outcome: to.outcome };
      case 'refused': return { end: 'refused', refusal: to.outcome };
      case 'diverged': return { end: 'diverged', refusal: to.outcome };
      case 'intended': case 'called': case 'accepted': case 'unknown': throw new Bug(`an effect does not end as ${to.state}`);
      default: return exhaustive(to);
    }
  }
}

type FoundTask = { readonly kind: 'found'; readonly upid: Upid } | { readonly kind: 'may-be'; readonly upids: readonly Upid[] } | { readonly kind: 'none' } | { readonly kind: 'unreadable'; readonly observed: string };

/** The call goes to where the recheck found the guest, which need not be the node of the plan. */
function nodeIn(evidence: unknown): string | null {
  const node = (evidence as { readonly node?: unknown } | null)?.node;
  return typeof node === 'string' ? node : null;
}

const missingUpid = (row: EffectRow): never => { throw new Bug(`effect ${row.id} is accepted without a UPID`); };

const notApplied = (intent: Intent, text: string, status: number | null): Refusal =>
  ({ ...refusedBy(intent), observed: status === null ? text : `${status} ${text}`, next: 'Read the answer above; change what it names, then plan again or resume.' });

const refusedBy = (intent: Intent): Pick<Refusal, 'code' | 'summary'> => intent.kind === 'netbox-patch' || intent.kind === 'netbox-create'
  ? { code: 'netbox.refused', summary: `NetBox did not take what was to be written about guest ${intent.vmid ?? intent.guestId}.` }
  : { code: 'proxmox.refused', summary: `Proxmox did not ${intent.kind} ${intent.vmid ?? ''} on ${intent.node ?? intent.cluster}.` };

const taskSaid = (intent: Intent, exitstatus: string): Refusal =>
  ({ code: 'proxmox.task-refused', summary: `The task to ${intent.kind} ${intent.vmid ?? ''} was refused.`, observed: exitstatus, next: 'Read the task log; change what it names, then plan again or resume.' });

/** For read-backs: an observed value that differs from the promise. */
export const differs = (what: string, promised: unknown, seen: unknown): Observed<Result<never>> =>
  ok(no({ code: 'effect.diverged', summary: `${what} is not what was promised.`, observed: `promised ${JSON.stringify(promised)}, read ${JSON.stringify(seen)}`, next: 'Look at the guest in Proxmox; plan again.' }));

export const readAs = <T>(value: T): Observed<Result<T>> => ok(ok(value));
