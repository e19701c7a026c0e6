// Carries B14 and P40: the log is rows without gaps, in the order in which they were said, whoever else writes.
import { Fixtures } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { until } from '../../test/setup/until';
import { LineStore, LineWriter, linesChannel, type Line } from './line.store';

let db: TestDatabase;
let make: Fixtures;
let lines: LineStore;
let id: string;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); lines = new LineStore(db.worker); });
beforeEach(async () => { await make.empty(); id = await make.job({ state: 'running' }); });
afterAll(() => db.drop());

const holder = () => ({ id, fence: 1 });
const info = (text: string) => ({ step: null, level: 'info', text }) as const;
const texts = (rows: readonly Line[]): string[] => rows.map((row) => row.text);

it('numbers lines from 1 without a gap, also when many write at once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_one, n) => lines.add(holder(), [info(`${n}a`), info(`${n}b`)])));
  const rows = await lines.read(id, 0);
  expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 40 }, (_one, n) => n + 1));
  for (let n = 0; n < 20; n += 1) expect(texts(rows).indexOf(`${n}b`)).toBe(texts(rows).indexOf(`${n}a`) + 1);
  expect(await lines.last(id)).toBe(40);
});

it('reads on from any row, and no more than asked for', async () => {
  await lines.add(holder(), ['a', 'b', 'c', 'd'].map(info));
  expect([texts(await lines.read(id, 2)), texts(await lines.read(id, 1, 2)), await lines.read(id, 4), await lines.read(id, 99)]).toEqual([['c', 'd'], ['b', 'c'], [], []]);
});

it('keeps step and level, and refuses a level that it does not know', async () => {
  await lines.add(holder(), [{ step: 3, level: 'error', text: 'x' }]);
  expect(await lines.read(id, 0)).toMatchObject([{ seq: 1, step: 3, level: 'error', text: 'x' }]);
  await expect(lines.add(holder(), [{ step: 3, level: 'loud' as 'info', text: 'x' }])).rejects.toThrow('apply_lines_level_check');
});

it('P40 takes secrets out of what a task said', async () => {
  await lines.add(holder(), [info('Authorization: PVEAPIToken=root@pam!x=12345678-1234-1234-1234-123456789abc failed')]);
  expect(texts(await lines.read(id, 0)).join()).not.toContain('12345678-1234-1234-1234-123456789abc');
});

it('is written by the worker only, and rewritten by nobody', async () => {
  await lines.add(holder(), [info('x')]);
  await expect(new LineStore(db.api).add(holder(), [info('forged')])).rejects.toThrow('permission denied');
  await expect(db.worker.change(`update apply_lines set text = 'other'`)).rejects.toThrow('permission denied');
  await expect(db.worker.change('delete from apply_lines')).rejects.toThrow('permission denied');
});

it('announces a batch once, after it can be read', async () => {
  const heard: string[] = [];
  const stop = await db.api.listen(linesChannel, (job) => heard.push(job));
  await lines.add(holder(), ['a', 'b', 'c'].map(info));
  await until(() => heard.includes(id), 'the announcement');
  expect((await lines.read(id, 0)).map((line) => line.text)).toEqual(['a', 'b', 'c']);
  await stop();
  expect(heard.filter((job) => job === id)).toHaveLength(1);
});

describe('the writer', () => {
  it('keeps the order of what was said over batches that overlap', async () => {
    const writer = new LineWriter(lines, holder());
    const flushes: Promise<void>[] = [];
    for (let n = 1; n <= 30; n += 1) {
      writer.say(String(n), n);
      if (n % 7 === 0) flushes.push(writer.flush());
    }
    await Promise.all([...flushes, writer.flush()]);
    expect((await lines.read(id, 0)).map((row) => [row.seq, row.text, row.step])).toEqual(Array.from({ length: 30 }, (_one, n) => [n + 1, String(n + 1), n + 1]));
  });

  it('writes by itself what nobody flushes', async () => {
    new LineWriter(lines, holder()).say('alone');
    await until(async () => (await lines.last(id)) === 1, 'the line');
  });

  it('has everything in its rows when a flush resolves, also while another is under way', async () => {
    const writer = new LineWriter(lines, holder());
    writer.say('a');
    const first = writer.flush();
    writer.say('b');
    await writer.flush();
    expect(texts(await lines.read(id, 0))).toEqual(['a', 'b']);
    await first;
  });

  it('loses no line when a write fails: they come with the next one, in order', async () => {
    let failures = 2;
    class Failing extends LineStore {
      override async add(...given: Parameters<LineStore['add']>): Promise<void> {
        failures -= 1;
        if (failures >= 0) throw new Error('the connection is gone');
        await super.add(...given);
      }
    }
    const writer = new LineWriter(new Failing(db.worker), holder());
    writer.say('a');
    await expect(writer.flush()).rejects.toThrow('the connection is gone');
    writer.say('b');
    await expect(writer.flush()).rejects.toThrow('the connection is gone');
    writer.say('c');
    await writer.flush();
    expect(texts(await lines.read(id, 0))).toEqual(['a', 'b', 'c']);
  });
});
