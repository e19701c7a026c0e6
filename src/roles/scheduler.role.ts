// Ticks inside a process. Every instance may tick: what a tick does is guarded by its rows, so twice is as good as once (P33).
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory, ModuleRef } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { JobStore } from '../apply';
import { GateStore, PlanStore } from '../intent';
import { exportCheckpoint } from '../journal';
import { databaseNow } from '../platform/database';
import { enqueue } from '../platform/queue';
import { deletionSweep } from './deletion-parts';
import type { Ground } from './ground';
import { Ticks, type Tick } from './ticks';

export async function startScheduler(ground: Ground): Promise<void> {
  const { config, log } = ground;
  const db = ground.db('scheduler');
  const [plans, jobs, gates] = [new PlanStore(db), new JobStore(db), new GateStore(db)];
  const deletion = deletionSweep(db);
  const look = async (): Promise<void> => { for (const { name } of config.netbox) await enqueue(db, 'merge.look', name, { queue: `merge:${name}` }); };
  const recover = async (): Promise<void> => { for (const id of await jobs.waiting()) await enqueue(db, 'apply.run', id); };
  const ticks: readonly Tick[] = [
    { name: 'reconcile', everyMillis: config.reconcileEvery * 1000, run: look },
    { name: 'jobs', everyMillis: 5000, run: recover },
    { name: 'deletions', everyMillis: 2000, run: async () => void (await deletion.tick()) },
    { name: 'expiries', everyMillis: 5000, run: async () => void (await plans.expire()) },
    { name: 'nonces', everyMillis: 300_000, run: async () => void (await gates.forgetOldNonces()) },
    { name: 'checkpoint', everyMillis: config.journal.checkpointEvery * 1000, run: async () => void (await exportCheckpoint(db, config.journal.checkpointFile, await databaseNow(db))) },
  ];
  const app = await NestFactory.createApplicationContext(TicksModule.with(), { logger: false });
  const registry = app.get(ModuleRef).get(SchedulerRegistry, { strict: false });
  const firing = new Ticks(log);
  for (const tick of ticks) {
    registry.addInterval(tick.name, setInterval(() => firing.fire(tick), tick.everyMillis));
    firing.fire(tick);
  }
  ground.shutdown.onStop('scheduler', async () => {
    await app.close();
    await firing.settled();
  });
}

@Module({})
class TicksModule {
  static with(): DynamicModule {
    return { module: TicksModule, imports: [ScheduleModule.forRoot()] };
  }
}
