// Carries P8, P33: what time alone brings about. Requests that were not approved or not carried out in time expire, and work
// that a crash took out of the queue is asked for again: every task begins by reading its rows, so asking twice is harmless.
import type { DeletionTask, Enqueue, RequestStore } from './request.store';

/** Work younger than this is believed to be under way. */
const youngSeconds = 120;

export class DeletionSweep {
  constructor(private readonly store: RequestStore, private readonly enqueue: Enqueue, private readonly attendedSeconds = youngSeconds) {}

  async tick(): Promise<{ readonly expired: readonly string[]; readonly askedAgain: readonly { readonly task: DeletionTask; readonly id: string }[] }> {
    const expired: string[] = [];
    for (const id of await this.store.overdue()) {
      const end = await this.store.advance(id, { event: 'expire' }, { role: 'scheduler', actor: 'role:scheduler' });
      if (end.ok) expired.push(id);
    }
    const askedAgain = await this.store.unattended(this.attendedSeconds);
    for (const { task, id } of askedAgain) await this.enqueue(this.store.db, task, id);
    return { expired, askedAgain };
  }
}
