// The rows of one table by a key, kept up to date while rows come and go. Most keys are held by one row, so a row alone stands for itself.
import type { Json, Row } from './row';

/** Undefined keeps a row out of the index. */
export type KeyOf = (row: Row) => Json | undefined;

const NONE: readonly Row[] = [];

class Several {
  readonly #rows = new Map<number, Row>();
  #list: readonly Row[] | null = null;

  get size(): number {
    return this.#rows.size;
  }

  set(row: Row): void {
    this.#rows.set(row.id, row);
    this.#list = null;
  }

  delete(id: number): void {
    this.#rows.delete(id);
    this.#list = null;
  }

  get list(): readonly Row[] {
    return (this.#list ??= [...this.#rows.values()].sort((a, b) => a.id - b.id));
  }
}

export class TableIndex {
  readonly #holders = new Map<Json, Row | Several>();

  constructor(
    rows: Iterable<Row>,
    private readonly keyOf: KeyOf,
  ) {
    for (const row of rows) this.#add(row);
  }

  /** Rows with this key, lowest id first. */
  get(key: Json): readonly Row[] {
    const holder = this.#holders.get(key);
    if (holder === undefined) return NONE;
    return holder instanceof Several ? holder.list : [holder];
  }

  replace(before: Row | undefined, after: Row | undefined): void {
    if (before !== undefined && (after === undefined || this.keyOf(before) !== this.keyOf(after))) this.#remove(before);
    if (after !== undefined) this.#add(after);
  }

  #add(row: Row): void {
    const key = this.keyOf(row);
    if (key === undefined) return;
    const holder = this.#holders.get(key);
    if (holder instanceof Several) holder.set(row);
    else if (holder === undefined || holder.id === row.id) this.#holders.set(key, row);
    else {
      const several = new Several();
      several.set(holder);
      several.set(row);
      this.#holders.set(key, several);
    }
  }

  #remove(row: Row): void {
    const key = this.keyOf(row);
    const holder = key === undefined ? undefined : this.#holders.get(key);
    if (key === undefined || holder === undefined) return;
    if (holder instanceof Several) holder.delete(row.id);
    if (!(holder instanceof Several) || holder.size === 0) this.#holders.delete(key);
  }
}
