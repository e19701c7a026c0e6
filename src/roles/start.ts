// Starts the roles that were asked for, in the order in which they need each other, and stops them the other way round.
import { armFromText } from '../platform/failpoint';
import { CannotStart } from '../platform/database';
import type { Config } from '../platform/config';
import { makeLog, type Log } from '../platform/log';
import { Shutdown } from '../platform/shutdown';
import { seedFirstPolicy, startApi } from './api.role';
import { openClusters, openNetBoxes } from './connections';
import { startDeleter } from './deleter.role';
import type { LabParts } from '../ui';
import { layGround, type Seed } from './ground';
import { startScheduler } from './scheduler.role';
import { startWorker } from './worker.role';

export interface StartOptions { readonly seed?: Seed; readonly log?: Log; readonly shutdown?: Shutdown; readonly version?: string; readonly failpoints?: string; readonly lab?: LabParts }
export interface RunningSluice { readonly url: string | null; stop(): Promise<void> }

export async function startSluice(config: Config, options: StartOptions = {}): Promise<RunningSluice> {
  const log = options.log ?? makeLog(config.log);
  const shutdown = options.shutdown ?? new Shutdown({ log });
  if (options.failpoints !== undefined) {
    if (config.mode !== 'lab') throw new CannotStart('Failpoints are for the lab. Unset SLUICE_FAILPOINTS.');
    armFromText(options.failpoints);
  }
  try {
    const ground = await layGround(config, options.seed ?? (() => Promise.resolve()), log, shutdown);
    const has = (role: Config['roles'][number]): boolean => config.roles.includes(role);
    const clusters = openClusters(config, shutdown);
    const netboxes = openNetBoxes(config, shutdown);
    if (has('api')) await seedFirstPolicy(ground);
    if (has('worker')) await startWorker(ground, clusters, netboxes);
    if (has('deleter')) await startDeleter(ground, clusters);
    if (has('scheduler')) await startScheduler(ground);
    const api = has('api') ? await startApi(ground, clusters, options.version ?? '0', options.lab) : null;
    return { url: api?.url ?? null, stop: () => shutdown.stop('asked to') };
  } catch (trouble) {
    await shutdown.stop('it did not start').catch(() => undefined);
    throw trouble;
  }
}
