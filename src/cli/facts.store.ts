// What `sluice doctor` and `sluice lab reset` ask a database about itself.
import type { Tx } from '../platform/database';

/** Version of the server and, where Sluice has migrated it, the mode it was made for. */
export async function databaseFacts(db: Tx): Promise<{ readonly server: string; readonly mode: 'lab' | 'live' | null }> {
  const { server, migrated } = await db.one<{ server: string; migrated: boolean }>("select current_setting('server_version') as server, to_regclass('public.settings') is not null as migrated");
  const settings = migrated ? await db.maybe<{ mode: 'lab' | 'live' }>('select mode from settings') : null;
  return { server, mode: settings?.mode ?? null };
}
