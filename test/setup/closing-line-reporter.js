const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** How many requests of the run's tests were held against the official schemas (test/setup/official), or that there were none to hold them against. */
function heldRequests() {
  if (!existsSync(join(process.env.SLUICE_RECORDINGS ?? join(__dirname, '../../../shared'), 'schemas'))) return 'no request was held against the official schemas: they are not here (set SLUICE_RECORDINGS)';
  const file = process.env.SLUICE_TEST_COUNTS ?? '';
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const of = (product) => lines.map((line) => line.split(' ')).filter(([name]) => name === product).reduce((sum, [, count]) => sum + Number(count), 0);
  return `requests validated against the official schemas: ${of('Proxmox')} of Proxmox, ${of('NetBox')} of NetBox`;
}

/** The last lines of a run, for people and for machines; the very last: `N passed, N failed, N skipped`. */
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failedToRun = results.numRuntimeErrorTestSuites;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + failedToRun} failed, ${results.numPendingTests + results.numTodoTests} skipped`;
    const held = heldRequests();
    // jest prints its own summary while reporters are still asked; this one belongs behind it.
    process.on('exit', () => process.stdout.write(`\n${held}\n${line}\n`));
  }
};
