// Carries P8, P17-P19, P22, P24, P27, P31: the one table of what may become of a deletion request. The trigger
// `deletion_request_moves` repeats it for whoever comes with SQL; test/model searches all of it.
import { exhaustive, isBefore, no, ok, refuse, type Instant, type Refusal, type Result } from '../../kernel';
import type { WindowBaseline } from './baseline';
import { approvalVoid, frozen } from './refusals';
import { isEnd, type DeletionTerms, type QuarantineDone, type RequestState, type StateName, type Undo } from './request';
import { plusSeconds } from './time';

export type ProcessRole = 'api' | 'worker' | 'deleter' | 'scheduler';

export type RequestEvent =
  | { readonly event: 'prepared' }
  | { readonly event: 'refuse'; readonly refusal: Refusal }
  | { readonly event: 'approve' }
  | { readonly event: 'veto'; readonly refusal: Refusal }
  | { readonly event: 'cancel'; readonly refusal: Refusal }
  | { readonly event: 'expire' }
  | { readonly event: 'gone'; readonly refusal: Refusal }
  | { readonly event: 'quarantine' }
  | { readonly event: 'wait'; readonly baseline: WindowBaseline; readonly quarantine: QuarantineDone }
  | { readonly event: 'surprise'; readonly refusal: Refusal }
  | { readonly event: 'destroy' }
  | { readonly event: 'destroyed' };

/** What must be known to judge a move; read in the transaction that makes it. */
export interface RequestFacts {
  readonly now: Instant;
  readonly role: ProcessRole;
  readonly terms: DeletionTerms;
  readonly approveBy: Instant;
  readonly recordRemoved: boolean;
  /** Approvals by people who are active, allowed and no originators now (P19). */
  readonly standing: number;
  readonly vetoes: number;
  readonly frozen: boolean;
  readonly hasTombstone: boolean;
  /** Some other request, anywhere, is being destroyed (P23). */
  readonly otherDestroying: boolean;
  readonly destroysThisHour: number;
  /** A request on this cluster ended needs-human and nobody has said that they saw it. */
  readonly humanNeededFirst: boolean;
  readonly destroyConfirmed: boolean;
}

type Table = Readonly<Partial<Record<StateName, Readonly<Partial<Record<StateName, readonly ProcessRole[]>>>>>>;

/** Who may make which move. */
export const moves: Table = {
  'requested': { 'in-review': ['worker'], 'refused': ['worker'], 'cancelled': ['api', 'worker'], 'expired': ['scheduler'], 'gone-outside': ['worker'] },
  'in-review': { 'approved': ['api'], 'vetoed': ['api'], 'cancelled': ['api', 'worker'], 'expired': ['scheduler', 'api'], 'gone-outside': ['worker', 'scheduler'] },
  'approved': { 'quarantining': ['worker'], 'cancelled': ['api', 'worker'], 'expired': ['scheduler'], 'refused': ['worker'], 'gone-outside': ['worker'] },
  'quarantining': { 'waiting': ['worker'], 'cancelled': ['api', 'worker'], 'needs-human': ['worker'], 'gone-outside': ['worker'] },
  'waiting': { 'cancelled': ['api', 'worker', 'deleter'], 'expired': ['scheduler', 'deleter'], 'gone-outside': ['deleter', 'worker'], 'destroying': ['deleter'] },
  'destroying': { 'destroyed': ['deleter'], 'needs-human': ['deleter'], 'gone-outside': ['deleter'] },
};

const targets: Readonly<Record<RequestEvent['event'], StateName>> = {
  prepared: 'in-review', refuse: 'refused', approve: 'approved', veto: 'vetoed', cancel: 'cancelled', expire: 'expired', gone: 'gone-outside',
  quarantine: 'quarantining', wait: 'waiting', surprise: 'needs-human', destroy: 'destroying', destroyed: 'destroyed',
};

/** The next state, or the refusal with the fact that stands against it. */
export function nextRequest(from: RequestState, event: RequestEvent, facts: RequestFacts): Result<RequestState> {
  const to = targets[event.event];
  const who = moves[from.state]?.[to];
  if (who === undefined) return impossible(from, to);
  if (!who.includes(facts.role)) return refuse('deletion.not-your-move', `The ${facts.role} role does not move a request from ${from.state} to ${to}.`, `allowed: ${who.join(', ')}`, 'Report this: it is a bug in Sluice.');
  switch (event.event) {
    case 'prepared': return isBefore(facts.now, facts.approveBy) ? ok({ state: 'in-review' }) : tooLate('approve', facts.approveBy, facts.now);
    case 'refuse': return ok({ state: 'refused', refusal: event.refusal, undo: undoAfter(from, facts) });
    case 'veto': return facts.vetoes > 0 ? ok({ state: 'vetoed', refusal: event.refusal, undo: undoAfter(from, facts) }) : refuse('deletion.no-veto', 'Nobody has vetoed this request.', '0 vetoes', 'Write the veto first.');
    case 'cancel': return ok({ state: 'cancelled', refusal: event.refusal, undo: undoAfter(from, facts) });
    case 'gone': return ok({ state: 'gone-outside', refusal: event.refusal });
    case 'surprise': return ok({ state: 'needs-human', refusal: event.refusal, undo: undoAfter(from, facts) });
    case 'expire': return expire(from, facts);
    case 'approve': {
      if (!isBefore(facts.now, facts.approveBy)) return tooLate('approve', facts.approveBy, facts.now);
      const stands = approvalsStand(facts);
      if (!stands.ok) return stands;
      const approvedAt = plusSeconds(facts.now, 0);
      return ok({ state: 'approved', approvedAt, startBy: plusSeconds(approvedAt, facts.terms.windowSeconds + facts.terms.startWithinSeconds) });
    }
    case 'quarantine': {
      if (from.state !== 'approved') return impossible(from, to);
      const usable = approvalUsable(from.startBy, facts);
      return usable.ok ? ok({ state: 'quarantining', approvedAt: from.approvedAt, startBy: from.startBy }) : usable;
    }
    case 'wait': {
      if (from.state !== 'quarantining') return impossible(from, to);
      const usable = approvalUsable(from.startBy, facts);
      if (!usable.ok) return usable;
      const waitsUntil = plusSeconds(facts.now, facts.terms.windowSeconds);
      return ok({ state: 'waiting', approvedAt: from.approvedAt, startBy: from.startBy, waitsUntil, baseline: event.baseline, quarantine: event.quarantine });
    }
    case 'destroy': {
      const may = mayDestroy(from, facts);
      return may.ok ? ok({ ...may.value, state: 'destroying' }) : may;
    }
    case 'destroyed': {
      if (!facts.destroyConfirmed) return refuse('deletion.not-proved', 'A request is destroyed only when the absence of its guest was read back.', 'no confirmed destroy', 'Look at the guest in Proxmox.');
      return from.state === 'destroying' ? ok({ ...from, state: 'destroyed' }) : impossible(from, to);
    }
    default: return exhaustive(event);
  }
}

function mayDestroy(from: RequestState, facts: RequestFacts): Result<Extract<RequestState, { readonly state: 'waiting' }>> {
  if (from.state !== 'waiting') return impossible(from, 'destroying');
  const usable = approvalUsable(from.startBy, facts);
  if (!usable.ok) return usable;
  if (isBefore(facts.now, from.waitsUntil)) return refuse('deletion.window-open', 'The recovery window has not passed.', `it ends at ${from.waitsUntil}, it is ${facts.now}`, 'Wait.');
  if (facts.frozen) return no(frozen);
  if (!facts.hasTombstone) return refuse('deletion.no-tombstone', 'Nothing is destroyed without a tombstone.', 'no tombstone', 'Cancel the request and ask again.');
  if (facts.otherDestroying) return refuse('deletion.one-at-a-time', 'Another guest is being destroyed.', 'one destroy at a time', 'Wait until it has ended.');
  if (facts.destroysThisHour >= facts.terms.maxPerHour) return refuse('deletion.too-many', 'Enough was destroyed on this cluster for now.', `${facts.destroysThisHour} in the last hour, allowed ${facts.terms.maxPerHour}`, 'Wait.');
  if (facts.humanNeededFirst) return refuse('deletion.human-first', 'An earlier deletion on this cluster needs a human first.', 'a request in needs-human that nobody acknowledged', 'Look at it and acknowledge it.');
  return ok(from);
}

/** P8, P19: the approvals still stand, and the time in which they may be used has not ended. */
function approvalUsable(startBy: Instant, facts: RequestFacts): Result<void> {
  const stands = approvalsStand(facts);
  if (!stands.ok) return stands;
  return isBefore(facts.now, startBy) ? stands : tooLate('start', startBy, facts.now);
}

function approvalsStand(facts: RequestFacts): Result<void> {
  if (facts.vetoes > 0) return refuse('deletion.vetoed', 'One veto is final.', `${facts.vetoes} veto`, 'Ask again when the reason is gone.');
  if (facts.standing < facts.terms.threshold) return no(approvalVoid(facts.standing, facts.terms.threshold));
  return ok(undefined);
}

function expire(from: RequestState, facts: RequestFacts): Result<RequestState> {
  const until = from.state === 'requested' || from.state === 'in-review' ? facts.approveBy : from.state === 'approved' || from.state === 'waiting' ? from.startBy : null;
  if (until === null) return impossible(from, 'expired');
  if (isBefore(facts.now, until)) return refuse('deletion.not-expired', 'The request has time left.', `until ${until}, it is ${facts.now}`, 'Wait.');
  const what = from.state === 'requested' || from.state === 'in-review' ? 'approved' : 'carried out';
  return ok({ state: 'expired', refusal: { code: 'deletion.expired', summary: `The request was not ${what} in time.`, observed: `the time ended at ${until}`, next: 'Ask again if the guest shall still go.' }, undo: undoAfter(from, facts) });
}

/**
 * P24: what is put back after an end without destruction. From quarantine on something of ours may have happened to the
 * guest: the undo looks. After `destroying` it looks as well, and touches nothing that a destroy may have begun (P29).
 */
function undoAfter(from: RequestState, facts: RequestFacts): Undo {
  const touched = from.state === 'quarantining' || from.state === 'waiting' || from.state === 'destroying';
  return touched || facts.recordRemoved ? 'pending' : 'none';
}

const tooLate = (what: string, until: Instant, now: Instant): Result<never> => refuse('deletion.expired', `The time to ${what} has ended.`, `it ended at ${until}, it is ${now}`, 'Ask again if the guest shall still go.');

function impossible(from: RequestState, to: StateName): Result<never> {
  if (to === 'cancelled' && from.state === 'destroying') return refuse('deletion.too-late-to-cancel', 'The guest is being destroyed; this cannot be cancelled any more.', 'state destroying', 'Look at the request in a moment.');
  const ended = isEnd(from.state);
  return refuse('deletion.impossible-move', `A request that is ${from.state} does not become ${to}.`, `state ${from.state}`, ended ? 'It has ended: raise a new request if the guest shall go.' : 'Look at the request as it is now.');
}
