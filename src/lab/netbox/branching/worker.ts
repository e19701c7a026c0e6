// NetBox's one rqworker: branch jobs and webhook deliveries in one queue, one after the other, so a merge's webhooks wait for its job (branching 1.1.2).
// A test may hold it to look at what is pending, or stop it inside a job to look at what is running.

/** Before the next job, before a job that runs does anything, before it replays changes in the branch's transitional status. */
export type Place = 'job' | 'work' | 'replay';

export class Worker {
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = false;
  #held = false;
  #stopAt: Exclude<Place, 'job'> | null = null;
  #stopped: (() => void) | null = null;
  #closed = false;

  add(task: () => Promise<void>): void {
    if (this.#closed) return;
    this.#queue.push(task);
    setImmediate(() => void this.#work());
  }

  /** Goes on, if it stands, as far as this place. */
  holdBefore(place: Place): void {
    this.#held = place === 'job';
    this.#stopAt = place === 'job' ? null : place;
    this.#goOn();
    if (this.#standing) this.#wake();
  }

  release(): void {
    this.#held = false;
    this.#stopAt = null;
    this.#goOn();
  }

  /** Called by a job at each place where it may be stopped. */
  async pass(place: Exclude<Place, 'job'>): Promise<void> {
    if (this.#stopAt !== place || this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
      this.#wake();
    });
  }

  /** Resolves when nothing is queued or running; at once while the worker is held or stopped. */
  idle(): Promise<void> {
    if (this.#standing) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get #standing(): boolean {
    return this.#stopped !== null || (!this.#busy && (this.#held || this.#queue.length === 0));
  }

  #goOn(): void {
    const stopped = this.#stopped;
    this.#stopped = null;
    stopped?.();
    setImmediate(() => void this.#work());
  }

  /** Takes nothing more and waits for what runs. What is still queued is dropped: a pending job is found again at the next start, a webhook is not. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    this.release();
    await this.idle();
  }

  async #work(): Promise<void> {
    if (this.#busy || this.#held) return;
    this.#busy = true;
    try {
      for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
        await task();
        if (this.#held) break;
      }
    } finally {
      this.#busy = false;
      if (this.#queue.length === 0 || this.#held) this.#wake();
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
