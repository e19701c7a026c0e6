import { Client } from 'pg';
import type { Instant } from '../../kernel';
import { testDatabase, type TestDatabase } from '../../../test/setup/test-database';
import { until } from '../../../test/setup/until';
import { silentLog, type Log } from '../log';
import { enqueue, startQueueWorker, taskNames, type Handlers, type QueueWorker, type TaskName } from '.';

let db: TestDatabase;
const workers: QueueWorker[] = [];
beforeAll(async () => { db = await testDatabase(); });
afterEach(async () => { for (const worker of workers.splice(0)) await worker.stop(); await db.owner.change('delete from graphile_worker._private_jobs'); });
afterAll(() => db.drop());

const handlersOf = (handle: (task: TaskName, id: string) => Promise<void> | void): Handlers => Object.fromEntries(taskNames.map((task) => [task, async (id: string) => { await handle(task, id); }])) as Handlers;
const begin = async (handle: (task: TaskName, id: string) => Promise<void> | void, more: { log?: Log; concurrency?: number; rollCallMillis?: number } = {}): Promise<QueueWorker> => {
  const worker = await startQueueWorker({ url: db.urlOf('worker'), handlers: handlersOf(handle), concurrency: 4, log: silentLog, ...more });
  workers.push(worker);
  return worker;
};
const gate = (): { open: () => void; passed: Promise<void> } => { let open = (): void => undefined; const passed = new Promise<void>((resolve) => { open = resolve; }); return { open, passed }; };
const waiting = async (): Promise<number> => (await db.owner.one<{ n: number }>('select count(*) as n from graphile_worker._private_jobs')).n;

/** A task held by a worker that is no longer there. */
const heldBy = (worker: string, id: string, queue: string | null = null): Promise<unknown> => db.owner.transaction(async (tx) => {
  await enqueue(tx, 'apply.run', id, queue === null ? {} : { queue });
  await tx.change('update graphile_worker._private_jobs set locked_by = $1, locked_at = now(), attempts = 1 where key = $2', [worker, `apply.run:${id}`]);
  if (queue !== null) await tx.change('update graphile_worker._private_job_queues set locked_by = $1, locked_at = now() where queue_name = $2', [worker, queue]);
});

describe('the queue', () => {
  it('hands a task out after the commit that asked for it, as the worker login, and not after a rollback', async () => {
    const seen: string[] = [];
    await begin((task, id) => void seen.push(`${task} ${id}`));
    await db.api.transaction(async (tx) => { await enqueue(tx, 'intent.plan', 'taken-back'); throw new Error('no'); }).catch(() => undefined);
    await db.api.transaction((tx) => enqueue(tx, 'intent.plan', 'kept'));
    await until(() => seen.length > 0);
    expect(seen).toEqual(['intent.plan kept']);
    await until(async () => (await waiting()) === 0);
  });

  it('makes one run of many hints while the task waits', async () => {
    for (let n = 0; n < 5; n += 1) await enqueue(db.api, 'merge.look', 'm1');
    const seen: string[] = [];
    await begin((_task, id) => void seen.push(id));
    await until(async () => (await waiting()) === 0);
    expect(seen).toEqual(['m1']);
  });

  it('P33 runs again afterwards when something was added while it ran', async () => {
    const [first, runs] = [gate(), [] as string[]];
    await begin(async (_task, id) => { runs.push(id); if (runs.length === 1) await first.passed; });
    await enqueue(db.api, 'merge.look', 'm2', { queue: 'merge:m2' });
    await until(() => runs.length === 1);
    await enqueue(db.api, 'merge.look', 'm2', { queue: 'merge:m2' });
    await enqueue(db.api, 'merge.look', 'm2', { queue: 'merge:m2' });
    expect(runs).toEqual(['m2']);
    first.open();
    await until(async () => (await waiting()) === 0);
    expect(runs).toEqual(['m2', 'm2']);
  });

  it('runs the tasks of one queue one after the other, in order, and others beside them', async () => {
    const [running, most, order] = [new Set<string>(), { now: 0 }, [] as string[]];
    const beside = gate();
    for (const id of ['a', 'b', 'c']) await enqueue(db.worker, 'apply.run', id, { queue: 'west' });
    await enqueue(db.worker, 'apply.run', 'other');
    await begin(async (_task, id) => {
      if (id === 'other') return beside.open();
      running.add(id);
      most.now = Math.max(most.now, running.size);
      order.push(id);
      await beside.passed;
      running.delete(id);
    });
    await until(() => order.length === 3);
    expect([most.now, order]).toEqual([1, ['a', 'b', 'c']]);
  });

  it('P26 never tries a failed task again, and tells its error', async () => {
    const told: string[] = [];
    let runs = 0;
    await begin(() => { runs += 1; throw new Error('the world is odd'); }, { log: { ...silentLog, error: (bindings, text) => void told.push(`${text}: ${String((bindings as { error?: Error }).error?.message)}`) } });
    await enqueue(db.api, 'apply.run', 'odd');
    await until(() => told.length > 0);
    await until(async () => (await waiting()) === 0);
    expect([runs, told]).toEqual([1, ['a task failed: the world is odd']]);
  });

  it('P8 waits for an instant of the database\'s clock, which a lab may shift', async () => {
    const seen: string[] = [];
    const in2h = (await db.owner.one<{ at: Instant }>("select sluice_now() + interval '2 hours' as at")).at;
    await enqueue(db.api, 'deletion.prepare', 'later', { runAt: in2h });
    expect(await db.owner.one("select run_at between now() + interval '119 minutes' and now() + interval '121 minutes' as waits from graphile_worker._private_jobs")).toEqual({ waits: true });
    await db.owner.change("update settings set clock_shift = interval '3 hours'");
    await begin((_task, id) => void seen.push(id));
    await enqueue(db.api, 'deletion.prepare', 'later', { runAt: in2h });
    await until(() => seen.length === 1);
    await db.owner.change("update settings set clock_shift = interval '0'");
  });

  it('refuses the deleter: a destroy never rides the queue', async () => {
    await expect(enqueue(db.deleter, 'deletion.undo', 'x')).rejects.toThrow('permission denied');
    await expect(startQueueWorker({ url: db.urlOf('deleter'), handlers: handlersOf(() => undefined), concurrency: 1, log: silentLog })).rejects.toThrow('permission denied');
    expect(taskNames.filter((task) => task.includes('destroy'))).toEqual([]);
  });
});

describe('workers that died', () => {
  it('P25 hands out again at start what a dead worker held, and opens the queue it had locked', async () => {
    await heldBy('pool-dead', 'half', 'west');
    await enqueue(db.api, 'apply.run', 'behind', { queue: 'west' });
    const seen: string[] = [];
    await begin((_task, id) => void seen.push(id));
    await until(() => seen.length === 2);
    expect(seen.sort()).toEqual(['behind', 'half']);
  });

  it('runs once, not twice, when a newer task under the same key already waits', async () => {
    await heldBy('pool-dead', 'twice');
    await enqueue(db.api, 'apply.run', 'twice');
    const seen: string[] = [];
    await begin((_task, id) => void seen.push(id));
    await until(async () => (await waiting()) === 0);
    expect(seen).toEqual(['twice']);
  });

  it('leaves alone what a living worker holds', async () => {
    const [hold, runs] = [gate(), [] as string[]];
    const first = await begin(async (_task, id) => { runs.push(`first ${id}`); await hold.passed; });
    await enqueue(db.api, 'apply.run', 'long');
    await until(() => runs.length === 1);
    await begin((_task, id) => void runs.push(`second ${id}`));
    expect(await db.owner.rows('select locked_by as by from graphile_worker._private_jobs')).toEqual([{ by: first.id }]);
    hold.open();
    await until(async () => (await waiting()) === 0);
    expect(runs).toEqual(['first long']);
  });

  it('P28 does not take itself for dead: what it is working at is not handed out again at its own roll calls', async () => {
    const [hold, runs] = [gate(), [] as string[]];
    await begin(async (_task, id) => { runs.push(id); if (id === 'long') await hold.passed; }, { rollCallMillis: 20 });
    await enqueue(db.api, 'intent.plan', 'long');
    await until(() => runs.length === 1);
    // What a dead worker held comes back by a roll call: when it runs, one has been made.
    for (const sign of ['first', 'second']) {
      await heldBy(`pool-dead-${sign}`, sign);
      await until(() => runs.includes(sign));
    }
    const seen = [...runs];
    hold.open();
    await until(async () => (await waiting()) === 0);
    expect(seen).toEqual(['long', 'first', 'second']);
    expect(runs).toEqual(['long', 'first', 'second']);
  });

  it('notices later, too, that another process died', async () => {
    const dying = new Client({ connectionString: db.urlOf('worker') });
    await dying.connect();
    await dying.query("select pg_advisory_lock(hashtextextended('sluice queue: pool-dying', 0))");
    await heldBy('pool-dying', 'orphan');
    const seen: string[] = [];
    await begin((_task, id) => void seen.push(id), { rollCallMillis: 30 });
    expect(await waiting()).toBe(1);
    await dying.end();
    await until(() => seen.length === 1);
  });

  it('counts as alive again after its session was cut', async () => {
    const worker = await begin(() => undefined);
    const lockHeld = async (): Promise<boolean> => !(await db.owner.one<{ free: boolean }>("select pg_try_advisory_xact_lock(hashtextextended('sluice queue: ' || $1, 0)) as free", [worker.id])).free;
    expect(await lockHeld()).toBe(true);
    await db.owner.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sluice queue roll' and datname = current_database()");
    await until(async () => !(await lockHeld()));
    await until(lockHeld);
  });
});
