// Keeps the state file up to date: at once while that is quick, so that a killed simulator has lost nothing it said; with a large state so seldom that
// writing takes at most a fifth of the time.

export class Saver {
  #lastEnd = Number.NEGATIVE_INFINITY;
  #lastMillis = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly write: () => void) {}

  /** Something changed. */
  touch(): void {
    if (this.#timer !== null) return;
    const wait = this.#lastEnd + 4 * this.#lastMillis - performance.now();
    if (this.#lastMillis < 10 || wait <= 0) this.now();
    else this.#timer = setTimeout(() => this.now(), wait);
  }

  now(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const start = performance.now();
    this.write();
    this.#lastEnd = performance.now();
    this.#lastMillis = this.#lastEnd - start;
  }
}
