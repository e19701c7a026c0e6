// The api: HTTP for people, services, NetBox's hooks and the gate. It reads Proxmox with the reflect token and writes nothing there.
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { ApplyModule, JobEvents, JobsService, JobStore, LineStore } from '../apply';
import { ClusterStore, ConnectionsModule, EndpointsService, type Clusters } from '../endpoints';
import { DeletionModule } from '../deletion';
import { IdentityModule, PeopleStore } from '../identity';
import { GateDoor, GateService, GateStore, IntentModule, PastStore, PlanRequestStore, PlansService, PlanStore } from '../intent';
import { ExplainService, ExplainStore, JournalReader } from '../journal';
import { JournalModule } from '../journal/journal.module';
import { HookDoor, MergeModule, MergeStore } from '../merge';
import { HealthModule } from '../platform/health';
import { createHttpApp } from '../platform/http';
import { Metrics } from '../platform/metrics';
import { FreezeService, FreezeStore, PolicyModule, policyOf, PolicyStore, seedPolicy } from '../policy';
import { uiConfigure, UiModule, uiProblemPage, type LabParts } from '../ui';
import { requestsOf } from './deletion-parts';
import type { Ground } from './ground';

@Module({})
class ApiModule {
  static with(imports: DynamicModule[]): DynamicModule {
    return { module: ApiModule, imports };
  }
}

/** Starts listening; the URL is where people and NetBox reach it. */
export async function startApi(ground: Ground, clusters: Clusters, version: string, lab?: LabParts): Promise<{ readonly url: string; readonly app: NestExpressApplication }> {
  const { config, log, shutdown } = ground;
  const db = ground.db('api');
  const [plans, requests, gates, jobs, lines, merges] = [new PlanStore(db), new PlanRequestStore(db), new GateStore(db), new JobStore(db), new LineStore(db), new MergeStore(db)];
  const past = new PastStore(db);
  const policies = new PolicyStore();
  const asking = new PlansService(requests, plans, new Set(config.netbox.map((netbox) => netbox.name)));
  const gate = new GateService(db, gates, plans, requests, asking, () => policies.current(db), (netbox, branchId) => past.ofBranch(netbox, branchId));
  const events = new JobEvents(db, jobs, lines);
  await events.start();
  shutdown.onStop('job events', () => events.stop());
  const clusterStore = new ClusterStore(db);
  const endpoints = new EndpointsService(clusterStore, clusters, 'role:api');
  await endpoints.open();
  const [jobService, deletions] = [new JobsService(db, jobs, lines), requestsOf(db, clusters)];
  const metrics = new Metrics();
  const secretsOf = (key: 'gateSecret' | 'webhookSecret'): ReadonlyMap<string, string> => new Map(config.netbox.map((netbox) => [netbox.name, netbox[key]]));
  const app = await createHttpApp(ApiModule.with([
    IdentityModule.with({ db, publicUrl: config.http.publicUrl ?? `http://${config.http.host}` }),
    HealthModule.with({ db, mode: config.mode, roles: config.roles, version, metrics }),
    PolicyModule.with({ db, mode: config.mode }),
    JournalModule.with({ db }),
    ConnectionsModule.with({ endpoints, store: clusterStore }),
    IntentModule.with({ plans: asking, gate, door: new GateDoor(secretsOf('gateSecret'), gates) }),
    MergeModule.with({ hooks: new HookDoor(db, merges, secretsOf('webhookSecret')) }),
    ApplyModule.with({ jobs: jobService, events }),
    DeletionModule.with({ requests: deletions }),
    UiModule.with({
      mode: config.mode, plans: asking, jobs: jobService, requests: deletions, freeze: new FreezeService(db, new FreezeStore()), journal: new JournalReader(db), explain: new ExplainService(new ExplainStore(db)),
      connections: () => clusterStore.listWithRights(),
      names: () => new PeopleStore().names(db), ...(lab === undefined ? {} : { lab }),
    }),
  ]), { log, version, metrics, configure: uiConfigure, problemPage: uiProblemPage(config.mode) });
  shutdown.onStop('HTTP server', () => app.close());
  const server = await app.listen(config.http.port, config.http.host);
  const { port } = server.address() as AddressInfo;
  return { url: config.http.publicUrl ?? `http://${config.http.host}:${port}`, app };
}

/** The first start makes the first policy of the configuration; later ones compare (P32). */
export const seedFirstPolicy = async (ground: Ground): Promise<void> => void (await seedPolicy(ground.db('api'), policyOf(ground.config)));
