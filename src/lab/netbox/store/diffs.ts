// All change diffs by id, found again by the object that they are about: a branch of 10,000 guests asks for one with every write.
import type { DiffRow } from './state';

export class Diffs extends Map<number, DiffRow> {
  readonly #byObject = new Map<string, Map<number, DiffRow>>();

  /** The diffs of one object, at most one for each branch. */
  of(type: string, objectId: number): readonly DiffRow[] {
    return [...(this.#byObject.get(`${type} ${objectId}`)?.values() ?? [])];
  }

  override set(id: number, row: DiffRow): this {
    this.#forget(id);
    const key = `${row.type} ${row.objectId}`;
    const rows = this.#byObject.get(key) ?? new Map<number, DiffRow>();
    this.#byObject.set(key, rows.set(id, row));
    return super.set(id, row);
  }

  override delete(id: number): boolean {
    this.#forget(id);
    return super.delete(id);
  }

  #forget(id: number): void {
    const row = this.get(id);
    if (row === undefined) return;
    const key = `${row.type} ${row.objectId}`;
    const rows = this.#byObject.get(key);
    rows?.delete(id);
    if (rows?.size === 0) this.#byObject.delete(key);
  }
}
