// Carries P8, P33: what time alone brings about. Requests that were not approved or not carried out in time expire, and work
// that a crash took out of the queue is asked for again: every task begins by reading its rows, so asking twice is harmless.
import type { Enqueue, RequestStore } from './request.store';

/** Work younger than this is believed to be under way. Tasks of one request share a queue, so a second one waits behind the first. */
const youngSeconds = 10;

export class DeletionSweep {
  constructor(private readonly store: RequestStore, private readonly enqueue: Enqueue, private readonly attendedSeconds = youngSeconds) {}

  async tick(): Promise<void> {
    for (const id of await this.store.overdue()) await this.store.advance(id, { event: 'expire' }, { role: 'scheduler', actor: 'role:scheduler' });
    for (const { task, id } of await this.store.unattended(this.attendedSeconds)) await this.enqueue(this.store.db, task, id);
  }
}
