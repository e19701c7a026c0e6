// Carries P9, P19, P20, P22: from the last approval to the recovery window. Gates and content are looked at again, our tag is
// put on, the guest is powered off where its terms say so, and the baseline is taken after our own last write. Whatever is
// not as it was shown stops here: nothing was lost yet.
import type { Refusal } from '../kernel';
import { guestName } from '../guest';
import { ClusterStore, notConfirmed, type ClusterAccess, type Clusters } from '../endpoints';
import { EffectRunner, isUnseen, lookWithPower, refusalOfEnd, type EffectEnd, type EffectRow, type EffectStore } from '../effects';
import { sqlState } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import { compareBaseline, differences, takeBaseline, valuesOf } from './core/baseline';
import { gatesRefusal, judgeGates, type Gate } from './core/gates';
import { changed, frozen, lockHolds, notReachable } from './core/refusals';
import type { RequestRecord } from './core/request';
import type { RequestEvent } from './core/transitions';
import { holderOfRequest, runOnceMore } from './effect-tools';
import { powerWrite, tagWrite } from './guest-writes';
import { houseRules } from './house';
import { observe } from './look';
import type { RequestStore } from './request.store';

registerFailpoints(['deletion/before-quarantining', 'deletion/after-quarantining', 'deletion/before-baseline', 'deletion/before-waiting', 'deletion/after-waiting']);

export const quarantineSteps = { tag: 'quarantine-tag', shutdown: 'quarantine-shutdown', stop: 'quarantine-stop' } as const;

const actor = 'role:worker';
const by = { role: 'worker', actor } as const;

export class Quarantine {
  private readonly runner: EffectRunner;
  private readonly clusterRows: ClusterStore;

  constructor(private readonly store: RequestStore, private readonly effects: EffectStore, private readonly clusters: Clusters) {
    this.runner = new EffectRunner(effects);
    this.clusterRows = new ClusterStore(store.db);
  }

  /** What the queue's `deletion.quarantine` does; called again after a crash it goes on from the rows. */
  async run(id: string): Promise<void> {
    const record = await this.store.find(this.store.db, id);
    if (record === null) return;
    const access = this.clusters.get(record.content.target.cluster);
    if (record.state.state === 'approved') {
      if (access === undefined) return void (await this.hold(record, notReachable(record.content.target.cluster)));
      const begun = await this.begin(record, access);
      if (begun !== null) await this.guarded(begun, access);
    } else if (record.state.state === 'quarantining' && access !== undefined) {
      const isKnown = await this.clusterRows.isConfirmed(record.content.target.cluster);
      const mine = isKnown ? await this.store.takeOver(id, ['quarantining'], actor) : await this.hold(record, notConfirmed(record.content.target.cluster));
      if (mine !== null) await this.guarded(mine, access);
    }
  }

  /** Cancelled under our hands (P28): the undo looks at what we had begun. Frozen (P31): it goes on from the rows later. */
  private async guarded(record: RequestRecord, access: ClusterAccess): Promise<void> {
    try {
      await this.work(record, access);
    } catch (trouble) {
      const state = sqlState(trouble);
      if (state === 'SL031') await this.hold(record, frozen);
      else if (state !== 'SL028') throw trouble;
    }
  }

  /** approved -> quarantining; null when it ended, or waits for the world to be readable. */
  private async begin(record: RequestRecord, access: ClusterAccess): Promise<RequestRecord | null> {
    const { target, terms } = record.content;
    if (!(await this.clusterRows.isConfirmed(target.cluster))) return this.hold(record, notConfirmed(target.cluster));
    const look = await lookWithPower(access.reader, target);
    if (!look.ok && isUnseen(look.error.code)) return this.hold(record, look.error);
    if (!look.ok) return this.end(record, look.error.code === 'guest.gone' ? { event: 'gone', refusal: look.error } : { event: 'refuse', refusal: look.error });
    const gates = judgeGates(await observe(access, target, await houseRules(this.store.db, access), null), 'quarantine', terms.powerOff);
    const shut = gates.filter((gate) => gate.verdict === 'refused');
    if (shut.length > 0 && !shut.every(passes)) return this.end(record, { event: 'refuse', refusal: gatesRefusal(gates) });
    if (gates.some((gate) => gate.verdict !== 'ok')) return this.hold(record, gatesRefusal(gates));
    const moved = this.movedSinceAsked(record, valuesOf(look.value.config));
    if (moved !== null) return this.end(record, { event: 'refuse', refusal: moved });
    await failpoint('deletion/before-quarantining');
    const begun = await this.store.advance(record.id, { event: 'quarantine' }, { ...by, takeOver: true });
    await failpoint('deletion/after-quarantining');
    if (begun.ok) return begun.value;
    return begun.error.code === 'deletion.approval-void' ? this.end(record, { event: 'refuse', refusal: begun.error }) : null;
  }

  private async work(record: RequestRecord, access: ClusterAccess): Promise<void> {
    const holder = holderOfRequest(record, actor);
    const { terms, target } = record.content;
    const expect = (config: Parameters<typeof valuesOf>[0]): Refusal | null => this.movedSinceAsked(record, valuesOf(config));
    const tagged = await runOnceMore(this.effects, this.runner, holder, tagWrite(record, access, quarantineSteps.tag, true, expect), await this.mayAgain(record, quarantineSteps.tag));
    if (tagged.end !== 'confirmed') return this.surprise(record, tagged);
    const before = await lookWithPower(access.reader, target);
    if (!before.ok) return this.unexpected(record, before.error);
    if (before.value.hasProcess || has(await this.effects.ofHolder('request', record.id), quarantineSteps.shutdown)) {
      if (terms.powerOff === 'refuse') return this.unexpected(record, { code: 'guest.running', summary: `${guestName(target)} was started after it was approved.`, observed: `it is ${before.value.power.status}`, next: 'Shut it down and ask again if it shall still go.' });
      const off = await this.powerOff(record, access);
      const offAlready = off.end === 'refused' && off.refusal.code === 'guest.power-already';
      if (off.end !== 'confirmed' && !offAlready) return this.surprise(record, off);
    }
    await this.wait(record, access, tookPower(await this.effects.ofHolder('request', record.id)));
  }

  private async powerOff(record: RequestRecord, access: ClusterAccess): Promise<EffectEnd> {
    const holder = holderOfRequest(record, actor);
    const down = await runOnceMore(this.effects, this.runner, holder, powerWrite(record, access, quarantineSteps.shutdown, 'shutdown'), await this.mayAgain(record, quarantineSteps.shutdown));
    if (down.end !== 'refused' || down.refusal.code === 'guest.power-already' || record.content.terms.powerOff !== 'shutdown-then-stop') return down;
    // Somebody approved exactly this: a guest that does not answer is stopped (P20).
    return runOnceMore(this.effects, this.runner, holder, powerWrite(record, access, quarantineSteps.stop, 'stop'), await this.mayAgain(record, quarantineSteps.stop));
  }

  /** The baseline is taken after our own last write, and only of a guest that is still what was shown. */
  private async wait(record: RequestRecord, access: ClusterAccess, poweredOff: boolean): Promise<void> {
    await failpoint('deletion/before-baseline');
    const now = await lookWithPower(access.reader, record.content.target);
    if (!now.ok) return this.unexpected(record, now.error);
    const moved = this.movedSinceAsked(record, valuesOf(now.value.config));
    if (moved !== null) return this.unexpected(record, moved);
    const baseline = takeBaseline(now.value.config, now.value.node);
    const verdict = compareBaseline(baseline, now.value);
    if (verdict.kind === 'held') return void (await this.hold(record, lockHolds(guestName(record.content.target), verdict.observed)));
    if (verdict.kind === 'changed') return this.unexpected(record, changed(guestName(record.content.target), 'while it was put into quarantine', verdict.observed));
    await failpoint('deletion/before-waiting');
    const waits = await this.store.advance(record.id, { event: 'wait', baseline, quarantine: { tagged: true, poweredOff } }, { ...by, fence: record.fence });
    await failpoint('deletion/after-waiting');
    if (!waits.ok && waits.error.code !== 'deletion.superseded') await this.unexpected(record, waits.error);
  }

  /** What the approvers were shown against what stands there now (P3, P9). */
  private movedSinceAsked(record: RequestRecord, now: Readonly<Record<string, string>>): Refusal | null {
    const { seen } = record.evidence;
    const moved = seen === undefined ? ['nothing was kept of what was shown'] : differences(seen, now);
    return moved.length === 0 ? null : { code: 'guest.changed-since-asked', summary: `${guestName(record.content.target)} is not what the approvers were shown.`, observed: moved.join('; '), next: 'Ask again, so that what is there now is reviewed.' };
  }

  private async surprise(record: RequestRecord, end: Exclude<EffectEnd, { readonly end: 'confirmed' }>): Promise<void> {
    if (end.end === 'refused') return this.unexpected(record, end.refusal);
    await this.store.advance(record.id, { event: 'surprise', refusal: refusalOfEnd(end) }, { ...by, fence: record.fence });
  }

  /** Unreadable: hold and look again. A passing lock: the same. Gone: closed. Everything else cancels, and the undo follows. */
  private async unexpected(record: RequestRecord, refusal: Refusal): Promise<void> {
    if (isUnseen(refusal.code) || refusal.code === 'guest.locked') return void (await this.hold(record, refusal));
    const event: RequestEvent = refusal.code === 'guest.gone' ? { event: 'gone', refusal } : refusal.code === 'proxmox.refused' || refusal.code === 'proxmox.task-refused' ? { event: 'surprise', refusal } : { event: 'cancel', refusal };
    await this.store.advance(record.id, event, { ...by, fence: record.fence });
  }

  private async hold(record: RequestRecord, why: Refusal): Promise<null> {
    await this.store.hold(record.id, record.state.state, why, actor);
    return null;
  }

  private async end(record: RequestRecord, event: RequestEvent): Promise<null> {
    await this.store.advance(record.id, event, by);
    return null;
  }

  /** What was refused before it was sent, for a reason that passes, may be tried again. */
  private async mayAgain(record: RequestRecord, step: string): Promise<boolean> {
    const row = (await this.effects.ofHolder('request', record.id)).filter((one) => one.step === step).at(-1);
    const { code } = (row?.outcome ?? {}) as { readonly code?: unknown };
    return row?.state === 'refused' && typeof code === 'string' && (isUnseen(code) || code === 'guest.locked');
  }
}

const has = (rows: readonly EffectRow[], step: string): boolean => rows.some((row) => row.step === step);
/** Whether it was us who took the power: only then does the undo give it back (P22). */
export const tookPower = (rows: readonly EffectRow[]): boolean => rows.some((row) => (row.step === quarantineSteps.shutdown || row.step === quarantineSteps.stop) && row.state === 'confirmed');
/** A backup or a snapshot passes by itself; consent that was taken back may be given again. */
const passes = (gate: Gate): boolean => gate.name === 'consent' || (gate.name === 'lock' && /backup|snapshot/.test(gate.observed));
