/** The last line of a run, for people and for machines: `N passed, N failed, N skipped`. */
module.exports = class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const failedToRun = results.numRuntimeErrorTestSuites;
    console.log(`\n${results.numPassedTests} passed, ${results.numFailedTests + failedToRun} failed, ${results.numPendingTests + results.numTodoTests} skipped`);
  }
};
