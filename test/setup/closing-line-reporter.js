/** The last line of a run, for people and for machines: `N passed, N failed, N skipped`. */
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failedToRun = results.numRuntimeErrorTestSuites;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + failedToRun} failed, ${results.numPendingTests + results.numTodoTests} skipped`;
    // jest prints its own summary while reporters are still asked; this one belongs behind it.
    process.on('exit', () => process.stdout.write(`\n${line}\n`));
  }
};
