// The pages over the world of a story: the same database, clusters and NetBox as its Sluice, wired as the api's role wires them.
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { ApplyModule, JobEvents, JobsService, JobStore, LineStore } from '../../src/apply';
import { RequestsService, RequestStore, ReviewStore } from '../../src/deletion';
import { ClusterStore } from '../../src/endpoints';
import { IdentityModule, PeopleStore } from '../../src/identity';
import { PlanRequestStore, PlansService, PlanStore } from '../../src/intent';
import { ExplainService, ExplainStore, JournalReader } from '../../src/journal';
import { roleUrl, openDatabase } from '../../src/platform/database';
import { createHttpApp } from '../../src/platform/http';
import { silentLog } from '../../src/platform/log';
import { Shutdown } from '../../src/platform/shutdown';
import { FreezeService, FreezeStore, PolicyStore } from '../../src/policy';
import { openClusters } from '../../src/roles/connections';
import { hand } from '../../src/roles/deletion-parts';
import { uiConfigure, UiModule, uiProblemPage } from '../../src/ui';
import type { Story } from './story';

@Module({}) class PagesModule {}

export interface PagesApp { readonly url: string; close(): Promise<void> }

export async function startPages(story: Story, branch: { readonly id: number; readonly name: string }): Promise<PagesApp> {
  const shutdown = new Shutdown({ log: silentLog });
  const db = await openDatabase(roleUrl(story.databaseUrl, 'api', { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' }), { role: 'api', poolSize: 6 });
  const clusters = openClusters(story.lab.config, shutdown);
  const [jobs, lines, rows, policies] = [new JobStore(db), new LineStore(db), new ClusterStore(db), new PolicyStore()];
  const [events, service] = [new JobEvents(db, jobs, lines), new JobsService(db, jobs, lines)];
  await events.start();
  const ui = UiModule.with({
    mode: 'lab', jobs: service, plans: new PlansService(new PlanRequestStore(db), new PlanStore(db), new Set(['netbox'])),
    requests: new RequestsService(new RequestStore(db, hand), new ReviewStore(), clusters, async (tx) => (await policies.current(tx)).body.deletion),
    freeze: new FreezeService(db, new FreezeStore()), journal: new JournalReader(db), explain: new ExplainService(new ExplainStore(db)), names: () => new PeopleStore().names(db),
    connections: async () => Promise.all((await rows.list()).map(async (row) => ({ ...row, rights: await rows.rights(row.name) }))),
    lab: { branch: { netbox: 'netbox', ...branch }, mergeAsEngineer: async () => ({ text: `NetBox's merge job ended ${(await story.merge(branch.id)).status.value as string}.` }) },
  });
  const app: NestExpressApplication = await createHttpApp({ module: PagesModule, imports: [IdentityModule.with({ db, publicUrl: 'http://127.0.0.1' }), ApplyModule.with({ jobs: service, events }), ui] }, { problemPage: uiProblemPage('lab'), configure: uiConfigure });
  const server = await app.listen(0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      await app.close();
      await events.stop();
      await shutdown.stop('the spec ended');
      await db.close();
    },
  };
}
