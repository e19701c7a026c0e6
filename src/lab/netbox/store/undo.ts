// A transaction of the simulated database: everything written since it began can be taken back, so that bulk requests and merges are all-or-none.
// Id sequences are not taken back, as in PostgreSQL: a refused insert leaves a gap.

export class Undo {
  #steps: (() => void)[] | null = null;

  add(step: () => void): void {
    this.#steps?.push(step);
  }

  /** Runs `work` as a transaction. If it throws, its writes are undone and the error goes on. Transactions do not nest. */
  transaction<T>(work: () => T): T {
    if (this.#steps !== null) return work();
    this.#steps = [];
    try {
      return work();
    } catch (error) {
      for (const step of this.#steps.reverse()) step();
      throw error;
    } finally {
      this.#steps = null;
    }
  }

  /** Runs `work`, keeps its result and takes its writes back (a dry run). */
  rehearse<T>(work: () => T): T {
    const rehearsal = new Rehearsed<T>();
    try {
      this.transaction(() => {
        rehearsal.result = { value: work() };
        throw rehearsal;
      });
    } catch (error) {
      if (error !== rehearsal || rehearsal.result === null) throw error;
      return rehearsal.result.value;
    }
    throw new Error('a rehearsal always ends by being taken back');
  }
}

class Rehearsed<T> extends Error {
  result: { readonly value: T } | null = null;
}
