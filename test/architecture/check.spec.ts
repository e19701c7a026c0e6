// `npm run check` as tests, so that a lint finding is a failed test among the others instead of a run without any.
import { execFile } from 'node:child_process';

/** What the command prints when it finds something; nothing when all is well. */
const findings = (...args: readonly string[]): Promise<string> => new Promise((resolve) => {
  execFile(process.execPath, [...args], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => resolve(error === null ? '' : `${stdout}${stderr}`.trim() || error.message));
});

describe('this tree', () => {
  it('has no type error, tests included', async () => {
    expect(await findings('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json')).toBe('');
  }, 240_000);

  it('has nothing that lint refuses', async () => {
    expect(await findings('node_modules/eslint/bin/eslint.js', '.', '--max-warnings', '0')).toBe('');
  }, 240_000);
});
