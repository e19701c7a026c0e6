// Carries B14: what a listener of a job gets: every line once and in order, from wherever it left off, whatever happens to the
// connection that tells of news.
import { Fixtures } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { until } from '../../test/setup/until';
import type { Database } from '../platform/database';
import { JobEvents, type JobEvent } from './events';
import { JobStore } from './job.store';
import { LineStore, type Line } from './line.store';

let db: TestDatabase;
let make: Fixtures;
let jobs: JobStore;
let lines: LineStore;
let id: string;
const open: JobEvents[] = [];
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); jobs = new JobStore(db.worker); lines = new LineStore(db.worker); });
beforeEach(async () => { await make.empty(); id = await make.job({ state: 'running' }); });
afterEach(async () => { for (const events of open.splice(0)) await events.stop(); });
afterAll(() => db.drop());

interface Listener { readonly events: JobEvent[]; readonly lines: () => string[]; readonly ended: () => boolean; stop(): void }
function listen(events: JobEvents, after = 0, job = id): Listener {
  const seen: JobEvent[] = [];
  let ended = false;
  const subscription = events.follow(job, after).subscribe({ next: (event) => seen.push(event), complete: () => { ended = true; } });
  return { events: seen, ended: () => ended, stop: () => subscription.unsubscribe(), lines: () => seen.filter((event) => event.type === 'lines').flatMap((event) => (JSON.parse(event.data) as Line[]).map((line) => line.text)) };
}
async function begin(store: LineStore = new LineStore(db.api), from: Database = db.api): Promise<JobEvents> {
  const events = new JobEvents(from, new JobStore(db.api), store);
  open.push(events);
  await events.start();
  return events;
}
const holder = () => ({ id, fence: 1 });
const say = (...texts: string[]): Promise<void> => lines.add(holder(), texts.map((text) => ({ step: null, level: 'info' as const, text })));
const end = async (): Promise<void> => {
  await jobs.leave({ kind: 'job', id, fence: 1, actor: 'worker:test' }, { event: 'end', steps: [] });
};
const types = (listener: Listener): string[] => listener.events.map((event) => event.type);

it('gives what was said before, then what comes, and closes at the end of the job', async () => {
  await say('a', 'b');
  const listener = listen(await begin());
  await until(() => listener.lines().length === 2);
  await say('c');
  await until(() => listener.lines().length === 3);
  await end();
  await until(() => listener.ended(), 'the end');
  expect(listener.lines()).toEqual(['a', 'b', 'c']);
  expect(types(listener)).toEqual(['lines', 'state', 'lines', 'state', 'end']);
  expect(JSON.parse(listener.events.at(-1)?.data ?? '')).toMatchObject({ state: 'done' });
});

it('begins after the last line that the listener knows; ids are the numbers to go on from', async () => {
  await say('a', 'b', 'c');
  const listener = listen(await begin(), 2);
  await until(() => listener.lines().length === 1);
  expect([listener.lines(), listener.events[0]?.id]).toEqual([['c'], '3']);
});

it('tells everything and the end at once to who comes after the job ended', async () => {
  await say('a');
  await end();
  const listener = listen(await begin());
  await until(() => listener.ended(), 'the end');
  expect([listener.lines(), types(listener)]).toEqual([['a'], ['lines', 'state', 'end']]);
});

it('says `gap` and starts over when the listener knows more than there is', async () => {
  await say('a', 'b');
  const listener = listen(await begin(), 40);
  await until(() => listener.lines().length === 2);
  expect(types(listener).slice(0, 2)).toEqual(['gap', 'lines']);
  expect(JSON.parse(listener.events[0]?.data ?? '')).toEqual({ asked: 40, last: 2 });
});

it('gives two listeners of one job the same, each from where it left off, and reads the rows once for both', async () => {
  let reads = 0;
  class Counting extends LineStore {
    override read(...given: Parameters<LineStore['read']>): Promise<Line[]> { reads += 1; return super.read(...given); }
  }
  await say('a', 'b');
  const events = await begin(new Counting(db.api));
  const [first, second] = [listen(events), listen(events, 1)];
  await until(() => first.lines().length === 2 && second.lines().length === 1);
  await until(() => [first, second].every((listener) => types(listener).includes('state')));
  await say('c');
  await until(() => first.lines().length === 3 && second.lines().length === 2);
  expect([first.lines(), second.lines()]).toEqual([['a', 'b', 'c'], ['b', 'c']]);
  const before = reads;
  await say('d');
  await until(() => first.lines().length === 4 && second.lines().length === 3);
  expect(reads - before).toBe(1);
  first.stop();
  await say('e');
  await until(() => second.lines().length === 4);
  expect(first.lines()).toHaveLength(4);
});

it('gives no line twice when news comes while a new listener still catches up', async () => {
  await say('a', 'b');
  const held: (() => void)[] = [];
  let slow = true;
  class Slow extends LineStore {
    override async read(...given: Parameters<LineStore['read']>): Promise<Line[]> {
      const rows = await super.read(...given);
      if (slow) await new Promise<void>((resolve) => held.push(resolve));
      return rows;
    }
  }
  const events = await begin(new Slow(db.api));
  const listener = listen(events);
  await until(() => held.length === 1, 'the catching up to have read');
  slow = false;
  await say('c');
  await until(() => listener.lines().length === 3, 'the publisher to have given everything');
  held[0]?.();
  await say('d');
  await until(() => listener.lines().includes('d'));
  expect(listener.lines()).toEqual(['a', 'b', 'c', 'd']);
});

it('never tells the end before the last line', async () => {
  for (let round = 0; round < 5; round += 1) {
    await make.empty();
    id = await make.job({ state: 'running' });
    const listener = listen(await begin());
    await Promise.all([say('a'), say('b')]);
    await say('last');
    await end();
    await until(() => listener.ended(), 'the end');
    expect(listener.lines().at(-1)).toBe('last');
  }
});

it('catches everybody up when the connection that listens was lost for a while', async () => {
  const events = await begin();
  const listener = listen(events);
  await until(() => types(listener).includes('state'));
  await db.owner.rows(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'sluice_api' and query ilike 'listen%'`);
  // Said while nobody listens: no NOTIFY will ever tell of it.
  await db.owner.transaction(async (tx) => {
    await tx.change(`insert into apply_lines (job_id, seq, level, text) values ($1, 1, 'info', 'unheard')`, [id]);
    await tx.change('update apply_jobs set lines = 1 where id = $1', [id]);
  });
  await until(() => listener.lines().length === 1, 'the line that no NOTIFY told of', 15_000);
  await say('heard');
  await until(() => listener.lines().length === 2);
  expect(listener.lines()).toEqual(['unheard', 'heard']);
});

it('reads a long log in pieces, all of it and in order', async () => {
  await db.owner.change(`insert into apply_lines (job_id, seq, level, text) select $1, n, 'info', n::text from generate_series(1, 12001) n`, [id]);
  const listener = listen(await begin());
  await until(() => listener.lines().length === 12_001);
  expect(listener.lines().every((text, index) => text === String(index + 1))).toBe(true);
  expect(listener.events.filter((event) => event.type === 'lines')).toHaveLength(3);
});

it('lets every listener go when it stops', async () => {
  const events = await begin();
  const [first, second] = [listen(events), listen(events)];
  await until(() => [first, second].every((listener) => types(listener).includes('state')));
  await events.stop();
  expect([first.ended(), second.ended()]).toEqual([true, true]);
});
