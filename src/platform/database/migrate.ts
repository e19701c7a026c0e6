// The owner migrates, under a lock; the runtime logins own nothing (P37). A database made for a lab never serves live, and
// the reverse: that is judged before anything is changed (DESIGN "First minute of a newcomer").
import { Logger, runMigrations } from 'graphile-worker';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations';
import { CannotStart } from './cannot-start';
import { loginOf, makeLogins } from './logins';
import type { RolePasswords } from './role-passwords';

export type Mode = 'lab' | 'live';

const lockKey = 7_305_113;
/** The deleter is left out: a destroy never rides the queue. */
const queueLogins = [loginOf('api'), loginOf('worker'), loginOf('scheduler')].join(', ');
const silent = new Logger(() => () => undefined);

/** Brings the database to this version. Errors are sentences with the statements an administrator has to run. */
export async function migrate(ownerUrl: string, options: { readonly mode: Mode; readonly passwords: RolePasswords }): Promise<void> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'sluice-migrates' });
  client.on('error', () => undefined);
  await client.connect().catch((trouble: Error) => { throw new CannotStart(`The database cannot be reached: ${trouble.message}. Look at DATABASE_URL and whether PostgreSQL runs.`); });
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await refuseOtherMode(client, options.mode);
    await makeLogins(client, ownerUrl, options.passwords);
    const source = new DataSource({ type: 'postgres', url: ownerUrl, migrations: [...migrations], migrationsTableName: 'migrations', migrationsTransactionMode: 'each', installExtensions: false, poolSize: 2 });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
    await client.query('insert into settings (mode) values ($1) on conflict (id) do nothing', [options.mode]);
    await runMigrations({ connectionString: ownerUrl, logger: silent });
    await openQueue(client);
  } finally {
    await client.end();
  }
}

/** The queue's tables have row level security without a policy, which shuts out everybody but their owner. */
async function openQueue(client: Client): Promise<void> {
  await client.query(`
    begin;
    grant usage on schema graphile_worker to ${queueLogins};
    grant select, insert, update, delete on all tables in schema graphile_worker to ${queueLogins};
    grant usage, select on all sequences in schema graphile_worker to ${queueLogins};
    grant execute on all functions in schema graphile_worker to ${queueLogins};
    do $$
    declare queue_table regclass;
    begin
      for queue_table in select oid from pg_class where relnamespace = 'graphile_worker'::regnamespace and relkind = 'r' and relrowsecurity
        and not exists (select 1 from pg_policy where polrelid = pg_class.oid and polname = 'sluice')
      loop
        execute format('create policy sluice on %s to ${queueLogins} using (true) with check (true)', queue_table);
      end loop;
    end $$;
    commit`);
}

async function refuseOtherMode(client: Client, wanted: Mode): Promise<void> {
  const { rows: [table] } = await client.query<{ there: boolean }>("select to_regclass('public.settings') is not null as there");
  if (table?.there !== true) return;
  const { rows: [row] } = await client.query<{ mode: string }>('select mode from public.settings');
  if (row === undefined || row.mode === wanted) return;
  throw new CannotStart(`This database was made for mode ${row.mode} and Sluice is started in mode ${wanted}. Use another database: a lab's data never serves live, and the reverse.`);
}
