// The one door to PostgreSQL: a TypeORM data source per process role, each with its own login (DESIGN "Database roles").
// Stores speak SQL through `Tx`, so that a review sees the statement that runs and every state change is a guarded UPDATE.
import { Client, types } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Bug } from '../../kernel';

export type DatabaseRole = 'api' | 'worker' | 'deleter' | 'scheduler';
export const databaseRoles: readonly DatabaseRole[] = ['api', 'worker', 'deleter', 'scheduler'];

export interface Tx {
  rows<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Exactly one row; anything else is a bug. */
  one<T>(sql: string, params?: readonly unknown[]): Promise<T>;
  maybe<T>(sql: string, params?: readonly unknown[]): Promise<T | null>;
  /** Number of rows that a write changed. */
  change(sql: string, params?: readonly unknown[]): Promise<number>;
}

// Times stay text in UTC with their microseconds: JavaScript's Date would cut them (P8), and digests are made of them.
types.setTypeParser(types.builtins.TIMESTAMPTZ, (text) => isoOf(text));
types.setTypeParser(types.builtins.INT8, (text) => Number(text));

/** `2026-11-20 19:30:41.428142+00` -> `2026-11-20T19:30:41.428142Z`. Sessions run in UTC. */
const isoOf = (text: string): string => {
  const [whole = '', fraction = ''] = text.replace(' ', 'T').replace(/\+00(:00)?$/, '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
};

class Session implements Tx {
  constructor(private readonly runner: () => Promise<{ query: QueryRunner['query']; done: () => Promise<void> }>) {}

  private async ask(sql: string, params: readonly unknown[]): Promise<{ records: unknown[]; affected: number }> {
    const { query, done } = await this.runner();
    try {
      const result = (await query(sql, [...params], true)) as { records?: unknown[]; affected?: number };
      return { records: result.records ?? [], affected: result.affected ?? 0 };
    } finally {
      await done();
    }
  }

  async rows<T>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return (await this.ask(sql, params)).records as T[];
  }

  async one<T>(sql: string, params: readonly unknown[] = []): Promise<T> {
    const rows = await this.rows<T>(sql, params);
    const [row] = rows;
    if (row === undefined || rows.length !== 1) throw new Bug(`expected one row, got ${rows.length}: ${sql.trim().slice(0, 120)}`);
    return row;
  }

  async maybe<T>(sql: string, params: readonly unknown[] = []): Promise<T | null> {
    return (await this.rows<T>(sql, params))[0] ?? null;
  }

  async change(sql: string, params: readonly unknown[] = []): Promise<number> {
    return (await this.ask(sql, params)).affected;
  }
}

export class Database extends Session {
  constructor(readonly url: string, private readonly source: DataSource) {
    super(async () => {
      const runner = source.createQueryRunner();
      await runner.connect();
      return { query: runner.query.bind(runner) as QueryRunner['query'], done: () => runner.release() };
    });
  }

  /** READ COMMITTED; rolled back when `work` throws. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.source.transaction((manager: EntityManager) => {
      const runner = manager.queryRunner;
      if (runner === undefined) throw new Bug('a transaction without a connection');
      return work(new Session(() => Promise.resolve({ query: runner.query.bind(runner) as QueryRunner['query'], done: () => Promise.resolve() })));
    });
  }

  /**
   * Hears NOTIFY on a connection of its own. After a lost connection it comes back by itself and says '' once, so that the
   * listener reads the rows again: a notification is a hint, the rows are the truth.
   */
  async listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
    let closed = false;
    let client: Client | null = null;
    const connect = async (): Promise<void> => {
      const next = new Client({ connectionString: this.url });
      next.on('notification', (message) => hear(message.payload ?? ''));
      next.on('error', () => undefined);
      next.on('end', () => {
        if (!closed) setTimeout(() => void connect().then(() => hear(''), () => undefined), 500);
      });
      await next.connect();
      await next.query(`listen ${next.escapeIdentifier(channel)}`);
      client = next;
    };
    await connect();
    return async () => {
      closed = true;
      await client?.end();
    };
  }

  async close(): Promise<void> {
    if (this.source.isInitialized) await this.source.destroy();
  }
}

export async function openDatabase(url: string, poolSize = 8, applicationName = 'sluice'): Promise<Database> {
  const source = new DataSource({ type: 'postgres', url, poolSize, applicationName, logging: false, extra: { options: '-c timezone=UTC' } });
  await source.initialize();
  return new Database(url, source);
}
