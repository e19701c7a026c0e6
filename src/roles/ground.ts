// What every role stands on: the database, migrated by its owner, and a pool per role that was asked for. The owner's
// connection is closed before the first role starts (P37).
import { join } from 'node:path';
import { seedServiceTokens, type Permission } from '../identity';
import { CannotStart, migrate, openDatabase, rolePasswords, roleUrl, startEmbeddedPostgres, type Database, type DatabaseRole } from '../platform/database';
import type { Config } from '../platform/config';
import type { Log } from '../platform/log';
import type { Shutdown } from '../platform/shutdown';
import { noticeOlderDatabase } from './journal-age';

export interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly shutdown: Shutdown;
  /** The pool of a role of this process. */
  db(role: DatabaseRole): Database;
  /** For the queue, which keeps a pool of its own. */
  urlOf(role: DatabaseRole): string;
}

export type Seed = (owner: Database) => Promise<void>;

const poolSizes: Readonly<Record<DatabaseRole, number>> = { api: 10, worker: 12, deleter: 4, scheduler: 4 };

/** `seed` is given the owner's connection before any role starts; the lab puts its people and guests there. */
export async function layGround(config: Config, seed: Seed, log: Log, shutdown: Shutdown): Promise<Ground> {
  const ownerUrl = await databaseUrl(config, log, shutdown);
  const passwords = await rolePasswords(config.database.rolePasswordsFile);
  await migrate(ownerUrl, { mode: config.mode, passwords });
  await asOwner(ownerUrl, async (owner) => {
    await noticeOlderDatabase(owner, config.journal.checkpointFile, log);
    await seedServiceTokens(owner, config.serviceTokens.map((token) => ({ ...token, permissions: token.permissions as readonly Permission[] })));
    await seed(owner);
  });
  const pools = new Map<DatabaseRole, Database>();
  for (const role of config.roles) {
    const db = await openDatabase(roleUrl(ownerUrl, role, passwords), { role, poolSize: poolSizes[role] });
    pools.set(role, db);
    shutdown.onStop(`pool of ${role}`, () => db.close());
  }
  return {
    config, log, shutdown,
    db(role) {
      const pool = pools.get(role);
      if (pool === undefined) throw new CannotStart(`The role ${role} was not asked for. Add it to roles.`);
      return pool;
    },
    urlOf: (role) => roleUrl(ownerUrl, role, passwords),
  };
}

async function databaseUrl(config: Config, log: Log, shutdown: Shutdown): Promise<string> {
  if (config.database.url !== null) return config.database.url;
  const postgres = await startEmbeddedPostgres({ home: join(config.dataDirectory, 'pg'), log: (text) => log.info({}, text) });
  shutdown.onStop('embedded PostgreSQL', () => postgres.stop());
  return postgres.url;
}

async function asOwner(ownerUrl: string, work: Seed): Promise<void> {
  const owner = await openDatabase(ownerUrl, { role: 'owner', poolSize: 2 });
  try {
    await work(owner);
  } finally {
    await owner.close();
  }
}
