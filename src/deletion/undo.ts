// Carries P22, P24, P29: after an end without destruction the guest is as it was: our tag off, power back where we took it and
// nothing else changed, the NetBox record put back. What a destroy may have begun is not touched: a human looks.
import { guestName, quarantineTag } from '../guest';
import { ClusterStore, LinkStore, type ClusterAccess, type Clusters } from '../endpoints';
import { EffectRunner, isUnseen, lookWithPower, refusalOfEnd, type EffectRow, type EffectStore, type Holder, type Look } from '../effects';
import type { NetBoxes } from '../netbox';
import { sqlState } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import { differences, valuesOf, type WindowBaseline } from './core/baseline';
import { isEnd, type RequestRecord } from './core/request';
import { holderOfRequest, runOnceMore, settleOnly } from './effect-tools';
import { powerWrite, tagWrite } from './guest-writes';
import { RecordRestorer } from './put-back';
import { quarantineSteps, tookPower } from './quarantine';
import type { RequestStore } from './request.store';

registerFailpoints(['deletion/before-undo', 'deletion/before-undo-settled', 'deletion/after-undo-settled']);

const actor = 'role:worker';

/** `later`: the world could not be read or a lock stands; the undo stays pending and is asked for again. */
type Part = { readonly kind: 'done'; readonly detail: Readonly<Record<string, unknown>> } | { readonly kind: 'needs-human'; readonly detail: Readonly<Record<string, unknown>> } | { readonly kind: 'later' };

export class UndoWork {
  private readonly runner: EffectRunner;
  private readonly restorer: RecordRestorer;
  private readonly clusterRows: ClusterStore;

  constructor(private readonly store: RequestStore, private readonly effects: EffectStore, private readonly clusters: Clusters, private readonly netboxes: NetBoxes) {
    this.runner = new EffectRunner(effects);
    this.restorer = new RecordRestorer(new LinkStore(store.db), this.runner);
    this.clusterRows = new ClusterStore(store.db);
  }

  /** What the queue's `deletion.undo` does; called again it goes on from the rows. */
  async run(id: string): Promise<void> {
    const found = await this.store.find(this.store.db, id);
    if (found === null || !isEnd(found.state.state) || found.undo !== 'pending') return;
    const access = this.clusters.get(found.content.target.cluster);
    const isKnown = await this.clusterRows.isConfirmed(found.content.target.cluster);
    if (access === undefined || (await this.mustWait(found, access))) return;
    const record = !isKnown ? null : await this.store.takeOver(id, [found.state.state], actor);
    if (record === null) return;
    await failpoint('deletion/before-undo');
    try {
      await this.work(record, access);
    } catch (trouble) {
      // Frozen, or another worker took over: the rows say how far it came.
      if (!['SL028', 'SL031'].includes(sqlState(trouble) ?? '')) throw trouble;
    }
  }

  /** A world that cannot be read, or a lock on a guest that we touched: nothing is taken over for that. */
  private async mustWait(record: RequestRecord, access: ClusterAccess): Promise<boolean> {
    const look = await lookWithPower(access.reader, record.content.target);
    if (!look.ok) return isUnseen(look.error.code);
    return look.value.config.lock !== null && look.value.config.tags.includes(quarantineTag);
  }

  private async work(record: RequestRecord, access: ClusterAccess): Promise<void> {
    const holder = holderOfRequest(record, actor);
    const guest = await this.guestPart(record, access, holder);
    if (guest.kind === 'later') return;
    const netbox = await this.netboxPart(record, access, holder);
    if (netbox.kind === 'later') return;
    const settled = guest.kind === 'needs-human' || netbox.kind === 'needs-human' ? 'needs-human' : 'done';
    await failpoint('deletion/before-undo-settled');
    await this.store.settleUndo(record, settled, { guest: guest.detail, netbox: netbox.detail }, actor);
    await failpoint('deletion/after-undo-settled');
  }

  private async guestPart(record: RequestRecord, access: ClusterAccess, holder: Holder): Promise<Part> {
    const rows = await this.effects.ofHolder('request', record.id);
    if (!rows.some((row) => Object.values<string>(quarantineSteps).includes(row.step))) return { kind: 'done', detail: { nothing: 'quarantine had not begun' } };
    await this.settleWhatWasBegun(record, access, holder, rows);
    const destroy = rows.find((row) => row.kind === 'destroy');
    if (destroy !== undefined && destroy.state !== 'refused' && destroy.state !== 'intended') return { kind: 'needs-human', detail: { untouched: 'a destroy was sent and its end is not "refused"; nothing is undone on its own (P29)' } };
    const look = await lookWithPower(access.reader, record.content.target);
    if (!look.ok) return isUnseen(look.error.code) ? { kind: 'later' } : { kind: 'needs-human', detail: { refusal: look.error } };
    const tag = await this.takeTagOff(record, access, holder, look.value);
    return tag.kind === 'done' ? this.givePowerBack(record, access, holder, tag.detail) : tag;
  }

  /** A write that was on its way when the request ended: looked at, not sent. */
  private async settleWhatWasBegun(record: RequestRecord, access: ClusterAccess, holder: Holder, rows: readonly EffectRow[]): Promise<void> {
    const open = (step: string): boolean => rows.some((row) => row.step === step && !['confirmed', 'refused', 'diverged'].includes(row.state));
    if (open(quarantineSteps.tag)) await this.runner.run(holder, settleOnly(tagWrite(record, access, quarantineSteps.tag, true)));
    if (open(quarantineSteps.shutdown)) await this.runner.run(holder, settleOnly(powerWrite(record, access, quarantineSteps.shutdown, 'shutdown')));
    if (open(quarantineSteps.stop)) await this.runner.run(holder, settleOnly(powerWrite(record, access, quarantineSteps.stop, 'stop')));
  }

  private async takeTagOff(record: RequestRecord, access: ClusterAccess, holder: Holder, look: Look): Promise<Part> {
    if (!look.config.tags.includes(quarantineTag)) return { kind: 'done', detail: { tag: 'was off' } };
    const end = await runOnceMore(this.effects, this.runner, holder, tagWrite(record, access, 'undo-tag', false), true);
    if (end.end === 'confirmed') return { kind: 'done', detail: { tag: 'taken off' } };
    const refusal = refusalOfEnd(end);
    return isUnseen(refusal.code) || refusal.code === 'guest.locked' ? { kind: 'later' } : { kind: 'needs-human', detail: { tag: refusal } };
  }

  private async givePowerBack(record: RequestRecord, access: ClusterAccess, holder: Holder, detail: Readonly<Record<string, unknown>>): Promise<Part> {
    if (!tookPower(await this.effects.ofHolder('request', record.id))) return { kind: 'done', detail: { ...detail, power: 'was not taken' } };
    const look = await lookWithPower(access.reader, record.content.target);
    if (!look.ok) return isUnseen(look.error.code) ? { kind: 'later' } : { kind: 'needs-human', detail: { ...detail, refusal: look.error } };
    if (look.value.hasProcess) return { kind: 'done', detail: { ...detail, power: 'is on' } };
    const moved = differences(await this.valuesBefore(record), valuesOf(look.value.config));
    if (moved.length > 0) return { kind: 'needs-human', detail: { ...detail, power: `${guestName(record.content.target)} was changed meanwhile and is left off`, moved } };
    const end = await runOnceMore(this.effects, this.runner, holder, powerWrite(record, access, 'undo-start', 'start'), true);
    if (end.end === 'confirmed') return { kind: 'done', detail: { ...detail, power: 'given back' } };
    const refusal = refusalOfEnd(end);
    if (refusal.code === 'guest.power-already') return { kind: 'done', detail: { ...detail, power: 'is on' } };
    return isUnseen(refusal.code) || refusal.code === 'guest.locked' ? { kind: 'later' } : { kind: 'needs-human', detail: { ...detail, power: refusal } };
  }

  /** The window's baseline; where it was cancelled before one was taken, what the approvers were shown. */
  private async valuesBefore(record: RequestRecord): Promise<WindowBaseline['values']> {
    return (await this.store.baseline(record.id))?.values ?? record.evidence.seen ?? {};
  }

  private async netboxPart(record: RequestRecord, access: ClusterAccess, holder: Holder): Promise<Part> {
    const { content } = record;
    if (!content.netboxRecordRemoved) return { kind: 'done', detail: { record: 'was never removed' } };
    const look = await lookWithPower(access.reader, content.target);
    if (!look.ok && isUnseen(look.error.code)) return { kind: 'later' };
    // A record of a guest that is not there (any more) would be a lie: a human decides.
    if (!look.ok) return { kind: 'needs-human', detail: { record: look.error } };
    const netbox = this.netboxes.get(content.netbox);
    if (netbox === undefined) return { kind: 'needs-human', detail: { record: `NetBox ${content.netbox} is not configured here` } };
    // A reverted branch brings its records back itself, under their old ids: then there is nothing to put back.
    const old = content.netboxVmId === null ? null : await netbox.reader.object('virtualization/virtual-machines', content.netboxVmId);
    if (old !== null && !old.ok) return { kind: 'later' };
    if (old !== null && old.value !== null) return { kind: 'done', detail: { record: `stands in NetBox again as ${content.netboxVmId}` } };
    const kept = (await this.store.tombstone(record.id))?.netboxRecord ?? record.evidence.netboxRecord;
    const back = await this.restorer.run(record, holder, netbox, access.reader, kept);
    if (back.ok) return { kind: 'done', detail: { record: back.value } };
    return back.error.code === 'netbox.not-observed' ? { kind: 'later' } : { kind: 'needs-human', detail: { record: back.error } };
  }
}
