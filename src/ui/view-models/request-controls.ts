// Carries P17, P36: which controls a person gets, from what the service said they may do. Where something is missing, its
// reason stands in its place; the server decides again whatever is drawn here.
import type { RequestView } from '../../deletion';

export interface RequestControls {
  readonly review: { readonly approve: { readonly name: string; readonly label: string } | null } | null;
  /** Why there is no way to approve; null where there is one. */
  readonly noApprove: string | null;
  readonly cancel: boolean;
  /** It needs a human, and nobody has said yet that they looked. */
  readonly acknowledge: boolean;
}

export function requestControls(view: RequestView): RequestControls {
  const { you, thing, still, state, endedAt } = view;
  const always = { cancel: you.mayCancel, acknowledge: state === 'needs-human' && view.acknowledgedBy === null };
  if (endedAt !== null) return { review: null, noApprove: null, ...always };
  if (state !== 'in-review') return { review: null, noApprove: you.why, ...always };
  // Not seen to be that guest: no buttons at all but the one that saves it.
  if (still?.verdict !== 'same') return { review: null, noApprove: you.why, ...always };
  if (you.mayApprove) return { review: { approve: { name: thing.name, label: `Approve destruction of ${thing.name}` } }, noApprove: null, ...always };
  return { review: you.mayVeto ? { approve: null } : null, noApprove: you.why, ...always };
}
