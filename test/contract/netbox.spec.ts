// The simulated NetBox against the recorded answers of a real NetBox 4.5.10 with netbox-branching 1.1.2. Where they differ, the simulator is wrong,
// unless the difference stands in netbox/explained.ts with its reason.
import { pythonJson } from '../../src/lab/netbox/http/python-json';
import { describeRecorded } from '../setup/recordings';
import { reasonOf } from './netbox/explained';
import { scenario } from './netbox/recording';
import { replay } from './netbox/replay';

describeRecorded('netbox', 'The simulated NetBox keeps the contract of the recorded one', () => {
  it('answers the recorded scenario alike: status, bodies, change logs, change diffs, webhooks and their order', async () => {
    const { compared, agreeing, differences, skipped } = await replay(scenario());
    const reasons = differences.map((difference) => ({ difference, why: reasonOf(difference) }));
    const unexplained = reasons.filter(({ why }) => why === undefined).map(({ difference }) => difference);
    const explained = new Set(differences.map(({ file }) => file)).size - new Set(unexplained.map(({ file }) => file)).size;
    const lines = [
      `compared ${compared}, agreeing ${agreeing}, explained ${explained}, unexplained ${new Set(unexplained.map(({ file }) => file)).size}`,
      ...[...skipped].map(([why, count]) => `  not played ${String(count).padStart(3)}: ${why}`),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    expect(unexplained).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(573);
    expect(agreeing).toBeGreaterThanOrEqual(551);
  }, 120_000);

  it('prints webhook bodies byte by byte as the recorded ones were printed', () => {
    const arrived = scenario().flatMap((step) => (step.kind === 'delivery' ? [step.text] : []));
    expect(arrived.length).toBeGreaterThan(100);
    for (const text of arrived) expect(pythonJson(JSON.parse(text) as never, 'spaced')).toBe(text);
  });
});
