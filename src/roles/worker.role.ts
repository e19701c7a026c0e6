// The worker plans, applies and quarantines. The queue hands it ids; everything else stands in rows.
import { JobRunner, JobStore, LineStore } from '../apply';
import { ClusterStore, EndpointsService, LinkStore, type Clusters } from '../endpoints';
import { EffectRunner, EffectStore } from '../effects';
import { answerPlanRequest, GateStore, PastStore, Planner, PlanRequestStore, PlanStore, watchBranches } from '../intent';
import { PeopleStore } from '../identity';
import { sentence, type Result } from '../kernel';
import { MergeService, MergeStore } from '../merge';
import type { NetBoxes } from '../netbox';
import { startQueueWorker } from '../platform/queue';
import { isAllowed, PolicyStore } from '../policy';
import { deletionWorker } from './deletion-parts';
import type { Ground } from './ground';

const concurrency = 8;

export async function startWorker(ground: Ground, clusters: Clusters, netboxes: NetBoxes): Promise<void> {
  const { log } = ground;
  const db = ground.db('worker');
  const [plans, requests, gates, links, jobs, lines] = [new PlanStore(db), new PlanRequestStore(db), new GateStore(db), new LinkStore(db), new JobStore(db), new LineStore(db)];
  const policies = new PolicyStore();
  const people = new PeopleStore();
  const effects = new EffectRunner(new EffectStore(db));
  const endpoints = new EndpointsService(new ClusterStore(db), clusters, 'role:worker');
  await endpoints.open();
  await checkOwnRights(endpoints, clusters);
  const planner = new Planner(netboxes, endpoints, links, plans, () => policies.current(db), new PastStore(db), (netbox, userId) => people.rightsOfNetBoxUser(db, netbox, userId));
  const deletion = deletionWorker(db, clusters, netboxes);
  const merges = new MergeService(db, new MergeStore(db), netboxes, plans, planner, gates, jobs, deletion.merges);
  const runner = new JobRunner(db, jobs, lines, plans, links, effects, clusters, netboxes, (cluster) => endpoints.look(cluster), async () => isAllowed((await policies.current(db)).body));
  const tell = (task: string, id: string, result: Result<unknown>): void => { if (!result.ok) log.warn({ task, id, code: result.error.code }, sentence(result.error)); };

  const queue = await startQueueWorker({
    url: ground.urlOf('worker'), concurrency, log,
    handlers: {
      'intent.plan': (id) => answerPlanRequest(id, requests, planner),
      'merge.look': async (netbox) => {
        tell('merge.look', netbox, await merges.look(netbox));
        tell('merge.look', netbox, await watchBranches(netboxes, netbox, plans, requests));
      },
      'apply.run': (id) => runner.run(id),
      'deletion.prepare': (id) => deletion.prepare(id),
      'deletion.quarantine': (id) => deletion.quarantine(id),
      'deletion.undo': (id) => deletion.undo(id),
    },
  });
  ground.shutdown.onStop('queue', () => queue.stop());
}

/** The worker's own tokens, for the page of connections; what is missing shows itself in plans as `guest.pool-rights`. */
async function checkOwnRights(endpoints: EndpointsService, clusters: Clusters): Promise<void> {
  for (const { settings, reader, creator, updater } of clusters.values()) {
    await endpoints.checkRights(settings.name, {
      reflect: () => reader.permissions(),
      ...(creator === null ? {} : { create: () => creator.permissions() }),
      ...(updater === null ? {} : { update: () => updater.permissions() }),
    });
  }
}
