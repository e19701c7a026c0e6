// The simulated NetBox against the recorded answers of a real NetBox 4.5.10 with netbox-branching 1.1.2. Where they differ, the simulator is wrong,
// unless the difference stands in netbox/explained.ts with its reason.
import { createHmac } from 'node:crypto';
import { pythonJson } from '../../src/lab/netbox/http/python-json';
import { describeRecorded } from '../setup/recordings';
import { scenario } from './netbox/recording';
import { HOOK_SECRET } from './netbox/webhooks';
import { tableOf } from './table';
import { tallyNetBox } from './tally';

describeRecorded('netbox', 'The simulated NetBox keeps the contract of the recorded one', () => {
  it('answers the recorded scenario alike: status, bodies, change logs, change diffs, webhooks and their order', async () => {
    const tally = await tallyNetBox();
    process.stdout.write(`${tableOf(tally)}\n`);
    expect(tally.unexplained).toEqual([]);
    expect([tally.notPlayed, tally.idle]).toEqual([[], []]);
    expect(tally.compared).toBeGreaterThanOrEqual(644);
    expect(tally.agreeing).toBeGreaterThanOrEqual(636);
  }, 120_000);

  it('prints webhook bodies byte by byte as the recorded ones were printed, and signs them alike', () => {
    const arrived = scenario().flatMap((step) => (step.kind === 'delivery' ? [step] : []));
    expect(arrived.length).toBeGreaterThan(100);
    for (const { text, headers } of arrived) {
      const printed = pythonJson(JSON.parse(text) as never, 'spaced');
      expect(printed).toBe(text);
      expect(headers).toContainEqual(['X-Hook-Signature', createHmac('sha512', HOOK_SECRET).update(printed).digest('hex')]);
    }
  });
});
