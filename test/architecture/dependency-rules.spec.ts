// DESIGN's "Who may know whom", checked in the test run: every rule catches what it is for, and this tree breaks none.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

interface Rule { readonly name: string; readonly severity: string; readonly comment?: string }
interface Violation { readonly rule: Rule; readonly from: string; readonly to: string }

const fixtures = 'test/fixtures/forbidden';
const { forbidden: rules } = jest.requireActual<{ forbidden: readonly Rule[] }>('../../.dependency-cruiser.cjs');
const run = promisify(execFile);

/** What dependency-cruiser reports: its library is ESM, which jest's CommonJS cannot load, so its command is asked. */
async function violations(...args: readonly string[]): Promise<readonly Violation[]> {
  const command = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const asked = [command, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...args];
  const { stdout } = await run(process.execPath, asked, { maxBuffer: 1 << 28 }).catch((ended: { stdout?: string }) => {
    if (ended.stdout === undefined || ended.stdout === '') throw ended;
    return { stdout: ended.stdout };
  });
  const { summary } = JSON.parse(stdout) as { summary: { violations: readonly Violation[]; totalCruised: number } };
  expect(summary.totalCruised).toBeGreaterThan(20);
  return summary.violations;
}

describe('the rules of who may know whom', () => {
  let found: readonly Violation[] = [];
  beforeAll(async () => { found = await violations(fixtures); }, 60_000);

  it('each has a reason, stops the build, and has a fixture; each fixture has a rule', () => {
    for (const rule of rules) expect([rule.name, rule.severity, (rule.comment ?? '').length > 30]).toEqual([rule.name, 'error', true]);
    expect(rules.map((rule) => rule.name).sort()).toEqual(readdirSync(fixtures).sort());
  });

  it.each(rules.map((rule) => rule.name))('%s reports what it forbids', (name) => {
    const broken = found.filter((violation) => violation.rule.name === name && violation.from.startsWith(`${fixtures}/${name}/`));
    expect(broken).not.toEqual([]);
  });

  it.each([
    ['core-is-pure', 3], ['only-the-executor-destroys', 2], ['sql-stays-in-stores', 2], ['http-out-stays-in-clients', 2], ['production-never-imports-the-lab', 2], ['ui-decides-nothing', 2],
  ])('%s reports each of its ways round, %i', (name, count) => {
    expect(found.filter((violation) => violation.rule.name === name && violation.from.startsWith(`${fixtures}/${name}/`)).map((violation) => `${violation.from} -> ${violation.to}`)).toHaveLength(count);
  });

  it('this tree breaks none of them', async () => {
    const broken = await violations('--exclude', `^(dist/|${fixtures}/)`, 'src', 'migrations', 'test');
    expect(broken.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}. ${rules.find(({ name }) => name === rule.name)?.comment ?? ''}`)).toEqual([]);
  }, 60_000);
});
