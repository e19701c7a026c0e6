// Hands tasks to their handlers. An error of a handler ends that task and is told; the rows say what is to become of the work.
import { Logger, run, type Runner, type TaskList, type WorkerPool } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import type { Log } from '../log';
import { openRollCall } from './roll-call.store';
import { idOf, taskNames, type TaskName } from './tasks';

export type Handlers = Readonly<Record<TaskName, (id: string) => Promise<void>>>;

export interface QueueWorkerOptions {
  /** Of a runtime login that may use the queue: worker, api or scheduler. */
  readonly url: string;
  readonly handlers: Handlers;
  readonly concurrency: number;
  readonly log: Log;
  /** How often dead workers of other processes are looked for. */
  readonly rollCallMillis?: number;
}

export interface QueueWorker {
  /** The name under which this worker holds tasks. */
  readonly id: string;
  /** Takes no more tasks and waits for those that run. */
  stop(): Promise<void>;
}

export async function startQueueWorker(options: QueueWorkerOptions): Promise<QueueWorker> {
  const { log } = options;
  const roll = await openRollCall(options.url, log);
  // Nobody judges between the making of our name and our answer to it, so a living worker is never taken for dead.
  const { result: { runner, id } } = await roll.releaseTheDead(async () => {
    const started = await start(options);
    await roll.answer(started.id);
    return started;
  }).catch(async (trouble: unknown) => { await roll.end(); throw trouble; });
  runner.promise.catch((error: unknown) => log.error({ error }, 'the queue stopped by itself'));

  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    looking = roll.releaseTheDead(() => Promise.resolve()).catch((error: unknown) => log.warn({ error }, 'could not look for dead workers'));
  }, options.rollCallMillis ?? 15_000);
  timer.unref();

  return {
    id,
    async stop() {
      clearInterval(timer);
      await looking;
      await runner.stop();
      await roll.end();
    },
  };
}

async function start({ url, handlers, concurrency, log }: QueueWorkerOptions): Promise<{ readonly runner: Runner; readonly id: string }> {
  const events = new EventEmitter();
  let pool: WorkerPool | null = null;
  events.on('pool:create', (event: { workerPool: WorkerPool }) => { pool = event.workerPool; });
  const runner = await run({
    connectionString: url, maxPoolSize: concurrency + 2, concurrency, pollInterval: 1000, noHandleSignals: true,
    parsedCronItems: [], taskList: taskList(handlers, log), logger: queueLogger(log), events,
  });
  const made = pool as WorkerPool | null;
  if (made === null) throw new Error('the queue did not say the name of its worker');
  return { runner, id: made.id };
}

function taskList(handlers: Handlers, log: Log): TaskList {
  return Object.fromEntries(taskNames.map((task) => [task, async (payload: unknown) => {
    const id = idOf(payload);
    if (id === null) return log.error({ task }, 'a task without an id was dropped');
    try {
      await handlers[task](id);
    } catch (error) {
      log.error({ task, id, error }, 'a task failed');
    }
  }]));
}

/** The queue's own lines: what works is not worth one. */
const queueLogger = (log: Log): Logger => new Logger(() => (level, text) => {
  if (level === 'error') log.error({ from: 'queue' }, text);
  else if (level === 'warning') log.warn({ from: 'queue' }, text);
});
