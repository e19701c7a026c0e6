// Carries P21, P24, P30, P35: what becomes of a request that was just raised. Both sides are read, the tombstone is written,
// the gates are judged; in review only with all of them open and with enough people who could approve.
import { notObserved, ok, type Observed, type Refusal } from '../kernel';
import { guestName } from '../guest';
import { ClusterStore, notConfirmed, type ClusterAccess, type Clusters } from '../endpoints';
import { locate } from '../effects';
import type { NetBoxes } from '../netbox';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import { valuesOf } from './core/baseline';
import { gatesRefusal, isOpen, judgeGates } from './core/gates';
import { notReachable } from './core/refusals';
import type { RequestRecord } from './core/request';
import type { RequestEvent } from './core/transitions';
import { factsOf, proxmoxRecord } from './guest-facts';
import { houseRules } from './house';
import { observe } from './look';
import { readNetBoxRecord } from './netbox-record';
import type { RequestStore } from './request.store';
import type { ReviewStore } from './review.store';

registerFailpoints(['deletion/before-prepared', 'deletion/after-prepared']);

const by = { role: 'worker', actor: 'role:worker' } as const;

export class Preparation {
  private readonly clusterRows: ClusterStore;

  constructor(
    private readonly store: RequestStore,
    private readonly reviews: ReviewStore,
    private readonly clusters: Clusters,
    private readonly netboxes: NetBoxes,
  ) {
    this.clusterRows = new ClusterStore(store.db);
  }

  async run(id: string): Promise<void> {
    const record = await this.store.find(this.store.db, id);
    if (record?.state.state !== 'requested') return;
    const access = this.clusters.get(record.content.target.cluster);
    if (access === undefined) await this.store.advance(id, { event: 'refuse', refusal: notReachable(record.content.target.cluster) }, by);
    else if (!(await this.clusterRows.isConfirmed(record.content.target.cluster))) await this.store.advance(id, { event: 'refuse', refusal: notConfirmed(record.content.target.cluster) }, by);
    else await this.look(record, access);
  }

  private async look(record: RequestRecord, access: ClusterAccess): Promise<void> {
    const { id, content } = record;
    const { target, terms } = content;
    const place = await locate(access.reader, target);
    if (!place.ok && place.error.code === 'guest.gone') {
      await this.store.advance(id, { event: 'gone', refusal: place.error }, by);
      return;
    }
    const seen = await observe(access, target, await houseRules(this.store.db, access), null);
    const netbox = await this.netboxSide(record);
    const gates = judgeGates(seen, 'ask', terms.powerOff);
    const event = await this.verdict(record, netbox, isOpen(gates) ? null : gatesRefusal(gates));
    await failpoint('deletion/before-prepared');
    await this.store.advance(id, event, by, async (tx) => {
      if (seen.config.ok || netbox.ok) await this.store.bury(tx, record, { netboxRecord: netbox.ok ? netbox.value : record.evidence.netboxRecord, proxmoxRecord: proxmoxRecord(seen) });
      await this.store.keepEvidence(tx, id, {
        netboxRecord: netbox.ok ? netbox.value : record.evidence.netboxRecord, gates, facts: factsOf(seen),
        ...(seen.config.ok ? { seen: valuesOf(seen.config.value) } : {}),
      });
    });
    await failpoint('deletion/after-prepared');
  }

  private async verdict(record: RequestRecord, netbox: Observed<unknown>, shut: Refusal | null): Promise<RequestEvent> {
    const { originators, terms } = record.content;
    const approvers = await this.reviews.possibleApprovers(this.store.db, originators);
    if (approvers < terms.threshold) {
      return { event: 'refuse', refusal: { code: 'deletion.nobody-could-approve', summary: 'Deletion is switched off here: there are not enough people who could approve it.', observed: `${approvers} hold approve_deletion without having asked for, written or merged it; needed: ${terms.threshold}`, next: 'Give approve_deletion to another person, then ask again.' } };
    }
    if (shut !== null) return { event: 'refuse', refusal: shut };
    if (!netbox.ok) return { event: 'refuse', refusal: { code: 'netbox.not-observed', summary: 'Nothing is deleted without its NetBox record in the tombstone.', observed: `${netbox.error.where}: ${netbox.error.text}`, next: 'Repair the connection to NetBox, then ask again.' } };
    return { event: 'prepared' };
  }

  /** A merged delete brought its record along; a direct request reads it now (P24). */
  private async netboxSide({ content, evidence }: RequestRecord): Promise<Observed<unknown>> {
    if (evidence.netboxRecord !== null) return ok(evidence.netboxRecord);
    if (content.netboxRecordRemoved) return notObserved(`NetBox record of ${guestName(content.target)}`, 'it was removed and not handed over with the request');
    if (content.netboxVmId === null) return ok(null);
    const netbox = this.netboxes.get(content.netbox);
    return netbox === undefined ? notObserved(`NetBox ${content.netbox}`, 'it is not configured in this process') : readNetBoxRecord(netbox.reader, content.netboxVmId);
  }
}
