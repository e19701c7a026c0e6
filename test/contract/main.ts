// npm run contract [-- --json]: the recorded answers of a real Proxmox VE and a real NetBox beside those of the simulators. Exit code 1 when a
// difference has no stated reason, 0 otherwise, also where there is nothing recorded to compare with.
import { tableOf } from './table';
import { recorded, tallyNetBox, tallyProxmox, type Tally } from './tally';

const products = [
  { name: 'Proxmox VE', isRecorded: recorded.proxmox, tally: tallyProxmox },
  { name: 'NetBox', isRecorded: recorded.netbox, tally: tallyNetBox },
] as const;

async function main(): Promise<void> {
  const tallies: Tally[] = [];
  const skipped: string[] = [];
  for (const { name, isRecorded, tally } of products) {
    if (isRecorded) tallies.push(await tally());
    else skipped.push(`${name}: skipped, there are no recordings of it here; SLUICE_RECORDINGS says where they are`);
  }
  process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify({ products: tallies, skipped }, null, 2)}\n` : `${[...tallies.map(tableOf), ...skipped].join('\n\n')}\n`);
  process.exitCode = tallies.some(({ unexplained }) => unexplained.length > 0) ? 1 : 0;
}

main().catch((trouble: unknown) => {
  process.stderr.write(`the comparison broke: ${trouble instanceof Error ? (trouble.stack ?? trouble.message) : String(trouble)}\n`);
  process.exit(2);
});
