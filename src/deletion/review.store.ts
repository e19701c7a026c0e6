// Carries P3, P17, P19: reviews as rows, who may write one now, and whether two people could decide at all. The trigger
// `review_four_eyes` judges the same as the row is written.
import { Bug, type PersonId } from '../kernel';
import type { Tx } from '../platform/database';
import type { Reviewer } from './core/review';

export interface ReviewRow { readonly reviewer: string; readonly username: string; readonly decision: 'approve' | 'veto'; readonly at: string; readonly reason: string; readonly stands: boolean }
export interface NewReview { readonly requestId: string; readonly reviewer: PersonId; readonly decision: 'approve' | 'veto'; readonly digest: string; readonly shown: string; readonly viewedAt: string; readonly typedName: string | null; readonly reason: string }

export class ReviewStore {
  async insert(tx: Tx, review: NewReview): Promise<void> {
    await tx.change('insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ($1, $2, $3, $4, $5, $6, $7, $8)',
      [review.requestId, review.reviewer, review.decision, review.digest, review.shown, review.viewedAt, review.typedName, review.reason]);
    // The request changed for everybody who looks at it: their view is stale now (P36).
    const changed = await tx.change(`update deletion_requests set changed_at = sluice_now(), version = version + 1 where id = $1 and state = 'in-review'`, [review.requestId]);
    if (changed !== 1) throw new Bug(`request ${review.requestId} left the review while it was reviewed`);
  }

  of(tx: Tx, requestId: string): Promise<ReviewRow[]> {
    return tx.rows<ReviewRow>(
      `select v.reviewer, p.username, v.decision, v.at, v.reason,
         v.decision = 'approve' and p.active and exists (select 1 from person_permissions pp where pp.person_id = p.id and pp.permission = 'approve_deletion') and not person_keys(p.id) && r.originators as stands
       from deletion_reviews v join people p on p.id = v.reviewer join deletion_requests r on r.id = v.request_id where v.request_id = $1 order by v.at`, [requestId]);
  }

  async reviewerKeys(tx: Tx, requestId: string): Promise<readonly string[]> {
    return (await tx.rows<{ key: string }>('select distinct unnest(person_keys(reviewer)) as key from deletion_reviews where request_id = $1', [requestId])).map((row) => row.key);
  }

  /** The person with the rights of this moment (P19); null when nobody has this id. */
  async reviewer(tx: Tx, personId: PersonId): Promise<Extract<Reviewer, { readonly kind: 'person' }> | null> {
    const row = await tx.maybe<{ username: string; active: boolean; mayApprove: boolean; keys: string[] }>(
      `select username, active, exists (select 1 from person_permissions pp where pp.person_id = p.id and pp.permission = 'approve_deletion') as "mayApprove", person_keys(p.id) as keys from people p where id = $1`, [personId]);
    return row === null ? null : { kind: 'person', personId, ...row };
  }

  /** How many different people could approve now; linked accounts are one person (P17, P35). */
  async possibleApprovers(tx: Tx, originators: readonly string[]): Promise<number> {
    const rows = await tx.rows<{ keys: string[] }>(
      `select person_keys(p.id) as keys from people p where p.active and not person_keys(p.id) && $1::text[] and exists (select 1 from person_permissions pp where pp.person_id = p.id and pp.permission = 'approve_deletion')`, [originators]);
    return new Set(rows.map((row) => [...row.keys].sort().join(' '))).size;
  }
}
