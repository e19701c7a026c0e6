// The life of deletion requests as people make it: two requests for one guest after each other, three people of whom one asked
// for it and has a second account, rights that come and go, and a clock. Moves are the real `nextRequest` and `mayReview`.
import { mayReview } from '../../src/deletion/core/review';
import { isEnd, type DeletionTerms, type RequestState } from '../../src/deletion/core/request';
import { nextRequest, type ProcessRole, type RequestEvent, type RequestFacts } from '../../src/deletion/core/transitions';
import type { Instant, PersonId } from '../../src/kernel';
import type { Model } from './search';

type Who = 'anna' | 'anna-at-netbox' | 'maria' | 'otto';
const people: readonly Who[] = ['anna', 'anna-at-netbox', 'maria', 'otto'];
/** Linked accounts share their keys (P17). */
const keysOf = (who: Who): readonly string[] => (who.startsWith('anna') ? ['person:anna', 'person:anna-at-netbox', 'netbox:main:1'] : [`person:${who}`]);
const originators = ['netbox:main:1'];

export interface Life {
  readonly clock: number;
  readonly mariaMay: boolean;
  readonly requests: readonly OneRequest[];
}
interface OneRequest {
  readonly raisedAt: number;
  readonly state: RequestState;
  readonly votes: readonly { readonly who: Who; readonly decision: 'approve' | 'veto' }[];
  /** What stood when the destroy began, and how often it began (P4, P19). */
  readonly begun: readonly { readonly standing: number; readonly at: number; readonly vetoes: number }[];
  readonly wasCancelled: boolean;
}

/** A request of the past was judged when it ended; beside the next one only its being there counts. */
const past: OneRequest = { raisedAt: 0, state: { state: 'cancelled', refusal: { code: 'past', summary: '', observed: '', next: '' }, undo: 'pending' }, votes: [], begun: [], wasCancelled: true };

export const at = (step: number): Instant => new Date(Date.UTC(2026, 0, 1) + step * 1000).toISOString() as Instant;
const lastClock = 5;
const baseline = { kind: 'qemu', node: 'pve1', hasProcess: false, values: { name: 'x' } } as const;
const because = { code: 'test', summary: 'Because.', observed: 'because', next: 'Nothing.' };

export function lifeModel(terms: DeletionTerms, next: typeof nextRequest = nextRequest): Model<Life> {
  const standing = (life: Life, request: OneRequest): number =>
    new Set(request.votes.filter((vote) => vote.decision === 'approve' && (vote.who !== 'maria' || life.mariaMay) && !keysOf(vote.who).some((key) => originators.includes(key))).map((vote) => keysOf(vote.who).join())).size;
  const vetoes = (request: OneRequest): number => request.votes.filter((vote) => vote.decision === 'veto').length;
  const facts = (life: Life, request: OneRequest, role: ProcessRole): RequestFacts => ({
    now: at(life.clock), role, terms, approveBy: at(request.raisedAt + terms.approveWithinSeconds), recordRemoved: true, standing: standing(life, request), vetoes: vetoes(request), frozen: false, hasTombstone: true,
    otherDestroying: life.requests.some((other) => other !== request && other.state.state === 'destroying'), destroysThisHour: 0, humanNeededFirst: false, destroyConfirmed: true,
  });
  const put = (life: Life, request: OneRequest, changed: OneRequest): Life => ({ ...life, requests: life.requests.map((one) => (one === request ? changed : one)) });

  const everyMove: readonly (readonly [ProcessRole, RequestEvent])[] = [
    ['worker', { event: 'prepared' }], ['worker', { event: 'quarantine' }], ['worker', { event: 'wait', baseline, quarantine: { tagged: true, poweredOff: false } }],
    ['deleter', { event: 'destroy' }], ['deleter', { event: 'destroyed' }], ['deleter', { event: 'surprise', refusal: because }], ['api', { event: 'cancel', refusal: because }], ['worker', { event: 'refuse', refusal: because }],
    ['deleter', { event: 'gone', refusal: because }], ['scheduler', { event: 'expire' }], ['api', { event: 'approve' }],
  ];

  return {
    initial: { clock: 0, mariaMay: true, requests: [] },
    moves(life) {
      const moves: [string, Life][] = [];
      if (life.clock < lastClock) moves.push(['a second passes', { ...life, clock: life.clock + 1 }]);
      moves.push([life.mariaMay ? 'maria loses approve_deletion' : 'maria has approve_deletion again', { ...life, mariaMay: !life.mariaMay }]);
      // The claim on the guest: a live request keeps the next one out (P7).
      if (life.requests.length < 2 && life.requests.every((one) => isEnd(one.state.state))) moves.push([life.requests.length === 0 ? 'anna asks for the deletion' : 'anna asks again', { ...life, requests: [...life.requests.map(() => past), { raisedAt: life.clock, state: { state: 'requested' }, votes: [], begun: [], wasCancelled: false }] }]);
      for (const [index, request] of life.requests.entries()) {
        const name = `request ${index + 1}`;
        for (const [role, event] of everyMove) {
          const moved = next(request.state, event, facts(life, request, role));
          if (!moved.ok) continue;
          const begun = event.event === 'destroy' ? [...request.begun, { standing: standing(life, request), at: life.clock, vetoes: vetoes(request) }] : request.begun;
          moves.push([`${role}: ${name} becomes ${moved.value.state}`, put(life, request, { ...request, state: moved.value, begun, wasCancelled: request.wasCancelled || moved.value.state === 'cancelled' })]);
        }
        for (const who of people) for (const decision of ['approve', 'veto'] as const) {
          const may = mayReview(
            { state: request.state.state, digest: 'd', name: 'x', originators, approveBy: at(0), changedAt: at(0), reviewerKeys: request.votes.flatMap((vote) => keysOf(vote.who)) },
            { kind: 'person', personId: who as unknown as PersonId, username: who, active: true, mayApprove: who !== 'maria' || life.mariaMay, keys: keysOf(who) }, decision);
          if (!may.ok) continue;
          const voted: OneRequest = { ...request, votes: [...request.votes, { who, decision }].sort((a, b) => (a.who < b.who ? -1 : 1)) };
          const withVote = put(life, request, voted);
          const ended = next(voted.state, decision === 'veto' ? { event: 'veto', refusal: because } : { event: 'approve' }, facts(withVote, voted, 'api'));
          moves.push([`${who} ${decision === 'veto' ? 'vetoes' : 'approves'} ${name}`, ended.ok ? put(withVote, voted, { ...voted, state: ended.value }) : withVote]);
        }
      }
      return moves;
    },
    broken(life) {
      const live = life.requests.filter((one) => !isEnd(one.state.state));
      if (live.length > 1) return 'P7: two live requests on one guest';
      for (const request of life.requests) {
        const { state } = request;
        const goesOn = state.state === 'approved' || state.state === 'quarantining' || state.state === 'waiting' || state.state === 'destroying' || state.state === 'destroyed';
        const givers = request.votes.filter((vote) => vote.decision === 'approve');
        if (givers.some((vote) => keysOf(vote.who).some((key) => originators.includes(key)))) return 'P17: somebody approved what they asked for';
        if (goesOn && new Set(givers.map((vote) => keysOf(vote.who).join())).size < terms.threshold) return 'P17: fewer people than the threshold approved';
        if (goesOn && vetoes(request) > 0) return 'P18: it went on although there is a veto';
        if (request.begun.length > 1) return 'P4: the approval started two destroys';
        for (const begin of request.begun) {
          if (begin.standing < terms.threshold) return 'P19: the destroy began although the approvals did not stand';
          if (begin.vetoes > 0) return 'P18: the destroy began although there is a veto';
          if ('waitsUntil' in state && at(begin.at) < state.waitsUntil) return 'P22: the destroy began before the window had passed';
          if (request.wasCancelled) return 'P22: a cancelled request was destroyed';
        }
        if ('waitsUntil' in state && Date.parse(state.waitsUntil) < Date.parse(state.approvedAt) + terms.windowSeconds * 1000) return 'P22: the window is shorter than its terms';
        if (isEnd(state.state)) for (const [role, event] of everyMove) if (next(state, event, facts(life, request, role)).ok) return `P29: ${state.state} is no end: ${event.event} leads out of it`;
        if ('undo' in state && state.undo !== 'pending') return 'P24: the NetBox record is gone, the request ended without destruction, and nothing puts it back';
      }
      return null;
    },
  };
}
