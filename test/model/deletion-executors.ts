// Two deleters, one request, two guests that share a VMID one after the other, a third party, a crash at every step. Request moves
// are the real `nextRequest`, the DELETE's row moves by the real `nextEffect`, grants are judged by the real `judgeLoans`; what a
// deleter does between them is the order of destroy.executor.ts, cut wherever another can come in between.
import { judgeLoans } from '../../src/deletion/core/loans';
import { isEnd, type DeletionTerms, type RequestState } from '../../src/deletion/core/request';
import { nextRequest, type RequestEvent, type RequestFacts } from '../../src/deletion/core/transitions';
import { nextEffect, type EffectState } from '../../src/effects';
import type { Vmid } from '../../src/kernel';
import type { AclRow } from '../../src/proxmox';
import { at } from './deletion-people';
import type { Model } from './search';

type Place = 'away' | 'begun' | 'lent-user' | 'lent-token' | 'checked' | 'called' | 'failed' | 'user-back';
interface Hand { readonly place: Place; readonly fence: number; readonly deleteOnItsWay: boolean }

export interface Destroying {
  readonly clock: number;
  readonly frozen: boolean;
  readonly approvalStands: boolean;
  readonly request: RequestState;
  readonly fence: number;
  readonly row: EffectState['state'] | null;
  readonly lends: number;
  readonly hands: readonly [Hand, Hand];
  /** Proxmox: who has the VMID, whether somebody changed it, and which halves of the loan stand on it. */
  readonly there: 'ours' | 'successor' | 'nobody';
  readonly changed: boolean;
  readonly user: boolean;
  readonly token: boolean;
  /** What happened for ever. */
  readonly sent: number;
  readonly victims: readonly string[];
  readonly wasCancelled: boolean;
  readonly callWhileFrozen: boolean;
}

export interface Holes { readonly resends?: boolean; readonly skipsRecheck?: boolean; readonly keepsLoan?: boolean; readonly noFence?: boolean }

const terms: DeletionTerms = { threshold: 1, windowSeconds: 1, approveWithinSeconds: 9, startWithinSeconds: 2, maxPerHour: 9, powerOff: 'refuse' };
const because = { code: 'test', summary: 'Because.', observed: 'because', next: 'Nothing.' };
const names = { role: 'SluiceDestroyOne', destroyTokenId: 'sluice-destroy@pve!destroy' };
const vmid = 107 as Vmid;
const waiting: RequestState = { state: 'waiting', approvedAt: at(0), startBy: at(3), waitsUntil: at(1), baseline: { kind: 'qemu', node: 'pve1', hasProcess: false, values: { name: 'x' } }, quarantine: { tagged: true, poweredOff: false } };

const aclOf = (world: Destroying): readonly AclRow[] => [
  ...(world.user ? [{ path: `/vms/${vmid}`, role: names.role, holderKind: 'user' as const, holder: 'sluice-destroy@pve', propagate: false }] : []),
  ...(world.token ? [{ path: `/vms/${vmid}`, role: names.role, holderKind: 'token' as const, holder: names.destroyTokenId, propagate: false }] : []),
];

export function executorModel(holes: Holes = {}): Model<Destroying> {
  const away: Hand = { place: 'away', fence: 0, deleteOnItsWay: false };
  const facts = (world: Destroying, role: RequestFacts['role']): RequestFacts => ({
    now: at(world.clock), role, terms, approveBy: at(9), recordRemoved: false, standing: world.approvalStands ? 1 : 0, vetoes: 0, frozen: world.frozen, hasTombstone: true, otherDestroying: false, destroysThisHour: world.sent, humanNeededFirst: false, destroyConfirmed: world.row === 'confirmed',
  });
  const move = (world: Destroying, event: RequestEvent, role: RequestFacts['role'], bump: number): Destroying | null => {
    const moved = nextRequest(world.request, event, facts(world, role));
    return moved.ok ? { ...world, request: moved.value, fence: world.fence + bump } : null;
  };
  const withHand = (world: Destroying, index: 0 | 1, hand: Partial<Hand>): Destroying => {
    const changed = { ...world.hands[index], ...hand };
    return { ...world, hands: index === 0 ? [changed, world.hands[1]] : [world.hands[0], changed] };
  };
  const rowMoves = (world: Destroying, ...events: readonly Parameters<typeof nextEffect>[1][]): Destroying | null => {
    let state = { state: world.row ?? 'intended', outcome: because, upid: null, observed: '' } as unknown as EffectState;
    for (const event of events) {
      const next = nextEffect(state, event);
      if (!next.ok) return null;
      state = next.value;
    }
    return { ...world, row: state.state };
  };
  const isOurs = (world: Destroying): boolean => world.there === 'ours' && !world.changed;

  const stepOf = (world: Destroying, index: 0 | 1): readonly (readonly [string, Destroying | null])[] => {
    const hand = world.hands[index];
    const mine = holes.noFence === true || hand.fence === world.fence;
    const steps: (readonly [string, Destroying | null])[] = [];
    const who = `deleter ${index + 1}`;
    if (hand.place !== 'away') steps.push([`${who} dies`, withHand(world, index, { place: 'away' })]);
    if (hand.deleteOnItsWay) {
      const executes = world.there !== 'nobody' && world.user && world.token;
      steps.push([`the DELETE of ${who} arrives: ${executes ? `${world.there} goes` : 'refused, 403'}`, { ...withHand(world, index, { deleteOnItsWay: false }), ...(executes ? { there: 'nobody' as const, user: false, token: false, victims: [...world.victims, `${world.there}${world.changed ? ', changed' : ''}`] } : {}) }]);
    }
    if (hand.place === 'away') {
      if (world.request.state === 'waiting' && isOurs(world) && judgeLoans(aclOf(world), names, []).unexplained.length === 0) {
        const begun = move(world, { event: 'destroy' }, 'deleter', 1);
        if (begun !== null) steps.push([`${who} begins`, withHand(begun, index, { place: 'begun', fence: begun.fence })]);
      }
      // A start: takes over what stands in destroying, takes the loan back, settles the DELETE by looking.
      if (world.request.state === 'destroying' && world.fence < 5) {
        const taken = { ...world, fence: world.fence + 1 };
        const nothingSent = holes.resends === true || world.lends === 0 && (world.row === null || world.row === 'intended');
        steps.push([`${who} starts and takes over`, withHand(taken, index, { place: nothingSent ? 'begun' : 'failed', fence: taken.fence })]);
      }
      return steps;
    }
    switch (hand.place) {
      case 'begun': if (mine && !world.frozen) steps.push(isOurs(world) ? [`${who} lends the user half`, { ...withHand(world, index, { place: 'lent-user' }), user: true, lends: 1 }] : [`${who} sees that it is not what it was`, withHand(world, index, { place: 'failed' })]); break;
      case 'lent-user': if (mine && !world.frozen) steps.push(isOurs(world) ? [`${who} lends the token half`, { ...withHand(world, index, { place: 'lent-token' }), token: true, lends: 2 }] : [`${who} sees that it is not what it was`, withHand(world, index, { place: 'failed' })]); break;
      case 'lent-token': if (mine) steps.push((isOurs(world) || holes.skipsRecheck === true) && world.user && world.token ? [`${who} looks once more: it is the same guest`, withHand(world, index, { place: 'checked' })] : [`${who} looks once more and stops`, withHand(world, index, { place: 'failed' })]); break;
      case 'checked': {
        if (!mine) break;
        if (world.frozen) steps.push([`${who} is stopped by the freeze`, withHand(world, index, { place: 'failed' })]);
        else if (world.row === null || (holes.resends === true && world.sent < 3)) {
          const called = holes.resends === true ? { ...world, row: 'called' as const } : rowMoves({ ...world, row: 'intended' }, { event: 'call' });
          if (called !== null) steps.push([`${who} writes the row and sends the DELETE`, { ...withHand(called, index, { place: 'called', deleteOnItsWay: true }), sent: world.sent + 1, callWhileFrozen: world.callWhileFrozen || world.frozen }]);
        }
        break;
      }
      case 'called': {
        if (!mine || hand.deleteOnItsWay) break;
        if (world.there === 'nobody') {
          const confirmed = rowMoves(world, { event: 'confirm', outcome: {} });
          const done = confirmed === null ? null : move(confirmed, { event: 'destroyed' }, 'deleter', 1);
          if (done !== null) steps.push([`${who} reads back that it is gone`, withHand(done, index, { place: 'away' })]);
        } else steps.push([`${who} reads the refusal`, withHand(rowMoves(world, { event: 'refuse', refusal: because }) ?? world, index, { place: 'failed' })]);
        break;
      }
      case 'failed': if (mine) steps.push([`${who} takes the user half back`, { ...withHand(world, index, { place: 'user-back' }), user: holes.keepsLoan === true ? world.user : false }]); break;
      case 'user-back': {
        if (!mine) break;
        const back: Destroying = { ...world, token: holes.keepsLoan === true ? world.token : false };
        const gone = back.there === 'nobody';
        // A DELETE that was called is settled by looking, with both halves taken back it can do nothing any more.
        const settled = back.row === 'called' ? rowMoves(back, { event: 'lose', observed: '' }, gone ? { event: 'confirm', outcome: {} } : { event: 'refuse', refusal: because }) : back;
        if (settled === null) break;
        const ended = settled.row === 'confirmed' ? move(settled, { event: 'destroyed' }, 'deleter', 1) : move(settled, gone ? { event: 'gone', refusal: because } : { event: 'surprise', refusal: because }, 'deleter', 1);
        if (ended !== null) steps.push([`${who} takes the token half back and ends it as ${ended.request.state}`, withHand(ended, index, { place: 'away' })]);
        break;
      }
    }
    return steps;
  };

  return {
    initial: { clock: 0, frozen: false, approvalStands: true, request: waiting, fence: 1, row: null, lends: 0, hands: [away, away], there: 'ours', changed: false, user: false, token: false, sent: 0, victims: [], wasCancelled: false, callWhileFrozen: false },
    moves(world) {
      const cancelled = move(world, { event: 'cancel', refusal: because }, 'api', 1);
      const expired = move(world, { event: 'expire' }, 'scheduler', 1);
      const all: (readonly [string, Destroying | null])[] = [
        ['a second passes', world.clock < 4 ? { ...world, clock: world.clock + 1 } : null],
        ['somebody cancels', cancelled === null ? null : { ...cancelled, wasCancelled: true }],
        ['it expires', expired],
        [world.frozen ? 'somebody unfreezes' : 'somebody freezes', { ...world, frozen: !world.frozen }],
        ['the approver loses the right', world.approvalStands ? { ...world, approvalStands: false } : null],
        ['somebody changes the guest', world.there === 'ours' && !world.changed ? { ...world, changed: true } : null],
        ['somebody recycles the VMID', world.there === 'ours' ? { ...world, there: 'successor', changed: false, user: false, token: false } : null],
        ...stepOf(world, 0), ...stepOf(world, 1),
      ];
      return all.flatMap(([label, next]) => (next === null ? [] : [[label, next] as const]));
    },
    broken(world) {
      if (world.sent > 1) return 'P27: a second DELETE was sent for one request';
      if (world.victims.some((victim) => victim.startsWith('successor'))) return 'P15: the successor under the VMID was destroyed';
      if (world.wasCancelled && world.sent > 0) return 'P22: a DELETE was sent for a cancelled request';
      if (world.request.state === 'destroyed' && world.victims.length === 0) return 'P11: called destroyed, and nobody of ours was';
      if (isEnd(world.request.state) && world.request.state !== 'destroyed' && world.request.state !== 'gone-outside' && (world.user || world.token)) return `P15: the request ended as ${world.request.state} and the loan still stands`;
      if (world.request.state === 'needs-human' && world.victims.includes('ours') && world.there === 'nobody' && world.row === 'confirmed') return 'P11: destroyed and confirmed, and a human is asked';
      if (world.callWhileFrozen) return 'P31: a DELETE was called while everything was frozen';
      if (world.row === 'called' && isEnd(world.request.state)) return 'P26: the request ended with a DELETE that nobody settled';
      return null;
    },
  };
}
