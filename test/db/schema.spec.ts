import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaSnapshot } from '../../src/platform/database';
import { testDatabase, type TestDatabase } from '../setup/test-database';

const file = join(__dirname, '../../migrations/schema.sql');

describe('the migrated database', () => {
  let db: TestDatabase;
  beforeAll(async () => { db = await testDatabase(); });
  afterAll(() => db.drop());

  it('is what migrations/schema.sql shows to a reviewer', async () => {
    const snapshot = await schemaSnapshot(db.owner);
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(file, snapshot);
    expect(readFileSync(file, 'utf8')).toBe(snapshot);
  });

  it('gives the runtime logins no table of their own', async () => {
    expect(await db.owner.rows("select tablename from pg_tables where tableowner like 'sluice\\_%'")).toEqual([]);
  });
});
