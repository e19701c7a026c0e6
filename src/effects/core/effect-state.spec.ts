// Carries P25, P26: what may become of a write, in code and in the trigger that repeats it.
import fc from 'fast-check';
import { Fixtures } from '../../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../../test/setup/test-database';
import type { Refusal, Upid } from '../../kernel';
import { sqlState } from '../../platform/database';
import { nextEffect, type EffectEvent, type EffectState } from './effect-state';

const upid = 'UPID:pve1:00001234:0000ABCD:65000000:qmcreate:5001:sluice-create@pve!create:' as Upid;
const refusal: Refusal = { code: 'c', summary: 's', observed: 'o', next: 'n' };
const states: readonly EffectState[] = [
  { state: 'intended' }, { state: 'called' }, { state: 'accepted', upid }, { state: 'confirmed', outcome: {} }, { state: 'refused', outcome: refusal }, { state: 'unknown', upid: null, observed: 'reset' }, { state: 'diverged', outcome: refusal },
];
const events: readonly EffectEvent[] = [
  { event: 'not-sent', refusal }, { event: 'call' }, { event: 'accept', upid }, { event: 'confirm', outcome: { digest: 'x' } }, { event: 'refuse', refusal }, { event: 'lose', observed: 'timeout' }, { event: 'diverge', refusal },
];
const moves = states.flatMap((from) => events.flatMap((event) => {
  const to = nextEffect(from, event);
  return to.ok ? [`${from.state} -> ${to.value.state}`] : [];
})).sort();

it('P25 goes these ways and no others', () => {
  expect(moves).toEqual([
    'accepted -> confirmed', 'accepted -> diverged', 'accepted -> refused', 'accepted -> unknown',
    'called -> accepted', 'called -> confirmed', 'called -> diverged', 'called -> refused', 'called -> unknown',
    'intended -> called', 'intended -> refused', 'unknown -> confirmed', 'unknown -> diverged', 'unknown -> refused',
  ]);
});

it('P26 never calls twice: whatever happens, `called` is entered once and no settled state is left', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...events), { maxLength: 20 }), (sequence) => {
    let state: EffectState = { state: 'intended' };
    let calls = 0;
    let settled: string | null = null;
    for (const event of sequence) {
      const next = nextEffect(state, event);
      if (!next.ok) continue;
      expect(settled).toBeNull();
      state = next.value;
      if (state.state === 'called') calls += 1;
      if (state.state === 'confirmed' || state.state === 'refused' || state.state === 'diverged') settled = state.state;
    }
    expect(calls).toBeLessThanOrEqual(1);
  }));
});

it('P26 keeps the task of a write whose end was lost, and an unknown without a task says so', () => {
  expect(nextEffect({ state: 'accepted', upid }, { event: 'lose', observed: 'node down' })).toEqual({ ok: true, value: { state: 'unknown', upid, observed: 'node down' } });
  expect(nextEffect({ state: 'called' }, { event: 'lose', observed: 'reset' })).toEqual({ ok: true, value: { state: 'unknown', upid: null, observed: 'reset' } });
});

it('P26 does not take "not sent" for an answer once something was sent', () => {
  for (const from of states.filter((state) => state.state !== 'intended')) expect(nextEffect(from, { event: 'not-sent', refusal })).toMatchObject({ ok: false, error: { code: 'effect.impossible-move' } });
});

describe('the database repeats them', () => {
  let db: TestDatabase;
  let make: Fixtures;
  beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); });
  afterAll(() => db.drop());

  it('P25 takes exactly the same moves', async () => {
    const job = await make.job({ state: 'running' });
    const { id } = await make.effect({ holderKind: 'job', holderId: job, guest: await make.guest() });
    const columns = `state = $2, called_at = case when $2 in ('intended') then null else coalesce(called_at, sluice_now()) end, upid = case when $2 = 'accepted' then coalesce(upid, 'UPID') else upid end,
      settled_at = case when $2 in ('confirmed', 'refused', 'diverged') then sluice_now() end, outcome = case when $2 in ('confirmed', 'refused', 'diverged') then '{}'::jsonb end`;
    const allowed: string[] = [];
    for (const from of states) {
      for (const to of states.filter((state) => state.state !== from.state)) {
        await db.owner.transaction(async (tx) => {
          await tx.rows('set local session_replication_role = replica');
          await tx.change(`update effects set ${columns} where id = $1`, [id, from.state]);
        });
        await db.worker.change(`update effects set ${columns} where id = $1`, [id, to.state]).then(() => allowed.push(`${from.state} -> ${to.state}`), (trouble: unknown) => expect(['SL001', 'SL002']).toContain(sqlState(trouble)));
      }
    }
    expect(allowed.sort()).toEqual(moves);
  });
});
