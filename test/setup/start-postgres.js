// One throw-away PostgreSQL for the whole run, migrated once as a template; each test file clones it (a few milliseconds).
require('./use-typescript');
const { mkdtempSync, writeFileSync, chmodSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = async () => {
  const { startEmbeddedPostgres, migrate } = require('../../src/platform/database');
  const home = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  chmodSync(home, 0o755);
  const postgres = await startEmbeddedPostgres({ home, fsync: false });
  const passwords = { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' };
  await migrate(postgres.url, { mode: 'lab', passwords });
  process.env.SLUICE_TEST_POSTGRES = postgres.url;
  globalThis.__sluicePostgres = postgres;
  globalThis.__sluicePostgresHome = home;
};
