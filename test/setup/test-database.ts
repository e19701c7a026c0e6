// A database of one's own for each test file: a clone of the migrated template, with the four runtime logins.
// With SLUICE_KEEP_DATABASES=1 it is kept and its name printed, to look into after a failure.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { databaseRoles, openDatabase, roleUrl, type Database, type DatabaseRole, type RolePasswords } from '../../src/platform/database';

export interface TestDatabase extends Readonly<Record<DatabaseRole | 'owner', Database>> {
  readonly name: string;
  readonly passwords: RolePasswords;
  urlOf(role: DatabaseRole | 'owner'): string;
  /** Closes all pools and drops the database; fails when somebody left a transaction open. */
  drop(): Promise<void>;
}

const passwords: RolePasswords = { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' };
const roles = ['owner', ...databaseRoles] as const;

/** An empty database beside the template (not migrated), or a clone of it. Returns its owner's URL. */
export async function makeDatabase(from: 'template' | 'nothing'): Promise<{ readonly name: string; readonly url: string }> {
  const name = `t_${process.pid}_${randomBytes(4).toString('hex')}`;
  await asAdmin(`create database ${name} template ${from === 'template' ? 'sluice' : 'template0'}`);
  return { name, url: templateUrl().replace(/\/sluice$/, `/${name}`) };
}

export const dropDatabase = (name: string): Promise<void> => asAdmin(`drop database if exists ${name} with (force)`);

export async function testDatabase(): Promise<TestDatabase> {
  const { name, url } = await makeDatabase('template');
  const urlOf = (role: DatabaseRole | 'owner'): string => (role === 'owner' ? url : roleUrl(url, role, passwords));
  const opened = await Promise.all(roles.map(async (role) => [role, await openDatabase(urlOf(role), { role, poolSize: 6 })] as const));
  const databases = Object.fromEntries(opened) as Record<DatabaseRole | 'owner', Database>;
  return {
    ...databases, name, passwords, urlOf,
    async drop() {
      const open = await databases.owner.rows<{ query: string }>("select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'");
      await Promise.all(roles.map((role) => databases[role].close()));
      if (process.env['SLUICE_KEEP_DATABASES'] === '1') console.log(`kept: ${url}`);
      else await dropDatabase(name);
      if (open.length > 0) throw new Error(`left in a transaction: ${open.map((row) => row.query).join('; ')}`);
    },
  };
}

function templateUrl(): string {
  const url = process.env['SLUICE_TEST_POSTGRES'];
  if (url === undefined) throw new Error('run through jest: test/setup/start-postgres.js starts PostgreSQL');
  return url;
}

async function asAdmin(statement: string): Promise<void> {
  const admin = new Client({ connectionString: templateUrl().replace(/\/sluice$/, '/postgres') });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}
