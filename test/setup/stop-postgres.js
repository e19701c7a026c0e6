const { rmSync } = require('node:fs');

// SLUICE_KEEP_DATABASES=1 leaves the server and the databases of the test files for a look; the next run removes them.
module.exports = async () => {
  const postgres = globalThis.__sluicePostgres;
  if (postgres === undefined) return;
  if (process.env.SLUICE_KEEP_DATABASES === '1') return void console.log(`kept: ${postgres.url}`);
  await postgres.stop();
  rmSync(postgres.home, { recursive: true, force: true });
};
