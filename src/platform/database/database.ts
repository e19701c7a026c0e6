// The one door to PostgreSQL: a TypeORM data source per process role, each with its own login (DESIGN "Database roles").
// Stores speak SQL through `Tx`, so that a review sees the statement that runs and every state change is a guarded UPDATE.
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Bug } from '../../kernel';
import { CannotStart } from './cannot-start';
import { listenOn } from './listener';
import { valueParsers } from './value-parsers';

export type DatabaseRole = 'api' | 'worker' | 'deleter' | 'scheduler';
export const databaseRoles: readonly DatabaseRole[] = ['api', 'worker', 'deleter', 'scheduler'];

/**
 * SQL over one connection or one transaction. Parameters: `jsonb` takes JSON text (canonicalJson) or an object, arrays
 * become PostgreSQL arrays. Results: timestamptz = ISO text in UTC with six decimals, bigint = number, numeric = text, jsonb = value.
 */
export interface Tx {
  rows<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Exactly one row; anything else is a bug. */
  one<T>(sql: string, params?: readonly unknown[]): Promise<T>;
  /** One row or none; more is a bug. */
  maybe<T>(sql: string, params?: readonly unknown[]): Promise<T | null>;
  /** Number of rows that a write changed. */
  change(sql: string, params?: readonly unknown[]): Promise<number>;
}

type Query = QueryRunner['query'];
type Ask = <T>(work: (query: Query) => Promise<T>) => Promise<T>;
interface Answer { readonly records?: unknown[]; readonly affected?: number }

class Session implements Tx {
  constructor(private readonly ask: Ask) {}

  private send(sql: string, params: readonly unknown[]): Promise<Answer> {
    return this.ask(async (query) => (await query(sql, [...params], true)) as Answer);
  }

  async rows<T>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return ((await this.send(sql, params)).records ?? []) as T[];
  }

  async one<T>(sql: string, params: readonly unknown[] = []): Promise<T> {
    const rows = await this.rows<T>(sql, params);
    const [row] = rows;
    if (row === undefined || rows.length !== 1) throw new Bug(`expected one row, got ${rows.length}: ${sql.trim().slice(0, 120)}`);
    return row;
  }

  async maybe<T>(sql: string, params: readonly unknown[] = []): Promise<T | null> {
    const rows = await this.rows<T>(sql, params);
    if (rows.length > 1) throw new Bug(`expected at most one row, got ${rows.length}: ${sql.trim().slice(0, 120)}`);
    return rows[0] ?? null;
  }

  async change(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.send(sql, params)).affected ?? 0;
  }
}

export class Database extends Session {
  constructor(readonly url: string, readonly role: DatabaseRole | 'owner', private readonly source: DataSource) {
    super(async (work) => {
      const runner = source.createQueryRunner();
      await runner.connect();
      try {
        return await work(runner.query.bind(runner) as Query);
      } finally {
        await runner.release();
      }
    });
  }

  /** READ COMMITTED; rolled back when `work` throws. Inside, only `tx` belongs to the transaction. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.source.transaction((manager: EntityManager) => {
      const runner = manager.queryRunner;
      if (runner === undefined) throw new Bug('a transaction without a connection');
      return work(new Session((ask) => ask(runner.query.bind(runner) as Query)));
    });
  }

  /** Hears NOTIFY on a connection of its own; comes back by itself after a lost one and then says '' once. */
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
    return listenOn(this.url, channel, hear);
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

/** Opens a pool of at most `poolSize` connections as one login. Throws CannotStart with a sentence when it cannot. */
export async function openDatabase(url: string, options: { readonly role: DatabaseRole | 'owner'; readonly poolSize: number }): Promise<Database> {
  const source = new DataSource({
    type: 'postgres', url, poolSize: options.poolSize, applicationName: `sluice-${options.role}`, logging: false, installExtensions: false,
    // The level is set once for the session: naming it in each transaction would cost a round trip.
    extra: { options: '-c timezone=UTC -c default_transaction_isolation=read\\ committed', types: valueParsers, keepAlive: true },
  });
  await source.initialize().catch((trouble: unknown) => {
    throw new CannotStart(`The database does not let ${new URL(url).username || 'the database user'} in: ${trouble instanceof Error ? trouble.message : String(trouble)}. Look at DATABASE_URL, whether PostgreSQL runs, and the role passwords.`);
  });
  return new Database(url, options.role, source);
}
