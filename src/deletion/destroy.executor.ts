// Carries P15, P16, P19, P23, P25-P27, P29, P31: the one code path that destroys a guest, one at a time, in the deleter role.
// Checks -> destroying -> two halves lent -> destroy sees exactly this guest -> checked once more -> the one DELETE -> absence
// read back. The only file that may import the destroyer port.
import { isBefore, no, type Instant, type Refusal, type Result } from '../kernel';
import { LinkStore, type ClusterAccess, type Clusters } from '../endpoints';
import { EffectRunner, isUnseen, lookWithPower, refusalOfEnd, type EffectEnd, type EffectStore } from '../effects';
import { databaseNow, sqlState } from '../platform/database';
import { failpoint, registerFailpoints } from '../platform/failpoint';
import type { ProxmoxHttp, TokenCredential } from '../proxmox';
import { proxmoxDestroyer, type ProxmoxDestroyer } from '../proxmox/destroyer';
import { halves, notExactly } from './core/loans';
import { approvalVoid, frozen } from './core/refusals';
import type { RequestRecord } from './core/request';
import { nextRequest } from './core/transitions';
import { destroyWrite } from './destroy-write';
import { holderOfRequest, settleOnly } from './effect-tools';
import { LastChecks, type RightsCheck } from './last-checks';
import { Loan, type LenderAccess } from './loan';
import type { RequestStore } from './request.store';
import { WindowWatch } from './watch';

registerFailpoints(['before-destroying', 'after-destroying', 'before-take-back', 'after-take-back', 'before-destroyed', 'after-destroyed', 'before-needs-human', 'after-needs-human'].map((point) => `deletion/${point}`));

export interface DestroyerAccess { readonly http: ProxmoxHttp; readonly credential: TokenCredential }
/** The two destroying credentials of one cluster, loaded by the deleter role alone. */
export interface DeletionPowers { readonly lender: LenderAccess; readonly destroyer: DestroyerAccess }

interface Hand { readonly access: ClusterAccess; readonly loan: Loan; readonly destroyer: ProxmoxDestroyer; readonly checks: LastChecks }

const actor = 'role:deleter';
/** Between two looks at a guest whose time has not come, or whose gates are shut. */
const restMillis = 5000;
const by = { role: 'deleter', actor } as const;

export class Deleter {
  private readonly runner: EffectRunner;
  private readonly watch: WindowWatch;
  private readonly links: LinkStore;
  private readonly hands = new Map<string, Hand>();
  /** Proxmox is not asked for the same again at every round: until when a guest is not looked at, and its gates are not judged. */
  private readonly looksRest = new Map<string, number>();
  private readonly gatesRest = new Map<string, number>();
  /** Requests that this process brought to `destroying` or took over at its start: only these it goes on with. */
  private readonly mine = new Set<string>();

  constructor(private readonly store: RequestStore, private readonly effects: EffectStore, clusters: Clusters, powers: ReadonlyMap<string, DeletionPowers>, rights: RightsCheck) {
    this.runner = new EffectRunner(effects);
    this.watch = new WindowWatch(store, clusters);
    this.links = new LinkStore(store.db);
    for (const [name, { lender, destroyer }] of powers) {
      const access = clusters.get(name);
      if (access === undefined) continue;
      const loan = new Loan(access, lender, destroyer.credential.id, effects);
      const port = proxmoxDestroyer(destroyer.http, destroyer.credential);
      this.hands.set(name, { access, loan, destroyer: port, checks: new LastChecks(store, access, loan, () => rights(name, { lender: () => loan.permissions(), destroy: () => port.permissions() })) });
    }
  }

  /** Clusters on which nothing is destroyed now, and why. */
  get stops(): ReadonlyMap<string, Refusal> {
    return new Map([...this.hands].flatMap(([name, { checks }]) => (checks.stop === null ? [] : [[name, checks.stop] as const])));
  }

  /** Before anything else: every loan found is taken back, and a destroy that a dead process left is settled by looking. */
  async start(): Promise<void> {
    const busy = await this.store.destroying();
    if (busy !== null) {
      this.mine.add(busy.id);
      await this.resume(busy);
    }
    for (const [cluster, hand] of this.hands) {
      for (const request of await this.store.lentOn(cluster)) {
        if (request.state.state !== 'needs-human') continue;
        const judged = await hand.loan.judge([request]);
        if (!judged.ok || judged.value.explained.length === 0) continue;
        const taken = await this.store.takeOver(request.id, ['needs-human'], actor);
        if (taken !== null) await hand.loan.takeBack(taken, holderOfRequest(taken, actor));
      }
      await hand.checks.atStart();
    }
  }

  /** One round: watch all who wait, then destroy at most one. */
  async tick(): Promise<void> {
    const now = await databaseNow(this.store.db);
    const ready: RequestRecord[] = [];
    for (const record of await this.store.waiting()) {
      const due = isDue(record, now);
      const rests = performance.now() < ((due ? this.gatesRest : this.looksRest).get(record.id) ?? 0);
      if (rests || (due && !(await this.mayByFacts(record)))) continue;
      if (!due) this.looksRest.set(record.id, performance.now() + restMillis);
      if (!(await this.watch.isUndisturbed(record, now))) continue;
      if (due) ready.push(record);
      else await this.store.hold(record.id, 'waiting', null, actor);
    }
    const busy = await this.store.destroying();
    if (busy !== null) return this.mine.has(busy.id) ? this.resume(busy) : undefined;
    for (const record of ready) if (await this.execute(record)) return;
  }

  /** What the database alone says; nothing is asked of Proxmox while that says no. */
  private async mayByFacts(record: RequestRecord): Promise<boolean> {
    const facts = nextRequest(record.state, { event: 'destroy' }, await this.store.facts(this.store.db, record, 'deleter'));
    if (!facts.ok && facts.error.code !== 'deletion.one-at-a-time') await this.notNow(record, facts.error);
    return facts.ok || facts.error.code === 'deletion.one-at-a-time';
  }

  /** True when it came to `destroying`: then this round is over, whatever became of it (P23). */
  private async execute(record: RequestRecord): Promise<boolean> {
    const { target } = record.content;
    const hand = this.hands.get(target.cluster);
    if (hand === undefined) return this.held(record, { code: 'deletion.no-powers', summary: `This process cannot destroy on cluster ${target.cluster}.`, observed: 'no lender and destroy token', next: 'Configure both tokens for the deleter role.' });
    const shut = await hand.checks.shutNow(record);
    if (shut !== null && shut.refusal.code.startsWith('deletion.gate-')) this.gatesRest.set(record.id, performance.now() + restMillis);
    if (shut !== null) return shut.passing ? this.held(record, shut.refusal) : this.cancelled(record, shut.refusal);
    await failpoint('deletion/before-destroying');
    const begun = await this.begin(record);
    if (!begun.ok) return this.notNow(record, begun.error);
    this.mine.add(record.id);
    await failpoint('deletion/after-destroying');
    await this.carryOut(begun.value, hand);
    return true;
  }

  private async begin(record: RequestRecord): Promise<Result<RequestRecord>> {
    try {
      return await this.store.advance(record.id, { event: 'destroy' }, { ...by, takeOver: true });
    } catch (trouble) {
      const state = sqlState(trouble);
      // The trigger or the index saw what changed since the facts were read.
      if (state === null || !(state.startsWith('SL') || state === '23505')) throw trouble;
      return no({ code: state === 'SL019' ? 'deletion.approval-void' : 'deletion.not-now', summary: 'The database does not let it be destroyed now.', observed: (trouble as Error).message, next: 'It is tried again.' });
    }
  }

  private async notNow(record: RequestRecord, refusal: Refusal): Promise<false> {
    if (refusal.code === 'deletion.approval-void' || refusal.code === 'deletion.vetoed') return this.cancelled(record, refusal);
    if (refusal.code === 'deletion.expired') await this.store.advance(record.id, { event: 'expire' }, by);
    else await this.store.hold(record.id, 'waiting', refusal, actor);
    return false;
  }

  private async held(record: RequestRecord, why: Refusal): Promise<false> {
    await this.store.hold(record.id, 'waiting', why, actor);
    return false;
  }

  private async cancelled(record: RequestRecord, refusal: Refusal): Promise<false> {
    await this.store.advance(record.id, { event: 'cancel', refusal }, by);
    return false;
  }

  /** From here on every end but proven absence first takes both halves back. */
  private async carryOut(record: RequestRecord, hand: Hand): Promise<void> {
    const holder = holderOfRequest(record, actor);
    try {
      for (const half of halves) {
        const lent = await hand.loan.lend(record, holder, half);
        if (lent.end !== 'confirmed') return await this.stop(record, hand, refusalOfEnd(lent));
      }
      const own = await hand.destroyer.permissions();
      const off = own.ok ? notExactly(own.value, record.content.target.vmid) : `${own.error.where}: ${own.error.text}`;
      if (off !== null) return await this.stop(record, hand, { code: 'loan.not-exact', summary: 'The destroy token does not see exactly this guest.', observed: off, next: 'Compare the ACLs with what sluice setup proxmox --print says.' });
      await this.conclude(record, hand, await this.runner.run(holder, destroyWrite(record, hand.access, hand.destroyer, false)));
    } catch (trouble) {
      // Another process took it over (P28): the request is its own now, and whatever stands is taken back by it.
      if (sqlState(trouble) === 'SL028') return void this.mine.delete(record.id);
      if (sqlState(trouble) !== 'SL031') throw trouble;
      await this.stop(record, hand, { code: 'freeze.on', summary: 'Everything was frozen while the guest was being destroyed.', observed: 'the freeze switch is on', next: 'Ask again after somebody has unfrozen, if it shall still go.' });
    }
  }

  /** What became of the one DELETE. */
  private async conclude(record: RequestRecord, hand: Hand, end: EffectEnd): Promise<void> {
    if (end.end !== 'confirmed') return this.stop(record, hand, refusalOfEnd(end), end.end === 'unknown');
    await failpoint('deletion/before-destroyed');
    const done = await this.store.advance(record.id, { event: 'destroyed' }, { ...by, fence: record.fence }, (tx) => this.links.bury(tx, record.content.target));
    await failpoint('deletion/after-destroyed');
    if (done.ok) this.mine.delete(record.id);
  }

  /** Not destroyed, or not known to be. The loan first; while it cannot be taken back the request stays, shown, and is tried again. */
  private async stop(record: RequestRecord, hand: Hand, why: Refusal, unknown = false): Promise<void> {
    const holder = holderOfRequest(record, actor);
    await failpoint('deletion/before-take-back');
    if ((await this.effects.latest(holder, 'destroy'))?.state === 'intended') await this.settleDestroy(record, hand);
    const taken = await hand.loan.takeBack(record, holder);
    if (!taken.ok) return this.store.hold(record.id, 'destroying', { ...why, summary: `${why.summary} The loan could not be taken back yet.`, observed: `${why.observed}; loan: ${taken.error.summary} ${taken.error.observed}` }, actor);
    await failpoint('deletion/after-take-back');
    // With the loan back the DELETE can do nothing any more: now a look can tell what became of it.
    const settled = unknown ? await this.settleDestroy(record, hand) : null;
    if (settled?.end === 'confirmed') return this.conclude(record, hand, settled);
    if (settled !== null && settled.end !== 'unknown') return this.stop(record, hand, refusalOfEnd(settled));
    const look = await lookWithPower(hand.access.reader, record.content.target);
    // An unknown end is looked at again while looking can still tell; it is never sent again (P26).
    if (unknown && !look.ok && (isUnseen(look.error.code) || look.error.code === 'guest.gone')) return this.store.hold(record.id, 'destroying', why, actor);
    const gone = !look.ok && look.error.code === 'guest.gone';
    const there = look.ok ? 'the guest is there' : `${look.error.summary} ${look.error.observed}`;
    await failpoint('deletion/before-needs-human');
    const refusal = { ...why, observed: `${why.observed}; the loan is taken back; now: ${there}` };
    const ended = await this.store.advance(record.id, gone ? { event: 'gone', refusal } : { event: 'surprise', refusal }, { ...by, fence: record.fence });
    await failpoint('deletion/after-needs-human');
    if (ended.ok) this.mine.delete(record.id);
  }

  /** What stands in the row of the DELETE, looked at; nothing is sent. The loan has been taken back. */
  private settleDestroy(record: RequestRecord, hand: Hand): Promise<EffectEnd> {
    return this.runner.run(holderOfRequest(record, actor), settleOnly(destroyWrite(record, hand.access, hand.destroyer, true)));
  }

  /**
   * A request that stands in `destroying` after a crash. Where no lend and no destroy was ever called, nothing of ours can be in
   * Proxmox: it is the moment before the first write, so all checks are made again and it goes on. As soon as a lend was called
   * a human looks (P29): the loan is taken back first, then the DELETE, if one was called, is settled by looking, never sent again.
   */
  private async resume(found: RequestRecord): Promise<void> {
    const hand = this.hands.get(found.content.target.cluster);
    const record = hand === undefined ? null : await this.store.takeOver(found.id, ['destroying'], actor);
    if (record === null || hand === undefined) return;
    const rows = await this.effects.ofHolder('request', record.id);
    const ours = rows.filter((row) => row.kind === 'lend-user' || row.kind === 'lend-token' || row.kind === 'destroy');
    if (ours.every((row) => row.state === 'intended')) return this.goOn(record, hand);
    const holder = holderOfRequest(record, actor);
    const taken = await hand.loan.takeBack(record, holder);
    const why: Refusal = record.hold ?? { code: 'deletion.interrupted', summary: 'The deleter stopped while the guest was lent.', observed: `${ours.map((row) => `${row.step}: ${row.state}`).join(', ')}`, next: 'Look at the guest; ask again if it shall still go.' };
    if (!taken.ok) return this.store.hold(record.id, 'destroying', why, actor);
    const destroy = ours.find((row) => row.kind === 'destroy');
    if (destroy === undefined) return this.stop(record, hand, why);
    await this.conclude(record, hand, await this.settleDestroy(record, hand));
  }

  private async goOn(record: RequestRecord, hand: Hand): Promise<void> {
    const facts = await this.store.facts(this.store.db, record, 'deleter');
    if (facts.frozen) return this.store.hold(record.id, 'destroying', frozen, actor);
    if (facts.standing < record.content.terms.threshold || facts.vetoes > 0) return this.stop(record, hand, approvalVoid(facts.standing, record.content.terms.threshold));
    const shut = await hand.checks.shutNow(record);
    if (shut === null) return this.carryOut(record, hand);
    return shut.passing ? this.store.hold(record.id, 'destroying', shut.refusal, actor) : this.stop(record, hand, shut.refusal);
  }
}

const isDue = (record: RequestRecord, now: Instant): boolean => record.state.state === 'waiting' && !isBefore(now, record.state.waitsUntil);
