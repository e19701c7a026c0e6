// The child of the kill suite: starts Sluice as `main.ts` does, with the failpoint that is to end it; told to, it arms one later.
import { armFromText } from '../../src/platform/failpoint';
import type { Config } from '../../src/platform/config';
import { silentLog } from '../../src/platform/log';
import { startSluice, type RunningSluice } from '../../src/roles/start';

export type Order = { readonly config: Config } | { readonly arm: string };
export type Told = { readonly url: string } | { readonly armed: string } | { readonly failed: string };

const tell = (told: Told): void => void process.send?.(told);
let running: RunningSluice | null = null;

async function obey(order: Order): Promise<void> {
  if ('arm' in order) {
    armFromText(order.arm);
    return tell({ armed: order.arm });
  }
  running = await startSluice(order.config, { log: silentLog });
  tell({ url: running.url ?? '' });
}

process.on('message', (order: Order) => {
  obey(order).catch((trouble: unknown) => tell({ failed: trouble instanceof Error ? (trouble.stack ?? trouble.message) : String(trouble) }));
});
process.on('disconnect', () => {
  void (running?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
});
