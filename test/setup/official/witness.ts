// Every request that a test file's simulators were asked is held against the official schemas, whoever sent it, in this process
// or another, unless the test itself sent it and said so (`testsOwn`). What does not fit fails the test that was running.
import { appendFileSync } from 'node:fs';
import type { RunningLab } from '../../../src/lab';
import { netboxLabOf, type RunningNetBoxSim } from '../../../src/lab/netbox';
import { labOf, testsOwn, type Requests, type RunningProxmoxSim } from '../../../src/lab/proxmox';
import { isExplained } from './explained';
import { againstNetBox } from './netbox-schema';
import { againstProxmox } from './proxmox-schema';
import { complain, watching, type Watch } from './watches';

interface Asked { readonly number: number; readonly agent: string | null; judge(): readonly string[] | null }

function watch(product: 'Proxmox' | 'NetBox', ask: (since: number) => Promise<readonly Asked[]>): Watch {
  let seen = 0;
  return watching(async () => {
    const asked = await ask(seen);
    const forgotten = (asked[0]?.number ?? seen + 1) - seen - 1;
    seen = asked.at(-1)?.number ?? seen;
    const judged = asked.filter(({ agent }) => agent !== testsOwn).map((one) => one.judge()).filter((complaints) => complaints !== null);
    count(product, judged.length);
    return [...(forgotten > 0 ? [`${product}: ${forgotten} requests were forgotten before anybody looked at them`] : []), ...judged.flat().filter((complaint) => !isExplained(complaint))];
  });
}

/** Any of the nodes that is up tells what the cluster was asked. */
export const watchProxmox = (sim: Pick<RunningProxmoxSim, 'nodes'>, version: string): Watch =>
  watch('Proxmox', async (since) => (await firstAnswer(sim.nodes.map(({ url }) => url), since)).entries.map((request) => ({ number: request.n, agent: request.agent, judge: () => againstProxmox(version, request) })));

export const watchNetBox = (url: string, version: string): Watch =>
  watch('NetBox', async (since) => (await netboxLabOf(url).requests(since)).map((request) => ({ number: request.seq, agent: request.agent, judge: () => againstNetBox(version, request) })));

async function firstAnswer([url, ...others]: readonly string[], since: number): Promise<Requests> {
  if (url === undefined) throw new Error('no node of the cluster tells what it was asked');
  return labOf(url).allRequests(since).catch(() => firstAnswer(others, since));
}

/** The simulator, watched until it is closed; closing complains of what came last. */
export const watchedProxmox = (sim: RunningProxmoxSim, version: string): RunningProxmoxSim => ({ ...sim, close: closing(watchProxmox(sim, version), () => sim.close()) });
export const watchedNetBox = (sim: RunningNetBoxSim, version: string): RunningNetBoxSim => ({ ...sim, close: closing(watchNetBox(sim.url, version), () => sim.close()) });

const closing = (watched: Watch, close: () => Promise<void>) => async (): Promise<void> => {
  const found = await watched.end();
  await close();
  complain(found);
};

/** The simulators of a whole lab, which live in a process of their own. */
export function watchLab(lab: RunningLab): Pick<Watch, 'end'> {
  const versionOf = (name: string): string => lab.config.clusters.find((cluster) => cluster.name === name)?.version ?? '';
  const parts = [...lab.proxmox.map((sim) => watchProxmox(sim, versionOf(sim.name))), watchNetBox(lab.netboxUrl, '4.5.10')];
  return { end: async () => (await Promise.all(parts.map((part) => part.end()))).flat() };
}

/** Counted in a file of the whole run: each test file is a world of its own. */
function count(product: string, requests: number): void {
  const file = process.env['SLUICE_TEST_COUNTS'];
  if (file !== undefined && requests > 0) appendFileSync(file, `${product} ${requests}\n`);
}
