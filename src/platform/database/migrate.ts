// The owner migrates, under a lock; the runtime logins own nothing (P37). A database made for a lab never serves live, and
// the reverse (DESIGN "First minute of a newcomer").
import { runMigrations } from 'graphile-worker';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations';
import { databaseRoles, type DatabaseRole } from './database';

export type RolePasswords = Readonly<Record<DatabaseRole, string>>;
export type Mode = 'lab' | 'live';

export const loginOf = (role: DatabaseRole): string => `sluice_${role}`;

/** The URL of the same database under a runtime login. */
export function roleUrl(ownerUrl: string, role: DatabaseRole, passwords: RolePasswords): string {
  const url = new URL(ownerUrl);
  url.username = loginOf(role);
  url.password = encodeURIComponent(passwords[role]);
  return url.toString();
}

export class CannotStart extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotStart';
  }
}

const lockKey = 7_305_113;

/** Brings the database to this version. Errors are sentences with the statements an administrator has to run. */
export async function migrate(ownerUrl: string, options: { readonly mode: Mode; readonly passwords: RolePasswords }): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect().catch((trouble: Error) => { throw new CannotStart(`The database cannot be reached: ${trouble.message}. Look at DATABASE_URL and whether PostgreSQL runs.`); });
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await makeLogins(client, options.passwords);
    const source = new DataSource({ type: 'postgres', url: ownerUrl, migrations: [...migrations], migrationsTableName: 'migrations', migrationsTransactionMode: 'each', poolSize: 2 });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
    await runMigrations({ connectionString: ownerUrl });
    await client.query(`
      grant usage on schema graphile_worker to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter;
      grant select, insert, update, delete on all tables in schema graphile_worker to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter;
      grant usage, select on all sequences in schema graphile_worker to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter;
      grant execute on all functions in schema graphile_worker to sluice_api, sluice_worker, sluice_scheduler, sluice_deleter`);
    await settleMode(client, options.mode);
  } finally {
    await client.end();
  }
}

async function makeLogins(client: Client, passwords: RolePasswords): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles where rolname = any ($1)', [databaseRoles.map(loginOf)]);
  const present = new Set(rows.map((row) => row.rolname));
  const statements = databaseRoles.map((role) =>
    `${present.has(loginOf(role)) ? 'alter' : 'create'} role ${escapeIdentifier(loginOf(role))} with login nosuperuser nocreatedb nocreaterole password ${escapeLiteral(passwords[role])}`);
  const { rows: [self] } = await client.query<{ may: boolean }>('select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user');
  if (self?.may !== true) {
    if (present.size === databaseRoles.length) return;
    const missing = databaseRoles.filter((role) => !present.has(loginOf(role))).map((role) => `create role ${loginOf(role)} with login password '...';`);
    throw new CannotStart(`The database user may not create roles and these are missing. An administrator has to run:\n${missing.join('\n')}\nThen give the passwords in database.rolePasswordsFile.`);
  }
  for (const statement of statements) await client.query(statement);
}

async function settleMode(client: Client, mode: Mode): Promise<void> {
  await client.query('insert into settings (mode) values ($1) on conflict (id) do nothing', [mode]);
  const { rows: [row] } = await client.query<{ mode: string }>('select mode from settings');
  if (row?.mode !== mode) throw new CannotStart(`This database was made for mode ${row?.mode} and Sluice is started in mode ${mode}. Use another database: a lab's data never serves live, and the reverse.`);
}
