const { rmSync } = require('node:fs');

module.exports = async () => {
  await globalThis.__sluicePostgres?.stop();
  rmSync(globalThis.__sluicePostgresHome, { recursive: true, force: true });
};
