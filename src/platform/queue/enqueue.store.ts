// Asks for work in the transaction that made it necessary. A task carries an id and nothing else: what is to be done stands in
// the rows, read when the work begins (P9), and the queue never tries again (P26).
import { canonicalJson, type Instant } from '../../kernel';
import type { Tx } from '../database';
import type { TaskName } from './tasks';

export interface EnqueueOptions {
  /** One waiting task per key; default `task:id`. */
  readonly key?: string;
  /** Tasks of one queue run one after the other, in order. */
  readonly queue?: string;
  /** Not before this instant of the database's clock (P8). */
  readonly runAt?: Instant;
}

/**
 * Mode `replace`: a task that waits is replaced, so ten hints are one run; one that already runs keeps running and a new one waits
 * behind it, because it may have read the rows before this change. (`unsafe_dedupe` would lose that change, P33.) The new one
 * can run beside the old: handlers hold a lease in their own rows, or share a `queue`.
 */
export async function enqueue(tx: Tx, task: TaskName, id: string, options: EnqueueOptions = {}): Promise<void> {
  await tx.one(
    `select 1 as added from graphile_worker.add_job($1, payload => $2::json, queue_name => $3, max_attempts => 1, job_key => $4, job_key_mode => 'replace',
       run_at => clock_timestamp() + ($5::timestamptz - sluice_now()))`,
    [task, canonicalJson({ id }), options.queue ?? null, options.key ?? `${task}:${id}`, options.runAt ?? null],
  );
}
