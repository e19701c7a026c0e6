// Carries P25, P29: the moves of a job, in code and in the database, and how a job ends from how its steps ended.
import fc from 'fast-check';
import { Fixtures } from '../../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../../test/setup/test-database';
import type { Refusal } from '../../kernel';
import { sqlState } from '../../platform/database';
import { endOf, nextJob, planAfter, type JobEvent, type JobState, type StepEnd, type StepState } from './job';

const jobStates: readonly JobState[] = ['queued', 'running', 'held', 'partial', 'done', 'refused', 'diverged', 'stuck'];
const stepStates: readonly StepState[] = ['waiting', 'running', 'done', 'refused', 'diverged', 'stuck', 'skipped'];
const why = (code: string): Refusal => ({ code, summary: 's', observed: 'o', next: 'n' });
const step = (state: StepState, number = 0): StepEnd => ({ action: 0, title: `step ${number}`, state, refusal: state === 'done' ? null : why(`${state}-${number}`) });

describe('how a job ends', () => {
  it.each<[string, readonly StepState[], JobState, string | null]>([
    ['everything done', ['done', 'done'], 'done', null],
    ['nothing to do', [], 'done', null],
    ['one refused, nothing done', ['refused', 'skipped'], 'refused', 'refused-0'],
    ['one refused after another was done', ['done', 'refused', 'skipped'], 'partial', 'refused-1'],
    ['diverged beats refused', ['done', 'refused', 'diverged'], 'diverged', 'diverged-2'],
    ['stuck beats diverged', ['diverged', 'stuck', 'refused'], 'stuck', 'stuck-1'],
    ['the first of two refusals is named', ['refused', 'refused'], 'refused', 'refused-0'],
    ['a step still waiting is never called done', ['done', 'waiting'], 'stuck', 'waiting-1'],
    ['a step still running is never called done', ['running'], 'stuck', 'running-0'],
    ['a step skipped without a reason is never called done', ['done', 'skipped'], 'stuck', 'skipped-1'],
  ])('%s', (_words, states, state, code) => {
    const end = endOf(states.map(step));
    expect([end.state, end.refusal?.code ?? null]).toEqual([state, code]);
  });

  it('is done exactly when every step is done, whatever the steps are', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(...stepStates)), (states) => {
      const end = endOf(states.map(step));
      expect(end.state === 'done').toBe(states.every((state) => state === 'done'));
      expect(end.refusal === null).toBe(end.state === 'done');
      expect(end.state === 'stuck').toBe(states.includes('stuck') || (!states.includes('diverged') && !states.includes('refused') && states.some((state) => state !== 'done')));
    }));
  });

  it('tells a reason even when a step kept none', () => {
    expect(endOf([{ action: 0, title: 'create web-01', state: 'stuck', refusal: null }]).refusal).toMatchObject({ code: 'apply.stuck', summary: expect.stringContaining('create web-01') });
  });

  it('lets the plan wait with a job that can be resumed, and ends it with the others', () => {
    expect(jobStates.map((state) => [state, planAfter(state)])).toEqual([['queued', 'stuck'], ['running', 'stuck'], ['held', 'stuck'], ['partial', 'stuck'], ['done', 'done'], ['refused', 'stuck'], ['diverged', 'diverged'], ['stuck', 'stuck']]);
  });
});

const events: readonly JobEvent[] = [
  { event: 'claim' }, { event: 'hold', refusal: why('hold') }, { event: 'break', refusal: why('break') }, { event: 'resume' }, { event: 'withdraw', refusal: why('withdraw') },
  ...(['done', 'refused', 'diverged', 'stuck'] as const).map((state): JobEvent => ({ event: 'end', steps: [step(state)] })), { event: 'end', steps: [step('done'), step('refused', 1)] },
];
const moves = new Set(jobStates.flatMap((from) => events.flatMap((event) => {
  const to = nextJob(from, event);
  return to.ok && to.value.state !== from ? [`${from} -> ${to.value.state}`] : [];
})));

describe('the moves of a job', () => {
  it('are these and no others', () => {
    expect([...moves].sort()).toEqual([
      'held -> queued', 'held -> refused', 'partial -> queued', 'queued -> held', 'queued -> refused', 'queued -> running', 'refused -> queued',
      'running -> diverged', 'running -> done', 'running -> held', 'running -> partial', 'running -> refused', 'running -> stuck', 'stuck -> queued',
    ]);
  });

  it('P29 lead nowhere from done and from diverged: what was done otherwise than planned is planned anew', () => {
    for (const state of ['done', 'diverged'] as const) for (const event of events) expect(nextJob(state, event)).toMatchObject({ ok: false, error: { code: 'apply.impossible-move', observed: state } });
  });

  it('say of a resume that cannot be which jobs can', () => {
    expect(nextJob('running', { event: 'resume' })).toMatchObject({ ok: false, error: { next: expect.stringContaining('held, stuck, partial or refused') } });
  });
});

describe('the database repeats them', () => {
  let db: TestDatabase;
  let make: Fixtures;
  beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); });
  afterAll(() => db.drop());

  it('P25 refuses every move that the code does not make, but for one that nobody makes', async () => {
    const id = await make.job();
    const columns = `state = $2, worker = case when $2 = 'running' then 'w' end, lease_until = case when $2 = 'running' then sluice_now() end, refusal = case when $2 in ('refused', 'diverged', 'partial', 'stuck', 'held') then '{}'::jsonb end,
      ended_at = case when $2 in ('done', 'refused', 'diverged', 'partial', 'stuck') then sluice_now() end`;
    const allowed: string[] = [];
    for (const from of jobStates) {
      for (const to of jobStates.filter((state) => state !== from)) {
        await db.owner.transaction(async (tx) => {
          await tx.rows('set local session_replication_role = replica');
          await tx.change(`update apply_jobs set ${columns} where id = $1`, [id, from]);
        });
        await db.worker.change(`update apply_jobs set ${columns} where id = $1`, [id, to]).then(() => allowed.push(`${from} -> ${to}`), (trouble: unknown) => expect(sqlState(trouble)).toBe('SL002'));
      }
    }
    expect(allowed.filter((move) => !moves.has(move))).toEqual(['running -> queued']);
    expect([...moves].filter((move) => !allowed.includes(move))).toEqual([]);
  });

  it('P28 lets no fence go back', async () => {
    const id = await make.job({ state: 'running' });
    await expect(db.worker.change('update apply_jobs set fence = 0 where id = $1', [id])).rejects.toThrow('a fence never goes back');
  });
});
