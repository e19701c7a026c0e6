// Carries P32: raising a gate is one act; weakening one takes a second person, who is no other account of the first. The
// triggers policy_proposal_four_eyes and policy_version_has_its_proposal keep the same.
import { ok, refuse, type Result } from '../kernel';
import { actorKey, actorName, PeopleStore, type PersonActor } from '../identity';
import { append } from '../journal';
import { refusalOfDatabase } from '../platform/http';
import type { Database, Mode, Tx } from '../platform/database';
import { changeWords, differences, readPolicy, weakens } from './core/policy';
import type { PolicyStore, PolicyVersion, Proposal } from './policy.store';

export type ReviewDecision = 'approve' | 'veto';

export class ProposalService {
  private readonly people = new PeopleStore();

  constructor(private readonly db: Database, private readonly store: PolicyStore, private readonly mode: Mode) {}

  current(): Promise<PolicyVersion> {
    return this.store.current(this.db);
  }

  list(): Promise<Proposal[]> {
    return this.store.proposals(this.db);
  }

  /** A proposal that weakens nothing is in force when this returns. */
  async propose(actor: PersonActor, wanted: unknown, reason: string): Promise<Result<Proposal>> {
    const read = readPolicy(wanted, this.mode);
    if (!read.ok) return read;
    return this.atomically(async (tx) => {
      const before = await this.store.current(tx);
      const differing = differences(before.body, read.value);
      if (differing.length === 0) return refuse('policy.unchanged', 'This is the policy in force.', `no difference from version ${before.version}`, 'Nothing needs to be done.');
      const proposal = await this.store.propose(tx, { body: read.value, weakens: weakens(before.body, read.value), reason, proposedBy: actor.personId });
      const body = { reason, from: before.version, change: changeWords(before.body, read.value, differing), weakens: proposal.weakens };
      if (proposal.state === 'proposed') {
        await append(tx, { kind: 'policy.proposed', subject: `proposal:${proposal.id}`, actor: actorKey(actor), body });
        return ok(proposal);
      }
      const version = await this.store.addVersion(tx, before.version, proposal.id, read.value);
      if (!version.ok) return version;
      await append(tx, { kind: 'policy.changed', subject: `policy:${version.value}`, actor: actorKey(actor), body: { ...body, proposal: proposal.id } });
      return ok(proposal);
    });
  }

  async review(actor: PersonActor, id: string, decision: ReviewDecision, reason: string): Promise<Result<Proposal>> {
    return this.atomically(async (tx) => {
      const proposal = await this.store.find(tx, id);
      if (proposal === null) return refuse('policy.not-found', 'There is no such proposal.', id, 'Look at the list of proposals.');
      if (proposal.state !== 'proposed') return decided(proposal);
      if (decision === 'veto') {
        if (!(await this.store.decide(tx, id, { state: 'vetoed' }))) return decided(proposal);
        await append(tx, { kind: 'policy.vetoed', subject: `proposal:${id}`, actor: actorKey(actor), body: { reason } });
        return ok({ ...proposal, state: 'vetoed' });
      }
      return this.approve(tx, actor, proposal, reason);
    });
  }

  private async approve(tx: Tx, actor: PersonActor, proposal: Proposal, reason: string): Promise<Result<Proposal>> {
    if (await this.people.samePerson(tx, actor.personId, proposal.proposedBy)) {
      return refuse('policy.four-eyes', 'Weakening a gate takes a second person.', `${actorName(actor)} proposed this, under this or a linked account`, 'Ask another person with the permission administer to approve it.');
    }
    const before = await this.store.current(tx);
    const weaker = weakens(before.body, proposal.body);
    const unseen = weaker.filter((key) => !proposal.weakens.includes(key));
    if (unseen.length > 0) {
      return refuse('policy.moved', 'The policy changed since this was proposed.', `against version ${before.version} it would also weaken: ${changeWords(before.body, proposal.body, unseen)}`, 'Propose it again, so that what is approved is what is shown.');
    }
    if (!(await this.store.decide(tx, proposal.id, { state: 'active', approvedBy: actor.personId }))) return decided(proposal);
    const version = await this.store.addVersion(tx, before.version, proposal.id, proposal.body);
    if (!version.ok) return version;
    await append(tx, { kind: 'policy.changed', subject: `policy:${version.value}`, actor: actorKey(actor), body: { reason, proposal: proposal.id, proposedBy: `person:${proposal.proposedBy}`, change: changeWords(before.body, proposal.body, differences(before.body, proposal.body)), weakens: weaker } });
    return ok({ ...proposal, state: 'active', approvedBy: actor.personId });
  }

  /** A refusal takes the whole transaction back; so does a trigger's, which is told in its own words. */
  private async atomically<T>(work: (tx: Tx) => Promise<Result<T>>): Promise<Result<T>> {
    const undone = new Error('refused');
    let result: Result<T> | null = null;
    try {
      return await this.db.transaction(async (tx) => {
        result = await work(tx);
        if (!result.ok) throw undone;
        return result;
      });
    } catch (trouble) {
      if (trouble === undone && result !== null) return result;
      const refusal = refusalOfDatabase(trouble);
      if (refusal !== null) return { ok: false, error: refusal };
      throw trouble;
    }
  }
}

const decided = (proposal: Proposal): Result<Proposal> => refuse('policy.decided', 'This proposal has been decided.', `it is ${proposal.state}`, 'Propose the change again if it is still wanted.');
