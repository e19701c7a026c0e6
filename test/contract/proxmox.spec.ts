// Where the simulator differs from the real Proxmox VE 8.4, the simulator is wrong. What differs is listed with its reason in
// proxmox/explained.ts; that list may only shrink.
import { describeRecorded } from '../setup/recordings';
import { tableOf } from './table';
import { tallyProxmox } from './tally';

describeRecorded('proxmox', 'the simulated Proxmox beside the real one', () => {
  it('answers a recorded session of PVE 8.4 with the same statuses, texts, errors, exit statuses and values', async () => {
    const tally = await tallyProxmox();
    process.stdout.write(`${tableOf(tally)}\n`);
    expect(tally.unexplained).toEqual([]);
    expect(tally.idle).toEqual([]);
    expect(tally.compared + tally.notPlayed.reduce((sum, { count }) => sum + count, 0)).toBe(tally.recorded);
    expect(tally.compared).toBeGreaterThan(560);
  }, 60_000);
});
