// The deleter: reads with reflect, lends and takes back with lender, sends the one DELETE with destroy. It has no queue and no
// door; it looks at the rows on its own clock (P16).
import { Deleter, RequestStore, type DeletionPowers } from '../deletion';
import { ClusterStore, EndpointsService, type Clusters } from '../endpoints';
import { EffectStore } from '../effects';
import { leaveToScheduler } from './deletion-parts';
import { deleterCredentials } from './connections';
import type { Ground } from './ground';

const restMillis = 500;

export async function startDeleter(ground: Ground, clusters: Clusters): Promise<void> {
  const { config, log, shutdown } = ground;
  const db = ground.db('deleter');
  const endpoints = new EndpointsService(new ClusterStore(db), clusters, 'role:deleter');
  await endpoints.open();
  const deleter = new Deleter(new RequestStore(db, leaveToScheduler), new EffectStore(db), clusters, powersOf(config, clusters), (cluster, asks) => endpoints.mayDelete(cluster, asks));
  let stopping = false;
  let started = false;
  // The first round takes back every loan that is found. Until it went through, nothing else is done (P15).
  const round = async (): Promise<void> => {
    try {
      if (!started) await deleter.start();
      started = true;
      await deleter.tick();
    } catch (error) {
      log.warn({ error }, 'a round of the deleter failed; the next one looks again');
    }
  };
  let rest: (() => void) | null = null;
  const running = (async () => {
    while (!stopping) {
      await round();
      if (!stopping) await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMillis);
        rest = () => { clearTimeout(timer); resolve(); };
      });
    }
  })();
  shutdown.onStop('deleter', async () => {
    stopping = true;
    rest?.();
    await running;
  });
}

function powersOf(config: Ground['config'], clusters: Clusters): ReadonlyMap<string, DeletionPowers> {
  const [lenders, destroyers] = [deleterCredentials(config, 'lender'), deleterCredentials(config, 'destroy')];
  return new Map([...clusters].flatMap(([name, { http }]) => {
    const [lender, destroyer] = [lenders.get(name), destroyers.get(name)];
    return lender === undefined || destroyer === undefined ? [] : [[name, { lender: { http, credential: lender }, destroyer: { http, credential: destroyer } }] as const];
  }));
}
