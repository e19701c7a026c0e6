import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { explained } from './proxmox/explained';
import { readExchanges } from './proxmox/recording';
import { replay } from './proxmox/replay';

// Where the simulator differs from the real Proxmox VE 8.4, the simulator is wrong. What differs is listed with its reason in
// proxmox/explained.ts; that list may only shrink.
const file = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared'), 'recordings', 'proxmox', 'pve-8.4.jsonl');
const recorded = existsSync(file) ? it : it.skip;
const words = existsSync(file) ? '' : ' (skipped: no recordings of proxmox; set SLUICE_RECORDINGS)';

describe('the simulated Proxmox beside the real one', () => {
  recorded(`answers a recorded session of PVE 8.4 with the same statuses, texts, errors, exit statuses and values${words}`, async () => {
    const exchanges = readExchanges(file);
    const { compared, agreeing, differences, notServed, tickets } = await replay(exchanges);
    const unexplained = differences.filter((difference) => explained[difference.seq] === undefined);
    const agreeingAgain = Object.keys(explained).map(Number).filter((seq) => !differences.some((difference) => difference.seq === seq));
    process.stdout.write([`PVE 8.4, ${exchanges.length} recorded exchanges:`, `compared ${compared}`, `agreeing ${agreeing}`, `explained ${differences.length - unexplained.length}`, `unexplained ${unexplained.length}`, `not compared: ${notServed} of endpoints that Sluice does not call, ${tickets} with tickets`, ''].join('\n  '));
    expect(unexplained).toEqual([]);
    expect(agreeingAgain).toEqual([]);
    expect(compared).toBeGreaterThan(560);
  }, 60_000);
});
