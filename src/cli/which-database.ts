// The database that a command means: the one named, else the one of the configuration, which may be the embedded one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, type Config } from '../platform/config';
import { openDatabase, startEmbeddedPostgres, type Database } from '../platform/database';
import { scrubText } from '../kernel';
import { cannotTell } from './exit-code';
import type { Surroundings } from './surroundings';

/** Opens it, does the work, closes it. An embedded server that another Sluice runs is used and left running. */
export async function withDatabase<T>(surroundings: Surroundings, named: string | undefined, work: (db: Database) => Promise<T>): Promise<T> {
  const url = named ?? surroundings.env['DATABASE_URL'];
  if (url !== undefined && url !== '') return withUrl(url, work);
  return withConfigured(loadConfig(surroundings.env, surroundings.cwd), work);
}

export async function withConfigured<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  if (config.database.url !== null) return withUrl(config.database.url, work);
  const home = embeddedHome(config);
  if (!hasEmbeddedDatabase(home)) throw cannotTell(`There is no database yet: ${home} is empty. Start Sluice once, or name a database with --database.`);
  const postgres = await startEmbeddedPostgres({ home });
  try {
    return await withUrl(postgres.url, work);
  } finally {
    await postgres.stop();
  }
}

export const embeddedHome = (config: Config): string => join(config.dataDirectory, 'pg');
export const hasEmbeddedDatabase = (home: string): boolean => existsSync(join(home, 'data', 'PG_VERSION'));

async function withUrl<T>(url: string, work: (db: Database) => Promise<T>): Promise<T> {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) throw cannotTell('The database is named by a URL such as postgres://user:password@host:5432/sluice.');
  const db = await openDatabase(url, { role: 'owner', poolSize: 2 });
  try {
    return await work(db);
  } catch (trouble) {
    if (trouble instanceof Error && trouble.name === 'QueryFailedError') throw cannotTell(`The database refused to answer: ${scrubText(trouble.message)}. It may not be a database of Sluice, or this login may not read it.`);
    throw trouble;
  } finally {
    await db.close();
  }
}
