import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { silentLog } from '../platform/log';
import { noticeOlderDatabase } from '../roles/journal-age';
import { append } from './journal.store';
import { compareWithCheckpoint, exportCheckpoint } from './checkpoint';

const at = '2026-11-24T00:00:00.000000Z';
const line = (n: number) => ({ kind: 'test.line', subject: 'test', actor: 'test', body: { n } });

describe('checkpoints outside the database', () => {
  let directory: string;
  let file: string;
  let db: TestDatabase;
  let older: TestDatabase;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-checkpoint-'));
    file = join(directory, 'checkpoints.jsonl');
    [db, older] = await Promise.all([testDatabase(), testDatabase()]);
    for (let n = 1; n <= 3; n++) await db.api.transaction((tx) => append(tx, line(n)));
    await older.api.transaction((tx) => append(tx, line(1)));
    await exportCheckpoint(db.scheduler, file, at);
  });
  afterAll(async () => {
    await Promise.all([db.drop(), older.drop()]);
    rmSync(directory, { recursive: true });
  });

  it('P37 agrees with the database that goes on from the last exported line', async () => {
    await db.api.transaction((tx) => append(tx, line(4)));
    expect(await compareWithCheckpoint(db.api, file)).toEqual({ kind: 'agrees' });
    expect(await exportCheckpoint(db.scheduler, file, at)).toMatchObject({ seq: 4 });
  });

  it('P37 notices a database that ends before it, and one that went another way after it', async () => {
    expect(await compareWithCheckpoint(older.api, file)).toMatchObject({ kind: 'older' });
    for (let n = 2; n <= 9; n++) await older.api.transaction((tx) => append(tx, line(n * 10)));
    expect(await compareWithCheckpoint(older.api, file)).toMatchObject({ kind: 'differs' });
  });

  it('P37 writes no line for a database that does not continue the file, however far it went on', async () => {
    const before = readFileSync(file, 'utf8');
    await exportCheckpoint(older.scheduler, file, at);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('P37 freezes such a database before any role begins, once, and tells the journal', async () => {
    await noticeOlderDatabase(db.owner, file, silentLog);
    expect(await db.owner.one('select is_frozen() as frozen')).toEqual({ frozen: false });
    await noticeOlderDatabase(older.owner, file, silentLog);
    await noticeOlderDatabase(older.owner, file, silentLog);
    expect(await older.owner.rows('select frozen_by, reason from freezes')).toEqual([{ frozen_by: null, reason: expect.stringContaining('does not continue its last exported checkpoint') as unknown }]);
    expect(await older.owner.rows("select kind from journal_entries where kind like 'policy.%'")).toHaveLength(1);
  });
});
