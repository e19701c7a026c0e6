// One set of tables: main, or one branch. A branch starts with main's rows (they are shared, rows never change) and drifts from there.
// Indexes are built when first asked for and follow every write from then on.
import type { Json, Row } from './row';
import { TableIndex } from './table-index';
import type { KeyOf } from './table-index';
import type { Undo } from './undo';

/** A row of the change log. `pre` and `post` are the change-log form of the object, null where it did not exist. */
export interface LogRow {
  readonly id: number;
  readonly time: string;
  readonly user: number | null;
  readonly userName: string;
  readonly requestId: string;
  readonly action: 'create' | 'update' | 'delete';
  readonly type: string;
  readonly objectId: number;
  readonly repr: string;
  readonly message: string;
  readonly pre: { readonly [key: string]: Json } | null;
  readonly post: { readonly [key: string]: Json } | null;
}

const EMPTY: ReadonlyMap<number, Row> = new Map();

export class Space {
  readonly #tables = new Map<string, Map<number, Row>>();
  readonly #indexes = new Map<string, Map<string, TableIndex>>();
  readonly #writes = new Map<string, number>();
  readonly log: LogRow[] = [];

  constructor(
    /** Eight characters of a branch; null is main. */
    readonly schemaId: string | null,
    private readonly undo: Undo,
  ) {}

  table(type: string): ReadonlyMap<number, Row> {
    return this.#tables.get(type) ?? EMPTY;
  }

  types(): Iterable<string> {
    return this.#tables.keys();
  }

  get(type: string, id: number): Row | undefined {
    return this.#tables.get(type)?.get(id);
  }

  put(type: string, row: Row): void {
    this.#write(type, row.id, row);
  }

  remove(type: string, id: number): void {
    this.#write(type, id, undefined);
  }

  /** Rows whose `field` holds this value, lowest id first. */
  where(type: string, field: string, value: Json): readonly Row[] {
    return this.keyed(type, field, (row) => row[field] ?? null, value);
  }

  /** Rows whose key is this one, lowest id first. A name stands for one way to make a key; names with a space in them are no fields. */
  keyed(type: string, name: string, keyOf: KeyOf, key: Json): readonly Row[] {
    let indexes = this.#indexes.get(type);
    if (indexes === undefined) this.#indexes.set(type, (indexes = new Map<string, TableIndex>()));
    let index = indexes.get(name);
    if (index === undefined) indexes.set(name, (index = new TableIndex(this.table(type).values(), keyOf)));
    return index.get(key);
  }

  /** Changes with every write to this table, so that what was derived from it can be kept until then. */
  writes(type: string): number {
    return this.#writes.get(type) ?? 0;
  }

  /** Adds a row to the change log; undone with the transaction. */
  record(row: LogRow): void {
    this.log.push(row);
    this.undo.add(() => this.log.splice(this.log.lastIndexOf(row), 1));
  }

  /** Takes over all rows of these types from another space (provisioning a branch). */
  copyFrom(other: Space, types: Iterable<string>): void {
    for (const type of types) {
      this.#tables.set(type, new Map(other.table(type)));
      this.#writes.set(type, this.writes(type) + 1);
    }
    this.#indexes.clear();
  }

  #write(type: string, id: number, row: Row | undefined): void {
    const table = this.#tables.get(type) ?? new Map<number, Row>();
    this.#tables.set(type, table);
    const before = table.get(id);
    this.#set(table, type, id, row);
    this.undo.add(() => this.#set(table, type, id, before));
  }

  #set(table: Map<number, Row>, type: string, id: number, row: Row | undefined): void {
    const before = table.get(id);
    if (row === undefined) table.delete(id);
    else table.set(id, row);
    this.#writes.set(type, this.writes(type) + 1);
    for (const index of this.#indexes.get(type)?.values() ?? []) index.replace(before, row);
  }
}
