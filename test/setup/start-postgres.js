// One throw-away PostgreSQL for the whole run, migrated once as a template; each test file clones it (a few milliseconds).
require('./use-typescript');
const { mkdtempSync, chmodSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const prefix = 'sluice-test-';

/** Servers whose run was killed are stopped and their directories removed. */
async function sweep(stopAbandonedPostgres) {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const home = join(tmpdir(), name);
    if (await stopAbandonedPostgres(home).catch(() => false)) rmSync(home, { recursive: true, force: true });
  }
}

module.exports = async () => {
  const { startEmbeddedPostgres, stopAbandonedPostgres, migrate } = require('../../src/platform/database');
  await sweep(stopAbandonedPostgres);
  const home = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(home, 0o755);
  const postgres = await startEmbeddedPostgres({ home, fsync: false });
  await migrate(postgres.url, { mode: 'lab', passwords: { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' } });
  process.env.SLUICE_TEST_POSTGRES = postgres.url;
  process.env.SLUICE_TEST_COUNTS = join(home, 'requests-held-against-the-schemas');
  globalThis.__sluicePostgres = postgres;
};
