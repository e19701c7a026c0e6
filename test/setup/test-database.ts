// A database of one's own for each test file: a clone of the migrated template, with the four runtime logins.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { openDatabase, roleUrl, type Database, type DatabaseRole, type RolePasswords } from '../../src/platform/database';

export interface TestDatabase {
  readonly name: string;
  readonly owner: Database;
  readonly api: Database;
  readonly worker: Database;
  readonly deleter: Database;
  readonly scheduler: Database;
  readonly passwords: RolePasswords;
  urlOf(role: DatabaseRole | 'owner'): string;
  drop(): Promise<void>;
}

const passwords: RolePasswords = { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' };

export async function testDatabase(): Promise<TestDatabase> {
  const template = process.env['SLUICE_TEST_POSTGRES'];
  if (template === undefined) throw new Error('run through jest: test/setup/start-postgres.js starts PostgreSQL');
  const name = `t_${process.pid}_${randomBytes(4).toString('hex')}`;
  const admin = new Client({ connectionString: template.replace(/\/sluice$/, '/postgres') });
  await admin.connect();
  await admin.query(`create database ${name} template sluice`);
  await admin.end();
  const ownerUrl = template.replace(/\/sluice$/, `/${name}`);
  const urlOf = (role: DatabaseRole | 'owner'): string => (role === 'owner' ? ownerUrl : roleUrl(ownerUrl, role, passwords));
  const [owner, api, worker, deleter, scheduler] = await Promise.all([openDatabase(ownerUrl, 4), openDatabase(urlOf('api'), 6), openDatabase(urlOf('worker'), 6), openDatabase(urlOf('deleter'), 4), openDatabase(urlOf('scheduler'), 4)]);
  return {
    name, owner, api, worker, deleter, scheduler, passwords, urlOf,
    async drop() {
      const open = await owner.rows<{ query: string }>("select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'");
      await Promise.all([owner, api, worker, deleter, scheduler].map((database) => database.close()));
      const end = new Client({ connectionString: template.replace(/\/sluice$/, '/postgres') });
      await end.connect();
      await end.query(`drop database if exists ${name} with (force)`);
      await end.end();
      if (open.length > 0) throw new Error(`left in a transaction: ${open.map((row) => row.query).join('; ')}`);
    },
  };
}
