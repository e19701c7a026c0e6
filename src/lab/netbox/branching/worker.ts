// NetBox's one rqworker: branch jobs and webhook deliveries in one queue, one after the other, so a merge's webhooks wait for its job (branching 1.1.2).
// A test may hold it to look at what is pending.

export class Worker {
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #waiting: (() => void)[] = [];
  #busy = false;
  #held = false;
  #closed = false;

  add(task: () => Promise<void>): void {
    if (this.#closed) return;
    this.#queue.push(task);
    setImmediate(() => void this.#work());
  }

  hold(): void {
    this.#held = true;
    if (!this.#busy) this.#wake();
  }

  release(): void {
    this.#held = false;
    setImmediate(() => void this.#work());
  }

  get held(): boolean {
    return this.#held;
  }

  /** Resolves when nothing is queued or running; at once while the worker is held. */
  idle(): Promise<void> {
    if (this.#held || (!this.#busy && this.#queue.length === 0)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes nothing more and waits for what runs. What is still queued is dropped: a pending job is found again at the next start, a webhook is not. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.length = 0;
    this.#held = false;
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
