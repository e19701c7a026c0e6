// Carries P7, P25, P28: jobs as rows, held by a fence and a lease, as the runtime logins on PostgreSQL.
import { Fixtures, type GuestFixture, type PlanFixture } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { EffectStore, type Holder, type Intent } from '../effects';
import { sqlState } from '../platform/database';
import type { Refusal } from '../kernel';
import { JobStore, Superseded } from './job.store';
import { JobsService } from './jobs.service';
import { LineStore } from './line.store';

let db: TestDatabase;
let make: Fixtures;
let worker: JobStore;
let api: JobStore;
let scheduler: JobStore;
beforeAll(async () => {
  db = await testDatabase();
  make = new Fixtures(db);
  [worker, api, scheduler] = [new JobStore(db.worker), new JobStore(db.api), new JobStore(db.scheduler)];
});
beforeEach(() => make.empty());
afterAll(() => db.drop());

const refusal: Refusal = { code: 'baseline.moved', summary: 's', observed: 'o', next: 'n' };
interface Made { readonly id: string; readonly plan: PlanFixture; readonly guests: readonly GuestFixture[] }
async function job(guests?: readonly GuestFixture[]): Promise<Made> {
  const [plan, on] = [await make.plan({ status: 'started' }), guests ?? [await make.guest()]];
  const id = await db.worker.transaction((tx) => worker.make(tx, { planId: plan.id, mergeId: null, steps: on.flatMap((guest, action) => [{ action, guestId: guest.guestId, kind: 'cores', title: 'cores' }, { action, guestId: guest.guestId, kind: 'stamp', title: 'stamp' }]) }));
  return { id, plan, guests: on };
}
async function claimed(id: string, by = 'w1'): Promise<Holder> {
  const claim = await worker.claim(id, by);
  if (claim === null) throw new Error('the job was not to be had');
  return claim.holder;
}
const expire = (id: string): Promise<number> => db.owner.change('update apply_jobs set lease_until = sluice_now() where id = $1', [id]);
const claims = async (id: string): Promise<number> => (await db.owner.one<{ n: number }>('select count(*)::integer as n from guest_claims where holder_id = $1 and released_at is null', [id])).n;
const stepStates = async (id: string): Promise<string[]> => (await worker.steps(id)).map((step) => step.state);
const planStatus = async (made: Made): Promise<string> => (await db.owner.one<{ status: string }>('select status from plan_states where plan_id = $1', [made.plan.id])).status;
const journal = async (id: string): Promise<string[]> => (await db.owner.rows<{ kind: string }>('select kind from journal_entries where subject = $1 order by seq', [`job:${id}`])).map((row) => row.kind);
const end = (holder: Holder, ...states: ('done' | 'refused' | 'diverged' | 'stuck')[]) => worker.leave(holder, { event: 'end', steps: states.map((state) => ({ action: 0, title: 't', state, refusal: state === 'done' ? null : refusal })) });

describe('who has a job', () => {
  it('P28 is one of ten who ask at once', async () => {
    const { id } = await job();
    const got = await Promise.all(Array.from({ length: 10 }, (_one, n) => worker.claim(id, `w${n}`)));
    expect(got.filter((claim) => claim !== null)).toHaveLength(1);
    expect((await worker.get(id))).toMatchObject({ state: 'running', fence: 1 });
  });

  it('P28 is nobody else while the lease holds, and somebody else once it ran out, under a higher fence', async () => {
    const { id } = await job();
    expect((await claimed(id)).fence).toBe(1);
    expect(await worker.claim(id, 'w2')).toBeNull();
    await expire(id);
    expect((await claimed(id, 'w2')).fence).toBe(2);
  });

  it('P28 stays who it is as long as its heart beats; a superseded one\'s beat says so and prolongs nothing', async () => {
    const { id } = await job();
    const first = await claimed(id);
    await expire(id);
    expect(await worker.heartbeat(first)).toBe(true);
    expect(await worker.claim(id, 'w2')).toBeNull();
    await expire(id);
    const second = await claimed(id, 'w2');
    await expire(id);
    expect([await worker.heartbeat(first), await worker.waiting()]).toEqual([false, [id]]);
    expect(await worker.heartbeat(second)).toBe(true);
    expect(await worker.waiting()).toEqual([]);
  });

  it('is nobody when the job has ended, is held, or does not exist', async () => {
    const { id } = await job();
    await end(await claimed(id), 'done');
    expect(await worker.claim(id, 'w2')).toBeNull();
    const other = await job();
    await worker.leave(await claimed(other.id), { event: 'hold', refusal });
    expect(await worker.claim(other.id, 'w2')).toBeNull();
    expect(await worker.claim('00000000-0000-4000-8000-000000000000', 'w2')).toBeNull();
  });
});

describe('P28 a superseded worker changes nothing', () => {
  const intent = (guest: GuestFixture): Intent => ({ step: '0:cores', kind: 'configure', cluster: guest.cluster, node: 'n1', vmid: guest.vmid, guestId: guest.guestId, request: { change: 'cores' } });
  async function superseded(): Promise<Made & { readonly first: Holder; readonly second: Holder }> {
    const made = await job();
    const first = await claimed(made.id);
    await expire(made.id);
    return { ...made, first, second: await claimed(made.id, 'w2') };
  }

  it('neither a step nor the job itself', async () => {
    const { id, first } = await superseded();
    const before = await worker.get(id);
    await expect(worker.moveStep(first, 0, ['waiting'], 'running')).rejects.toThrow(Superseded);
    await expect(end(first, 'done')).rejects.toThrow(Superseded);
    await expect(worker.leave(first, { event: 'break', refusal })).rejects.toThrow(Superseded);
    expect([await worker.get(id), await stepStates(id)]).toEqual([before, ['waiting', 'waiting']]);
    expect(await journal(id)).toEqual(['job.queued', 'job.running', 'job.running']);
  });

  it('no effect: it can intend none, and move none of those it began', async () => {
    const made = await job();
    const effects = new EffectStore(db.worker);
    const first = await claimed(made.id);
    const [guest] = made.guests;
    if (guest === undefined) throw new Error('no guest');
    const row = await effects.intend(first, intent(guest), 1);
    await expire(made.id);
    const second = await claimed(made.id, 'w2');
    expect(await effects.intend(first, { ...intent(guest), step: '1:stamp' }, 1).catch(sqlState)).toBe('SL028');
    expect(await effects.move(first, row, 'intended', { state: 'called' }).catch(sqlState)).toBe('SL028');
    expect((await effects.ofHolder('job', made.id)).map((effect) => [effect.step, effect.state])).toEqual([['0:cores', 'intended']]);
    await effects.move(second, row, 'intended', { state: 'called' });
    expect((await effects.latest(second, '0:cores'))?.state).toBe('called');
  });

  it('no line of the log', async () => {
    const { id, first, second } = await superseded();
    const lines = new LineStore(db.worker);
    await lines.add(first, [{ step: null, level: 'info', text: 'from the former' }]);
    await lines.add(second, [{ step: null, level: 'info', text: 'from the present one' }]);
    expect((await lines.read(id, 0)).map((line) => line.text)).toEqual(['from the present one']);
  });

  it('P25 a takeover leaves what was refused and stuck as it was', async () => {
    const made = await job([await make.guest(), await make.guest()]);
    const first = await claimed(made.id);
    await worker.moveStep(first, 0, ['waiting'], 'running');
    await worker.moveStep(first, 0, ['running'], 'refused', refusal);
    await worker.moveStep(first, 1, ['waiting'], 'skipped');
    await worker.moveStep(first, 2, ['waiting'], 'running');
    await expire(made.id);
    await claimed(made.id, 'w2');
    expect(await stepStates(made.id)).toEqual(['refused', 'skipped', 'running', 'waiting']);
  });
});

describe('P7 a guest is worked at by one', () => {
  it('refuses a second job on a guest that a job holds, and lets it when the first ended', async () => {
    const first = await job();
    await expect(job(first.guests)).rejects.toThrow('one_live_claim_per_guest');
    await end(await claimed(first.id), 'done');
    await expect(job(first.guests)).resolves.toBeDefined();
  });

  it.each([['done', 0, 'done'], ['refused', 0, 'stuck'], ['diverged', 0, 'diverged'], ['stuck', 1, 'stuck']] as const)('a job that ends %s keeps %i guests and makes its plan %s', async (state, kept, plan) => {
    const made = await job();
    expect(await end(await claimed(made.id), state)).toBe(state);
    expect([await claims(made.id), await planStatus(made)]).toEqual([kept, plan]);
  });

  it('a held job keeps its guests and its plan', async () => {
    const made = await job();
    await worker.leave(await claimed(made.id), { event: 'hold', refusal });
    expect([await claims(made.id), await planStatus(made), (await worker.get(made.id))?.refusal]).toEqual([1, 'started', refusal]);
  });
});

describe('going on', () => {
  it('P25 a person resumes: what was refused, stuck or skipped is tried again, what is done is not', async () => {
    const made = await job([await make.guest(), await make.guest()]);
    const first = await claimed(made.id);
    for (const [ordinal, state] of [[0, 'done'], [1, 'stuck'], [2, 'refused']] as const) {
      await worker.moveStep(first, ordinal, ['waiting'], 'running');
      await worker.moveStep(first, ordinal, ['running'], state, state === 'done' ? null : refusal);
    }
    await worker.moveStep(first, 3, ['waiting'], 'skipped');
    await end(first, 'stuck');
    expect(await db.api.transaction((tx) => api.resume(tx, made.id, 'person:x'))).toMatchObject({ state: 'queued', refusal: null, endedAt: null });
    await claimed(made.id, 'w2');
    expect(await stepStates(made.id)).toEqual(['done', 'waiting', 'waiting', 'waiting']);
    expect(await journal(made.id)).toEqual(expect.arrayContaining(['job.stuck', 'job.resumed']));
  });

  it('P7 a resume takes the guests again, or is refused when other work has one by now', async () => {
    const made = await job();
    await end(await claimed(made.id), 'refused');
    expect(await claims(made.id)).toBe(0);
    const other = await job(made.guests);
    const service = new JobsService(db.api, api, new LineStore(db.api));
    expect(await service.resume(made.id, 'person:x')).toMatchObject({ ok: false, error: { code: 'guest.claimed' } });
    expect([(await api.get(made.id))?.state, await claims(made.id)]).toEqual(['refused', 0]);
    await end(await claimed(other.id), 'done');
    expect(await service.resume(made.id, 'person:x')).toMatchObject({ ok: true, value: { state: 'queued' } });
    expect(await claims(made.id)).toBe(1);
  });

  it.each(['done', 'diverged'] as const)('P7 a resume of a %s job changes nothing: its guests stay free', async (state) => {
    const made = await job();
    await end(await claimed(made.id), state);
    expect(await db.api.transaction((tx) => api.resume(tx, made.id, 'person:x'))).toBeNull();
    expect([(await api.get(made.id))?.state, await claims(made.id)]).toEqual([state, 0]);
    expect(await new JobsService(db.api, api, new LineStore(db.api)).resume(made.id, 'person:x')).toMatchObject({ ok: false, error: { code: 'job.not-resumable', observed: `it is ${state}` } });
  });

  it('two people who resume at once are one resume', async () => {
    const made = await job();
    await end(await claimed(made.id), 'refused');
    const service = new JobsService(db.api, api, new LineStore(db.api));
    const both = await Promise.all([service.resume(made.id, 'person:x'), service.resume(made.id, 'person:y')]);
    expect(both.filter((one) => one.ok)).toHaveLength(1);
    expect(await journal(made.id)).toEqual(['job.queued', 'job.running', 'job.refused', 'job.resumed']);
  });

  it('P31 the scheduler lets held jobs go on, but not in a freeze, and it is no resume: what was refused stays so', async () => {
    const made = await job([await make.guest(), await make.guest()]);
    const holder = await claimed(made.id);
    await worker.moveStep(holder, 0, ['waiting'], 'running');
    await worker.moveStep(holder, 0, ['running'], 'refused', refusal);
    await worker.leave(holder, { event: 'hold', refusal });
    const person = await make.person({ permissions: ['operate'] });
    const freeze = await db.api.one<{ id: string }>(`insert into freezes (frozen_by, reason) values ($1, 'r') returning id`, [person]);
    expect(await scheduler.waiting()).toEqual([]);
    const second = await make.person({ permissions: ['operate'] });
    await db.api.change(`update freezes set unfrozen_by = $2, unfrozen_at = sluice_now(), unfreeze_reason = 'r' where id = $1`, [freeze.id, second]);
    expect(await scheduler.waiting()).toEqual([made.id]);
    await claimed(made.id, 'w2');
    expect(await stepStates(made.id)).toEqual(['refused', 'waiting', 'waiting', 'waiting']);
    expect(await journal(made.id)).toEqual(['job.queued', 'job.running', 'step.running', 'step.refused', 'job.held', 'job.queued', 'job.running']);
  });

  it('finds jobs that wait for a worker: queued ones and those of a dead worker, no others', async () => {
    const [queued, dead, busy] = [await job(), await job(), await job()];
    await claimed(dead.id);
    await claimed(busy.id);
    await expire(dead.id);
    expect([...(await scheduler.waiting())].sort()).toEqual([queued.id, dead.id].sort());
  });
});

describe('a reverted branch', () => {
  it('takes back its jobs that nobody works at: refused with the reason, guests let go; one that runs is left', async () => {
    const merge = await make.merge({ branchId: 77 });
    const [waiting, running] = [await make.job({ mergeId: merge }), await make.job({ mergeId: merge, state: 'running' })];
    expect(await db.worker.transaction((tx) => worker.withdraw(tx, 'main', 77, refusal))).toEqual([waiting]);
    expect(await worker.get(waiting)).toMatchObject({ state: 'refused', refusal });
    expect((await worker.get(running))?.state).toBe('running');
    expect(await claims(waiting)).toBe(0);
    expect(await claimed(waiting).then(() => 'claimed', () => 'not to be had')).toBe('not to be had');
  });

  it('leaves nothing to resume of a job that ended in part, once the revert was dealt with', async () => {
    const merge = await make.merge({ branchId: 78 });
    const id = await make.job({ mergeId: merge });
    const reverted = (state: string) => db.owner.change(`insert into merges (netbox, branch_id, branch_name, kind, occurred_at, person, state) select netbox, branch_id, branch_name, 'reverted', occurred_at + interval '1 hour', person, $2 from merges where id = $1 on conflict (netbox, branch_id, kind, occurred_at) do update set state = excluded.state`, [merge, state]);
    expect(await api.isTakenBack(id)).toBe(false);
    await reverted('told');
    expect(await api.isTakenBack(id)).toBe(false);
    await reverted('nothing');
    expect(await api.isTakenBack(id)).toBe(true);
    await db.owner.change(`update apply_jobs set state = 'refused', refusal = $2, ended_at = sluice_now() where id = $1`, [id, JSON.stringify(refusal)]);
    expect(await new JobsService(db.api, api, new LineStore(db.api)).resume(id, 'person:x')).toMatchObject({ ok: false, error: { code: 'job.reverted' } });
  });
});

describe('a job that ends before it begins', () => {
  it('P12 is there to be seen, with its reason, and holds no guest', async () => {
    const plan = await make.plan({ status: 'ready' });
    const merge = await make.merge();
    const id = await db.worker.transaction((tx) => worker.makeRefused(tx, plan.id, merge, refusal));
    expect(await worker.get(id)).toMatchObject({ state: 'refused', refusal, mergeId: merge });
    expect([await claims(id), await worker.steps(id), await journal(id)]).toEqual([0, [], ['job.refused']]);
    expect(await worker.ofPlan(plan.id)).toBe(true);
  });

  it('P4 a plan has one job', async () => {
    const made = await job();
    await expect(db.worker.transaction((tx) => worker.make(tx, { planId: made.plan.id, mergeId: null, steps: [] }))).rejects.toThrow('unique');
  });
});
