// Which workers are alive, and what the dead ones held. A living worker holds an advisory lock named after it for as long as
// its session lives, so PostgreSQL itself says who is gone; the queue's own four hours are too long (DESIGN "Parts chosen").
import { Client } from 'pg';
import type { Log } from '../log';

/** A worker's session: its place in the roll, and the right to look after others. */
export interface RollCall {
  /** Gives back what the dead held; returns how many tasks. `before` runs while nobody else can judge. */
  releaseTheDead<T>(before: () => Promise<T>): Promise<{ readonly released: number; readonly result: T }>;
  /** From now on this worker counts as alive. */
  answer(worker: string): Promise<void>;
  end(): Promise<void>;
}

const judging = "hashtextextended('sluice queue: judging', 0)";
const named = "hashtextextended('sluice queue: ' || $1, 0)";
const pauseMillis = 500;

export async function openRollCall(url: string, log: Log): Promise<RollCall> {
  const answered = new Set<string>();
  let ended = false;
  let current: Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: url, keepAlive: true, application_name: 'sluice queue roll' });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const worker of answered) await client.query(`select pg_advisory_lock(${named})`, [worker]);
    } catch (trouble) {
      await client.end().catch(() => undefined);
      throw trouble;
    }
    client.once('end', () => { current = null; if (!ended) again(); });
    current = client;
    return client;
  };

  /** A lost session is opened again. Meanwhile somebody may take this worker for dead: leases and fences in the rows bear that (P28). */
  const again = (): void => {
    log.warn({}, 'the queue\'s roll lost its database session');
    timer = setTimeout(() => void connect().catch(() => { if (!ended) again(); }), pauseMillis);
  };

  const session = (): Promise<Client> => (current === null ? connect() : Promise.resolve(current));
  await connect();

  return {
    async releaseTheDead(before) {
      const client = await session();
      await client.query(`select pg_advisory_lock(${judging})`);
      try {
        const released = await release(client, await theDead(client, answered), log);
        return { released, result: await before() };
      } finally {
        await client.query(`select pg_advisory_unlock(${judging})`).catch(() => undefined);
      }
    },
    async answer(worker) {
      answered.add(worker);
      await (await session()).query(`select pg_advisory_lock(${named})`, [worker]);
    },
    async end() {
      ended = true;
      if (timer !== null) clearTimeout(timer);
      await current?.end();
    },
  };
}

/**
 * Names that hold a task or a queue and whose lock is free to take. Our own are never judged: a session may take a lock that it
 * holds already a second time, so to itself it would look dead, and everything that it is working at would be handed out again.
 */
async function theDead(client: Client, own: ReadonlySet<string>): Promise<readonly string[]> {
  const { rows } = await client.query<{ worker: string }>(
    'select locked_by as worker from graphile_worker._private_jobs where locked_by is not null union select locked_by from graphile_worker._private_job_queues where locked_by is not null');
  const dead: string[] = [];
  for (const { worker } of rows.filter((row) => !own.has(row.worker))) {
    const { rows: [lock] } = await client.query<{ free: boolean }>(`select pg_try_advisory_lock(${named}) as free`, [worker]);
    if (lock?.free !== true) continue;
    await client.query(`select pg_advisory_unlock(${named})`, [worker]);
    dead.push(worker);
  }
  return dead;
}

/**
 * A task whose worker died, or was made to stop in the middle, waits again under its key unless a newer one does. That is not
 * a retry of an effect: the handler finds its own rows and settles what may have been sent by looking (P26).
 */
async function release(client: Client, dead: readonly string[], log: Log): Promise<number> {
  await client.query('begin');
  try {
    await client.query('select graphile_worker.force_unlock_workers($1)', [dead]);
    const { rows } = await client.query<{ task: string; key: string | null; payload: unknown; queue: string | null }>(`
      delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
      where t.id = j.task_id and j.locked_by is null and j.attempts >= j.max_attempts
      returning t.identifier as task, j.key, j.payload, (select queue_name from graphile_worker._private_job_queues q where q.id = j.job_queue_id) as queue`);
    for (const { task, key, payload, queue } of rows.filter((row) => row.key !== null)) {
      await client.query('select 1 from graphile_worker.add_job($1, payload => $2::json, queue_name => $3, max_attempts => 1, job_key => $4)', [task, JSON.stringify(payload), queue, key]);
    }
    await client.query('commit');
    if (dead.length > 0 || rows.length > 0) log.warn({ dead, tasks: rows.map((row) => row.key ?? row.task) }, 'released what stopped workers held');
    return rows.length;
  } catch (trouble) {
    await client.query('rollback').catch(() => undefined);
    throw trouble;
  }
}
