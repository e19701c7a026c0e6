// The api role's HTTP server with what the measurements ask of it: the gate and the stream of a job's log.
import { Module, type DynamicModule } from '@nestjs/common';
import type { AddressInfo } from 'node:net';
import { ApplyModule, JobEvents, JobsService, JobStore, LineStore } from '../../src/apply';
import { IdentityModule, seedServiceTokens } from '../../src/identity';
import { GateDoor, GateService, GateStore, IntentModule, PlanRequestStore, PlansService, PlanStore } from '../../src/intent';
import { HealthModule } from '../../src/platform/health';
import { createHttpApp } from '../../src/platform/http';
import { Metrics } from '../../src/platform/metrics';
import { PolicyStore } from '../../src/policy';
import type { BenchGround } from './ground';

export const benchToken = 'bench-token-0123456789';
export const gateSecret = 'bench-gate-secret';

@Module({})
class BenchModule {
  static with(imports: DynamicModule[]): DynamicModule {
    return { module: BenchModule, imports };
  }
}

export async function startBenchApi(ground: BenchGround): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const db = ground.db('api');
  await seedServiceTokens(ground.owner, [{ name: 'bench', token: benchToken, permissions: ['view'] }]);
  const [plans, requests, gates, jobs, lines] = [new PlanStore(db), new PlanRequestStore(db), new GateStore(db), new JobStore(db), new LineStore(db)];
  const asking = new PlansService(requests, plans, new Set(['netbox']));
  const events = new JobEvents(db, jobs, lines);
  await events.start();
  const metrics = new Metrics();
  const app = await createHttpApp(BenchModule.with([
    IdentityModule.with({ db, publicUrl: 'http://127.0.0.1' }),
    HealthModule.with({ db, mode: 'lab', roles: ['api'], version: 'bench', metrics }),
    IntentModule.with({ plans: asking, gate: new GateService(db, gates, plans, requests, asking, () => new PolicyStore().current(db), () => Promise.resolve({ begun: false, busy: null, lastWork: null })), door: new GateDoor(new Map([['netbox', gateSecret]]), gates) }),
    ApplyModule.with({ jobs: new JobsService(db, jobs, lines), events }),
  ]), { metrics });
  const server = await app.listen(0, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, stop: async () => { await events.stop(); await app.close(); } };
}
