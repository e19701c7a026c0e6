// Carries P13, P22, P35: what happens to guests while they wait. A backup or a snapshot holds the destroy, any other change, start
// or move cancels it with the observed fact, and a guest that a human removed closes its request.
import { isBefore, type Instant, type Refusal } from '../kernel';
import { guestName } from '../guest';
import { isUnseen, lookWithPower } from '../effects';
import { ClusterStore, notConfirmed, type Clusters } from '../endpoints';
import { compareBaseline } from './core/baseline';
import { changed, inWindow, lockHolds, notReachable } from './core/refusals';
import type { RequestRecord } from './core/request';
import type { RequestStore } from './request.store';
import { baselineOf } from './window-check';

const actor = 'role:deleter';
const by = { role: 'deleter', actor } as const;

export class WindowWatch {
  private readonly clusterRows: ClusterStore;

  constructor(private readonly store: RequestStore, private readonly clusters: Clusters) {
    this.clusterRows = new ClusterStore(store.db);
  }

  /** True when the guest is as it was and nothing holds it. */
  async isUndisturbed(record: RequestRecord, now: Instant): Promise<boolean> {
    if (record.state.state !== 'waiting') return false;
    if (!isBefore(now, record.state.startBy)) {
      await this.store.advance(record.id, { event: 'expire' }, by);
      return false;
    }
    const { target } = record.content;
    const access = this.clusters.get(target.cluster);
    if (access === undefined) return this.held(record, notReachable(target.cluster));
    if (!(await this.clusterRows.isConfirmed(target.cluster))) return this.held(record, notConfirmed(target.cluster));
    const look = await lookWithPower(access.reader, target);
    if (!look.ok) {
      if (isUnseen(look.error.code)) return this.held(record, look.error);
      await this.store.advance(record.id, { event: look.error.code === 'guest.gone' ? 'gone' : 'cancel', refusal: look.error }, by);
      return false;
    }
    const verdict = compareBaseline(baselineOf(record), look.value);
    if (verdict.kind === 'changed') {
      await this.store.advance(record.id, { event: 'cancel', refusal: changed(guestName(target), inWindow, verdict.observed) }, by);
      return false;
    }
    if (verdict.kind === 'held') return this.held(record, lockHolds(guestName(target), verdict.observed));
    return true;
  }

  private async held(record: RequestRecord, why: Refusal): Promise<false> {
    await this.store.hold(record.id, 'waiting', why, actor);
    return false;
  }
}
