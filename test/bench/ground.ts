// What every measurement stands on: an embedded PostgreSQL of its own with fsync on, as in production, and the runtime pools.
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseRoles, migrate, openDatabase, roleUrl, startEmbeddedPostgres, type Database, type DatabaseRole, type RolePasswords } from '../../src/platform/database';

export interface BenchGround { db(role: DatabaseRole): Database; readonly owner: Database; end(): Promise<void> }

export async function layBenchGround(): Promise<BenchGround> {
  const home = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  chmodSync(home, 0o755);
  const postgres = await startEmbeddedPostgres({ home });
  const passwords: RolePasswords = { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' };
  await migrate(postgres.url, { mode: 'lab', passwords });
  const owner = await openDatabase(postgres.url, { role: 'owner', poolSize: 2 });
  const pools = new Map<DatabaseRole, Database>();
  for (const role of databaseRoles) pools.set(role, await openDatabase(roleUrl(postgres.url, role, passwords), { role, poolSize: 10 }));
  return {
    owner,
    db(role) {
      const pool = pools.get(role);
      if (pool === undefined) throw new Error(`no pool for ${role}`);
      return pool;
    },
    async end() {
      for (const pool of pools.values()) await pool.close();
      await owner.close();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
