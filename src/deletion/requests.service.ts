// Carries P3, P17-P19, P24, P35, P36: raising, reading, reviewing and cancelling deletion requests. Decides nothing that the
// core does not decide; api and worker use it, each with its own login.
import { canonicalJson, digestOf, no, ok, refuse, scrub, type MergeId, type PlanId, type Refusal, type RequestId, type Result } from '../kernel';
import type { GuestIdentity } from '../guest';
import { lookWithPower, type Look } from '../effects';
import { LinkStore, type Clusters } from '../endpoints';
import { actorKey, actorName, type Actor, type PersonActor } from '../identity';
import { databaseNow, type Tx } from '../platform/database';
import { judgeReview, type Reviewed, type Reviewer, type ReviewInput } from './core/review';
import { notReachable } from './core/refusals';
import { isEnd, type DeletionTerms, type RequestRecord } from './core/request';
import type { RequestFilter, RequestStore } from './request.store';
import { viewOf, type RequestView } from './request.view';
import type { ReviewStore } from './review.store';

export interface RaiseDeletion {
  readonly cluster: string;
  readonly target: GuestIdentity;
  readonly name: string;
  readonly node: string;
  /** Keys `netbox:<instance>:<userId>` and `person:<uuid>` of everybody who wanted it (P17). */
  readonly originators: readonly string[];
  readonly requestedBy: string;
  readonly reason: string;
  readonly mergeId: MergeId | null;
  readonly planId: PlanId | null;
  readonly netbox: string;
  readonly netboxVmId: number | null;
  readonly netboxRecordRemoved: boolean;
  readonly netboxRecord: unknown;
}

/** The terms of the policy of this moment; frozen into the request (P18). */
export type TermsNow = (tx: Tx) => Promise<DeletionTerms>;

export interface DirectRequest { readonly cluster: string; readonly guestId: string; readonly reason: string }

export class RequestsService {
  private readonly links: LinkStore;

  constructor(
    private readonly store: RequestStore,
    private readonly reviews: ReviewStore,
    private readonly clusters: Clusters,
    private readonly terms: TermsNow,
  ) {
    this.links = new LinkStore(store.db);
  }

  /** One request for one guest, named by what it contains. The merge module calls this in its own transaction. */
  async raise(tx: Tx, wanted: RaiseDeletion): Promise<Result<RequestId>> {
    if (wanted.originators.length === 0) return refuse('deletion.no-originator', 'A deletion has somebody who wants it.', 'no originators', 'Say who asked for, wrote and merged it.');
    if (wanted.cluster !== wanted.target.cluster) return refuse('deletion.wrong-cluster', 'The request names another cluster than its guest.', `${wanted.cluster} and ${wanted.target.cluster}`, 'Plan again.');
    const terms = await this.terms(tx);
    const requestedAt = await databaseNow(tx);
    const { target, name, node, requestedBy, reason, mergeId, planId, netbox, netboxVmId, netboxRecordRemoved } = wanted;
    return this.store.insert(tx, { target, name, node, originators: [...new Set(wanted.originators)].sort(), terms: onlyTerms(terms), requestedBy, requestedAt, reason, mergeId, planId, netbox, netboxVmId, netboxRecordRemoved }, { netboxRecord: wanted.netboxRecord ?? null }, requestedBy);
  }

  /** A deletion begun inside Sluice: the NetBox record stays to the end (P24). */
  async requestDirectly(actor: PersonActor, wanted: DirectRequest): Promise<Result<RequestId>> {
    const { db } = this.store;
    const access = this.clusters.get(wanted.cluster);
    const linked = access === undefined ? null : await this.links.live(wanted.cluster, wanted.guestId);
    if (access === undefined || linked === null) return refuse('deletion.not-found', 'There is no such guest.', `guest ${wanted.guestId} of cluster ${wanted.cluster}`, 'Look at the list of guests.');
    const right = linked.identity.kind === 'qemu' ? 'request_deletion_vm' : 'request_deletion_lxc';
    if (!actor.permissions.has(right)) return refuse('deletion.not-allowed', 'You may not ask for this deletion.', `${actorName(actor)} lacks ${right}`, `Ask somebody who holds ${right}.`);
    if (wanted.reason.trim() === '') return refuse('deletion.invalid', 'A deletion request carries a reason.', 'an empty reason', 'Write why.');
    const seen = await lookWithPower(access.reader, linked.identity);
    if (!seen.ok) return seen;
    const originators = (await this.reviews.reviewer(db, actor.personId))?.keys ?? [actorKey(actor)];
    return db.transaction((tx) => this.raise(tx, {
      cluster: wanted.cluster, target: linked.identity, name: seen.value.config.name, node: seen.value.node, originators, requestedBy: actorKey(actor), reason: wanted.reason,
      mergeId: null, planId: null, netbox: linked.netbox, netboxVmId: linked.netboxVmId, netboxRecordRemoved: false, netboxRecord: null,
    }));
  }

  list(filter: RequestFilter): Promise<RequestRecord[]> {
    return this.store.list(filter);
  }

  /** The card, with the guest read again now. */
  async view(actor: Actor, id: string): Promise<Result<RequestView>> {
    const record = await this.store.find(this.store.db, id);
    return record === null ? noSuch(id) : ok(await this.viewOf(actor, record));
  }

  private async viewOf(actor: Actor, record: RequestRecord): Promise<RequestView> {
    const { db } = this.store;
    // Read before the look: a view is never younger than what it shows.
    const now = await databaseNow(db);
    const [look, reviews, reviewerKeys, reviewer, stone, leftBehind] = await Promise.all([
      isEnd(record.state.state) ? null : this.look(record), this.reviews.of(db, record.id), this.reviews.reviewerKeys(db, record.id), this.reviewerOf(db, actor), this.store.tombstone(record.id), record.state.state === 'destroyed' ? this.store.leftBehind(record.id) : []]);
    return viewOf({ record, now, look, reviews, reviewerKeys, reviewer, mayView: actor.permissions.has('view'), hasTombstone: stone !== null, leftBehind });
  }

  private look(record: RequestRecord): Promise<Result<Look>> {
    const { target } = record.content;
    const access = this.clusters.get(target.cluster);
    return access === undefined ? Promise.resolve(no(notReachable(target.cluster))) : lookWithPower(access.reader, target);
  }

  private async reviewerOf(tx: Tx, actor: Actor): Promise<Reviewer> {
    if (actor.kind === 'service') return { kind: 'service', name: actor.name };
    return (await this.reviews.reviewer(tx, actor.personId)) ?? { kind: 'person', personId: actor.personId, username: actor.username, active: false, mayApprove: false, keys: [actorKey(actor)] };
  }

  /** One person's vote. Everything that the page claims is checked again here (P36), and once more by the database (P17). */
  async review(actor: PersonActor, id: string, input: ReviewInput): Promise<Result<RequestRecord>> {
    const before = await this.store.find(this.store.db, id);
    if (before === null) return noSuch(id);
    // Read before the transaction: no row is locked while Proxmox answers.
    const card = await this.viewOf(actor, before);
    if (input.decision === 'approve' && before.state.state === 'in-review' && card.still?.verdict !== 'same') {
      return refuse('review.not-that-guest', 'Nothing can be approved while the guest is not seen to be the one that was meant.', card.still?.sentence ?? 'it was not looked at', 'Look at the guest in Proxmox; veto the request or try again.');
    }
    return this.store.db.transaction(async (tx) => {
      const record = await this.store.find(tx, id);
      if (record === null) return noSuch(id);
      const reviewer = await this.reviewerOf(tx, actor);
      const judged = judgeReview(await this.reviewed(tx, record), reviewer, input, await databaseNow(tx));
      if (!judged.ok) return judged;
      await this.reviews.insert(tx, { requestId: id, reviewer: actor.personId, decision: input.decision, digest: input.digest, shown: canonicalJson(scrub(card)), viewedAt: input.viewedAt, typedName: input.typedName, reason: input.reason });
      const by = { role: 'api', actor: actorKey(actor) } as const;
      if (input.decision === 'veto') return this.store.advanceIn(tx, id, { event: 'veto', refusal: vetoText(actor, input.reason) }, by);
      const facts = await this.store.facts(tx, record, 'api');
      if (facts.standing < record.content.terms.threshold) return this.store.noteReview(tx, record, { by: by.actor, digest: input.digest, standing: facts.standing, shown: digestOf(card) });
      return this.store.advanceIn(tx, id, { event: 'approve' }, by);
    });
  }

  private async reviewed(tx: Tx, record: RequestRecord): Promise<Reviewed> {
    const { content } = record;
    return { state: record.state.state, digest: record.digest, name: content.name, originators: content.originators, approveBy: record.approveBy, changedAt: record.changedAt, reviewerKeys: await this.reviews.reviewerKeys(tx, record.id) };
  }

  /** Anyone who may view it may cancel it, until `destroying` is committed; final at once, its undo runs after it (P22). */
  async cancel(actor: Actor, id: string, reason: string): Promise<Result<RequestRecord>> {
    if (!actor.permissions.has('view')) return refuse('deletion.not-allowed', 'You may not cancel this request.', `${actorName(actor)} lacks view`, 'Ask somebody who may view it.');
    return this.store.advance(id, { event: 'cancel', refusal: { code: 'deletion.cancelled', summary: `Cancelled by ${actorName(actor)}.`, observed: reason.trim() === '' ? 'no reason given' : reason, next: 'Ask again if the guest shall still go.' } }, { role: 'api', actor: actorKey(actor) });
  }

  /** The branch that asked for it was reverted: what has not been destroyed yet stays. */
  cancelForRevert(id: string, branchName: string): Promise<Result<RequestRecord>> {
    return this.store.advance(id, { event: 'cancel', refusal: { code: 'deletion.reverted', summary: `Branch ${branchName} was reverted, so its deletions are not wanted any more.`, observed: `NetBox says that ${branchName} was reverted`, next: 'Ask again if the guest shall still go.' } }, { role: 'worker', actor: 'role:worker' });
  }

  /** A person has seen that a request needs a human; deletion on that cluster goes on. */
  acknowledge(actor: PersonActor, id: string, reason: string): Promise<Result<void>> {
    return this.store.acknowledge(id, actor.personId, actorKey(actor), reason);
  }
}

const vetoText = (actor: Actor, reason: string): Refusal => ({ code: 'deletion.vetoed', summary: `Vetoed by ${actorName(actor)}.`, observed: reason, next: 'A veto is final: ask again when its reason is gone.' });
const noSuch = (id: string): Result<never> => refuse('deletion.not-found', 'There is no such deletion request.', id, 'Look at the list of requests.');

/** Only what a request freezes: the policy may know more. */
const onlyTerms = ({ threshold, windowSeconds, approveWithinSeconds, startWithinSeconds, maxPerHour, powerOff }: DeletionTerms): DeletionTerms => ({ threshold, windowSeconds, approveWithinSeconds, startWithinSeconds, maxPerHour, powerOff });
