// Carries P32: the policy in force is the newest version row, and a version comes from a decided proposal of the same content.
import { canonicalJson, refuse, ok, type Instant, type PersonId, type Result } from '../kernel';
import type { Tx } from '../platform/database';
import type { Policy } from './core/policy';

export interface PolicyVersion { readonly version: number; readonly body: Policy; readonly origin: 'configuration' | 'proposal'; readonly proposalId: string | null; readonly madeAt: Instant }

export interface Proposal {
  readonly id: string;
  readonly body: Policy;
  readonly weakens: readonly string[];
  readonly reason: string;
  readonly proposedBy: PersonId;
  readonly proposedAt: Instant;
  readonly approvedBy: PersonId | null;
  readonly state: 'proposed' | 'active' | 'vetoed';
}

/** Bodies made before a key existed read as the trigger reads them. */
const versionColumns = 'version, policy_completed(body) as body, origin, proposal_id as "proposalId", made_at as "madeAt"';
const proposalColumns = 'id, body, weakens, reason, proposed_by as "proposedBy", proposed_at as "proposedAt", approved_by as "approvedBy", state';

export class PolicyStore {
  /** The policy in force. There always is one: the first start seeds it. */
  current(tx: Tx): Promise<PolicyVersion> {
    return tx.one<PolicyVersion>(`select ${versionColumns} from policy_versions order by version desc limit 1`);
  }

  async firstAndNewest(tx: Tx): Promise<{ readonly first: PolicyVersion; readonly newest: PolicyVersion } | null> {
    const versions = await tx.rows<PolicyVersion>(`select ${versionColumns} from policy_versions where version = 1 or version = (select max(version) from policy_versions) order by version`);
    const [first] = versions;
    return first === undefined ? null : { first, newest: versions.at(-1) ?? first };
  }

  /** False when another process was first. */
  async seed(tx: Tx, body: Policy): Promise<boolean> {
    return (await tx.change("insert into policy_versions (version, body, origin) values (1, $1, 'configuration') on conflict (version) do nothing", [canonicalJson(body)])) === 1;
  }

  /** Refused when the policy has moved on since `from`. */
  async addVersion(tx: Tx, from: number, proposalId: string, body: Policy): Promise<Result<number>> {
    const added = await tx.maybe<{ version: number }>(
      "insert into policy_versions (version, body, origin, proposal_id) select $1::integer, $2::jsonb, 'proposal', $3::uuid where not exists (select 1 from policy_versions where version >= $1) on conflict (version) do nothing returning version",
      [from + 1, canonicalJson(body), proposalId]);
    return added === null ? refuse('policy.moved', 'The policy changed meanwhile.', `version ${from} is not the newest any more`, 'Look at the present policy and propose again.') : ok(added.version);
  }

  propose(tx: Tx, proposal: { readonly body: Policy; readonly weakens: readonly string[]; readonly reason: string; readonly proposedBy: PersonId }): Promise<Proposal> {
    return tx.one<Proposal>(
      `insert into policy_proposals (body, weakens, reason, proposed_by, state) values ($1, $2, $3, $4, $5) returning ${proposalColumns}`,
      [canonicalJson(proposal.body), [...proposal.weakens], proposal.reason, proposal.proposedBy, proposal.weakens.length === 0 ? 'active' : 'proposed']);
  }

  find(tx: Tx, id: string): Promise<Proposal | null> {
    return tx.maybe<Proposal>(`select ${proposalColumns} from policy_proposals where id = $1 for update`, [id]);
  }

  /** Newest first. */
  proposals(tx: Tx): Promise<Proposal[]> {
    return tx.rows<Proposal>(`select ${proposalColumns} from policy_proposals order by proposed_at desc limit 200`);
  }

  /** False when somebody else decided first. */
  async decide(tx: Tx, id: string, decision: { readonly state: 'active'; readonly approvedBy: PersonId } | { readonly state: 'vetoed' }): Promise<boolean> {
    return (await tx.change("update policy_proposals set state = $2, approved_by = $3 where id = $1 and state = 'proposed'", [id, decision.state, decision.state === 'active' ? decision.approvedBy : null])) === 1;
  }
}
