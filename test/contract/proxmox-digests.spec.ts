import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readExchanges } from './proxmox/recording';
import { recompute } from './proxmox/texts';

// The digest that guards every write is the SHA-1 of a text. Where the recorded answers tell the whole text, the simulator's
// writer has to come to the digest that the real Proxmox gave.
const file = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared'), 'recordings', 'proxmox', 'pve-8.4.jsonl');
const recorded = existsSync(file) ? it : it.skip;
const words = existsSync(file) ? '' : ' (skipped: no recordings of proxmox; set SLUICE_RECORDINGS)';

describe('digests of recorded configurations', () => {
  recorded(`P9 come out of the text that the simulator writes${words}`, () => {
    const { digests, recomputed, left } = recompute(readExchanges(file));
    process.stdout.write([`digests of PVE 8.4: ${recomputed} of ${digests} recomputed`, ...left.map(({ seq, why }) => `${seq}: ${why}`), ''].join('\n  '));
    expect(recomputed).toBeGreaterThanOrEqual(34);
  });
});
