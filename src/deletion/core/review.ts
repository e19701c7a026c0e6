// Carries P3, P17, P18, P36: who may review, and what of a review is believed. The trigger `review_four_eyes` repeats it; here
// it is a sentence for the person, and the reason why no control is drawn.
import { isBefore, ok, refuse, secondsBetween, shortDigest, type Instant, type PersonId, type Result } from '../../kernel';
import type { StateName } from './request';

export type Reviewer =
  | { readonly kind: 'service'; readonly name: string }
  /** `keys`: every originator key of this person under all linked accounts. */
  | { readonly kind: 'person'; readonly personId: PersonId; readonly username: string; readonly active: boolean; readonly mayApprove: boolean; readonly keys: readonly string[] };

export interface Reviewed {
  readonly state: StateName;
  readonly digest: string;
  readonly name: string;
  readonly originators: readonly string[];
  readonly approveBy: Instant;
  readonly changedAt: Instant;
  /** Keys of everybody who has reviewed already. */
  readonly reviewerKeys: readonly string[];
}

export interface ReviewInput {
  readonly decision: 'approve' | 'veto';
  readonly digest: string;
  readonly viewedAt: Instant;
  readonly typedName: string | null;
  readonly reason: string;
}

const oldestViewSeconds = 600;

/** May this caller review this request at all (what the page asks before it draws a control)? */
export function mayReview(request: Reviewed, reviewer: Reviewer, decision: ReviewInput['decision']): Result<void> {
  if (reviewer.kind === 'service') return refuse('review.not-allowed', 'Services and tokens do not review deletions.', `service ${reviewer.name}`, 'A person signs in and reviews.');
  if (!reviewer.active || !reviewer.mayApprove) return refuse('review.not-allowed', 'You may not review deletions.', `${reviewer.username} does not hold approve_deletion now`, 'Ask somebody who holds approve_deletion.');
  if (request.state !== 'in-review') return refuse('review.not-in-review', 'The request is not in review.', `state ${request.state}`, 'Look at the request as it is now.');
  const own = reviewer.keys.filter((key) => request.originators.includes(key));
  if (decision === 'approve' && own.length > 0) return refuse('review.four-eyes', 'Whoever asked for, wrote or merged a deletion does not approve it.', `you are ${own.join(', ')} of this request`, 'Another person reviews it.');
  if (reviewer.keys.some((key) => request.reviewerKeys.includes(key))) return refuse('review.already', 'You have reviewed this request already, under this or a linked account.', `${reviewer.username} has a review`, 'One person counts once.');
  return ok(undefined);
}

export function judgeReview(request: Reviewed, reviewer: Reviewer, input: ReviewInput, now: Instant): Result<void> {
  const may = mayReview(request, reviewer, input.decision);
  if (!may.ok) return may;
  if (!isBefore(now, request.approveBy)) return refuse('deletion.expired', 'The time to review has ended.', `it ended at ${request.approveBy}`, 'Ask again if the guest shall still go.');
  if (input.digest !== request.digest) return refuse('review.other-digest', 'The review names another request than this one.', `it names ${shortDigest(input.digest)}, this is ${shortDigest(request.digest)}`, 'Open the request again and read it.');
  if (input.reason.trim() === '') return refuse('review.no-reason', 'A review carries a reason.', 'an empty reason', 'Write why.');
  const age = secondsBetween(input.viewedAt, now);
  if (!Number.isFinite(age) || age < 0) return refuse('review.view-from-the-future', 'The view has no believable time.', `viewed at ${input.viewedAt}, it is ${now}`, 'Open the request again.');
  if (age > oldestViewSeconds) return refuse('review.stale-view', 'The view is too old.', `opened ${Math.round(age)} s ago, at most ${oldestViewSeconds} s`, 'Open the request again and read it.');
  if (isBefore(input.viewedAt, request.changedAt)) return refuse('review.changed-since', 'The request changed while you looked.', `changed at ${request.changedAt}, opened at ${input.viewedAt}`, 'Open the request again and read what changed.');
  if (input.decision === 'approve' && input.typedName !== request.name) return refuse('review.wrong-name', 'The typed name is not the name of the guest.', `typed ${JSON.stringify(input.typedName)}`, 'Type the name of the machine that shall be destroyed.');
  return ok(undefined);
}
