import fc from 'fast-check';
import type { Instant } from '../../kernel';
import { isEnd, stateNames, type DeletionTerms, type RequestState } from './request';
import { moves, nextRequest, type ProcessRole, type RequestEvent, type RequestFacts } from './transitions';

const at = (second: number): Instant => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString() as Instant;
const terms: DeletionTerms = { threshold: 1, windowSeconds: 100, approveWithinSeconds: 50, startWithinSeconds: 20, maxPerHour: 3, powerOff: 'refuse' };
const good: RequestFacts = { now: at(200), role: 'deleter', terms, approveBy: at(1000), recordRemoved: false, standing: 1, vetoes: 0, frozen: false, hasTombstone: true, otherDestroying: false, destroysThisHour: 0, humanNeededFirst: false, destroyConfirmed: true };
const baseline = { kind: 'qemu', node: 'pve1', hasProcess: false, values: { name: 'x' } } as const;
const waiting: RequestState = { state: 'waiting', approvedAt: at(100), startBy: at(220), waitsUntil: at(200), baseline, quarantine: { tagged: true, poweredOff: false } };
const because = { code: 'x', summary: 'x', observed: 'x', next: 'x' };
const events: readonly RequestEvent[] = [
  { event: 'prepared' }, { event: 'refuse', refusal: because }, { event: 'approve' }, { event: 'veto', refusal: because }, { event: 'cancel', refusal: because }, { event: 'expire' }, { event: 'gone', refusal: because },
  { event: 'quarantine' }, { event: 'wait', baseline, quarantine: { tagged: true, poweredOff: false } }, { event: 'surprise', refusal: because }, { event: 'destroy' }, { event: 'destroyed' },
];
const stateOf = (name: (typeof stateNames)[number]): RequestState => ({ ...waiting, refusal: because, undo: 'none', state: name }) as unknown as RequestState;

describe('the moves of a deletion request', () => {
  it('lead nowhere from an end, for nobody', () => {
    for (const name of stateNames.filter(isEnd)) {
      expect(moves[name]).toBeUndefined();
      for (const event of events) for (const role of ['api', 'worker', 'deleter', 'scheduler'] as const) expect(nextRequest(stateOf(name), event, { ...good, role, vetoes: 1, now: at(5000) }).ok).toBe(false);
    }
  });

  it('P16 let only the deleter come near destroying and destroyed', () => {
    for (const targets of Object.values(moves)) for (const name of ['destroying', 'destroyed'] as const) if (targets[name] !== undefined) expect(targets[name]).toEqual(['deleter']);
  });

  it('P22 begin a destroy when everything holds', () => {
    expect(nextRequest(waiting, { event: 'destroy' }, good)).toEqual({ ok: true, value: { ...waiting, state: 'destroying' } });
  });

  it.each<[string, Partial<RequestFacts>, string]>([
    ['P22 the window is open', { now: at(199) }, 'deletion.window-open'], ['P8 its time to start has passed', { now: at(220) }, 'deletion.expired'], ['P18 there is a veto', { vetoes: 1 }, 'deletion.vetoed'],
    ['P19 approvals do not stand', { standing: 0 }, 'deletion.approval-void'], ['P31 everything is frozen', { frozen: true }, 'freeze.on'], ['P24 there is no tombstone', { hasTombstone: false }, 'deletion.no-tombstone'],
    ['P23 another is being destroyed', { otherDestroying: true }, 'deletion.one-at-a-time'], ['P23 enough were destroyed', { destroysThisHour: 3 }, 'deletion.too-many'], ['P23 a surprise waits for a human', { humanNeededFirst: true }, 'deletion.human-first'],
    ['P16 the worker asks', { role: 'worker' }, 'deletion.not-your-move'],
  ])('do not begin a destroy when %s', (_what, fact, code) => {
    const next = nextRequest(waiting, { event: 'destroy' }, { ...good, ...fact });
    expect(next.ok ? 'begun' : next.error.code).toBe(code);
  });

  it.each<[string, RequestState, RequestEvent]>([
    ['a quarantine', { state: 'approved', approvedAt: at(100), startBy: at(220) }, { event: 'quarantine' }],
    ['a window', { state: 'quarantining', approvedAt: at(100), startBy: at(220) }, { event: 'wait', baseline, quarantine: { tagged: true, poweredOff: false } }],
  ])('P8 do not begin %s when the time to start has passed', (_what, from, event) => {
    const codeAt = (second: number) => { const next = nextRequest(from, event, { ...good, role: 'worker', now: at(second) }); return next.ok ? 'begun' : next.error.code; };
    expect([codeAt(219), codeAt(220)]).toEqual(['begun', 'deletion.expired']);
  });

  it('P11 do not call it destroyed without a confirmed destroy', () => {
    expect(nextRequest({ ...waiting, state: 'destroying' }, { event: 'destroyed' }, { ...good, destroyConfirmed: false }).ok).toBe(false);
  });

  it('P22 accept a cancel in every state before destroying, and none from there on', () => {
    const accepted = (role: ProcessRole) => stateNames.filter((name) => nextRequest(stateOf(name), { event: 'cancel', refusal: because }, { ...good, role }).ok);
    expect(accepted('api')).toEqual(['requested', 'in-review', 'approved', 'quarantining', 'waiting']);
  });

  it('P24 leave an undo behind exactly where something has to be put back', () => {
    const undoAfter = (name: (typeof stateNames)[number], recordRemoved: boolean) => {
      const next = nextRequest(stateOf(name), { event: 'cancel', refusal: because }, { ...good, role: 'api', recordRemoved });
      return next.ok && 'undo' in next.value ? next.value.undo : null;
    };
    expect(['requested', 'in-review', 'approved', 'quarantining', 'waiting'].map((name) => [undoAfter(name as 'waiting', false), undoAfter(name as 'waiting', true)])).toEqual([['none', 'pending'], ['none', 'pending'], ['none', 'pending'], ['pending', 'pending'], ['pending', 'pending']]);
  });

  it('P8 P22 never make a window shorter than its terms, whatever the clock says', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 1, max: 864_000 }), (second, micros, windowSeconds) => {
      const now = (after: number): Instant => `${new Date((second + after) * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z` as Instant;
      const facts = { ...good, role: 'api' as const, now: now(0), approveBy: now(10), terms: { ...terms, windowSeconds } };
      const approved = nextRequest({ state: 'in-review' }, { event: 'approve' }, facts);
      if (!approved.ok || approved.value.state !== 'approved') throw new Error('not approved');
      const waits = nextRequest({ ...approved.value, state: 'quarantining' }, { event: 'wait', baseline, quarantine: { tagged: true, poweredOff: false } }, { ...facts, role: 'worker', now: now(1) });
      if (!waits.ok || waits.value.state !== 'waiting') throw new Error('not waiting');
      expect(Date.parse(waits.value.waitsUntil) - Date.parse(waits.value.approvedAt)).toBeGreaterThanOrEqual(windowSeconds * 1000);
      expect(Date.parse(waits.value.approvedAt)).toBeLessThanOrEqual(Date.parse(facts.now));
    }));
  });
});
