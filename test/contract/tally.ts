// What became of the recorded exchanges of one product, counted: who agrees, what is explained and why, what is not played.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { idleAmong, reasonOf } from './netbox/explained';
import { scenario } from './netbox/recording';
import { replay as replayNetBox } from './netbox/replay';
import { explained as explainedOfProxmox } from './proxmox/explained';
import { readExchanges } from './proxmox/recording';
import { replay as replayProxmox } from './proxmox/replay';

export interface Reason { readonly count: number; readonly why: string }
export interface Tally {
  readonly product: string;
  /** Recorded exchanges; each is either compared or stands in `notPlayed`. */
  readonly recorded: number;
  readonly compared: number;
  readonly agreeing: number;
  readonly explained: readonly Reason[];
  /** Exchanges that differ for no stated reason, each with what differs. */
  readonly unexplained: readonly { readonly exchange: string; readonly differs: readonly unknown[] }[];
  readonly notPlayed: readonly Reason[];
  /** Explanations of what agrees by now: a list may only shrink. */
  readonly idle: readonly string[];
}

const recordings = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared'), 'recordings');
const proxmoxFile = join(recordings, 'proxmox', 'pve-8.4.jsonl');

export const recorded = { proxmox: existsSync(proxmoxFile), netbox: existsSync(join(recordings, 'netbox', 'README.md')) } as const;

interface Found { readonly exchange: string; readonly why: string | undefined; readonly difference: unknown }

/** An exchange with several differences counts once: as unexplained if any of them is. */
function judged(found: readonly Found[]): Pick<Tally, 'explained' | 'unexplained'> {
  const strange = [...new Set(found.filter(({ why }) => why === undefined).map(({ exchange }) => exchange))];
  const known = new Map(found.filter(({ exchange }) => !strange.includes(exchange)).map(({ exchange, why }) => [exchange, why ?? '']));
  return {
    explained: counted([...known.values()]),
    unexplained: strange.map((exchange) => ({ exchange, differs: found.filter((one) => one.exchange === exchange && one.why === undefined).map(({ difference }) => difference) })),
  };
}

function counted(reasons: readonly string[]): readonly Reason[] {
  const counts = new Map<string, number>();
  for (const why of reasons) counts.set(why, (counts.get(why) ?? 0) + 1);
  return [...counts].map(([why, count]) => ({ count, why }));
}

export async function tallyProxmox(): Promise<Tally> {
  const exchanges = readExchanges(proxmoxFile);
  const { compared, agreeing, differences, skipped } = await replayProxmox(exchanges);
  const found = differences.map((difference) => ({ exchange: `${difference.seq} ${difference.request}`, why: explainedOfProxmox[difference.seq], difference: { what: difference.what, real: difference.real, ours: difference.ours } }));
  return {
    product: 'Proxmox VE 8.4', recorded: exchanges.length, compared, agreeing, ...judged(found),
    notPlayed: [...skipped].map(([why, count]) => ({ count, why })),
    idle: Object.keys(explainedOfProxmox).filter((seq) => !differences.some((difference) => difference.seq === Number(seq))),
  };
}

export async function tallyNetBox(): Promise<Tally> {
  const steps = scenario();
  const { compared, agreeing, differences, skipped } = await replayNetBox(steps);
  const found = differences.map((difference) => ({ exchange: difference.file, why: reasonOf(difference), difference }));
  return { product: 'NetBox 4.5.10 with branching 1.1.2', recorded: steps.length, compared, agreeing, ...judged(found), notPlayed: [...skipped].map(([why, count]) => ({ count, why })), idle: idleAmong(differences) };
}
