// Carries P17, P36: which controls a person gets, from what the service said they may do. Where something is missing, its
// reason stands in its place; the server decides again whatever is drawn here.
import type { RequestView } from '../../deletion';

export interface RequestControls {
  readonly review: { readonly approve: { readonly name: string; readonly label: string } | null } | null;
  /** Why there is no way to approve; null where there is one. */
  readonly noApprove: string | null;
  readonly cancel: boolean;
}

export function requestControls(view: RequestView): RequestControls {
  const { you, thing, still, state, endedAt } = view;
  const cancel = you.mayCancel;
  if (endedAt !== null) return { review: null, noApprove: null, cancel };
  if (state !== 'in-review') return { review: null, noApprove: you.why, cancel };
  // Not seen to be that guest: no buttons at all but the one that saves it.
  if (still?.verdict !== 'same') return { review: null, noApprove: you.why, cancel };
  if (you.mayApprove) return { review: { approve: { name: thing.name, label: `Approve destruction of ${thing.name}` } }, noApprove: null, cancel };
  return { review: you.mayVeto ? { approve: null } : null, noApprove: you.why, cancel };
}
