// npm run bench [-- --json] [-- --only step|gate|stream|netbox|proxmox|breadth] [-- --guests N]: promises of speed of Sluice and its simulators, each with its
// bound, beside a yardstick of the same run.
import 'reflect-metadata';
import { seedPolicy } from '../../src/policy';
import { measureApplyStep } from './apply-step';
import { startBenchApi } from './api';
import { measureGate } from './gate';
import { layBenchGround } from './ground';
import { holds, lineOf, type Measured } from './measure';
import { measureBreadth } from './breadth';
import { benchPolicy } from './policy';
import { measureNetBoxSimulator } from './netbox-simulator';
import { measureProxmoxSimulator } from './proxmox-simulator';
import { measureStream } from './stream';

const after = (option: string): string | undefined => (process.argv.includes(option) ? process.argv[process.argv.indexOf(option) + 1] : undefined);
const only = after('--only');
const asked = (part: string): boolean => only === undefined || only === part;
/** A simulator is full with 10,000 guests; beside everything else a fifth of them tells enough. */
const guests = Number(after('--guests') ?? (only === undefined ? 2000 : 10_000));

async function measureSluice(): Promise<readonly Measured[]> {
  const ground = await layBenchGround();
  const all: Measured[] = [];
  try {
    await seedPolicy(ground.db('api'), benchPolicy);
    if (asked('step')) all.push(...(await measureApplyStep(ground)));
    const api = await startBenchApi(ground);
    try {
      if (asked('gate')) all.push(...(await measureGate(ground, api.url)));
      if (asked('stream')) all.push(...(await measureStream(ground, api.url)));
      all.push({ what: 'memory of this process (RSS), all of the above in it', value: process.memoryUsage().rss / 1024 ** 2, unit: 'MB', bound: 400, beside: `peak ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB` });
    } finally {
      await api.stop();
    }
  } finally {
    await ground.end();
  }
  return all;
}

async function main(): Promise<void> {
  const all = [
    ...(['step', 'gate', 'stream'].some(asked) ? await measureSluice() : []),
    ...(asked('netbox') ? await measureNetBoxSimulator(guests) : []),
    ...(asked('proxmox') ? await measureProxmoxSimulator(guests) : []),
    ...(asked('breadth') ? await (only === undefined ? measureBreadth(60, 24) : measureBreadth(500, 200)) : []),
  ];
  process.stdout.write(process.argv.includes('--json') ? `${JSON.stringify(all, null, 2)}\n` : `${all.map(lineOf).join('\n')}\n`);
  process.exitCode = all.every(holds) ? 0 : 1;
}

main().catch((trouble: unknown) => {
  process.stderr.write(`the bench broke: ${trouble instanceof Error ? (trouble.stack ?? trouble.message) : String(trouble)}\n`);
  process.exit(2);
});
