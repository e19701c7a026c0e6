// One set of tables: main, or one branch. A branch starts with main's rows (they are shared, rows never change) and drifts from there.
// Indexes by foreign key are built when asked for and thrown away when their table changes.
import type { Json, Row } from './row';
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
const NONE: readonly Row[] = [];

export class Space {
  readonly #tables = new Map<string, Map<number, Row>>();
  readonly #indexes = new Map<string, Map<string, Map<Json, Row[]>>>();
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
    let fields = this.#indexes.get(type);
    if (fields === undefined) this.#indexes.set(type, (fields = new Map<string, Map<Json, Row[]>>()));
    let index = fields.get(field);
    if (index === undefined) {
      fields.set(field, (index = new Map<Json, Row[]>()));
      for (const row of this.table(type).values()) {
        const key = row[field] ?? null;
        const rows = index.get(key);
        if (rows === undefined) index.set(key, [row]);
        else rows.push(row);
      }
    }
    return index.get(value) ?? NONE;
  }

  /** Adds a row to the change log; undone with the transaction. */
  record(row: LogRow): void {
    this.log.push(row);
    this.undo.add(() => this.log.splice(this.log.lastIndexOf(row), 1));
  }

  /** Takes over all rows of these types from another space (provisioning a branch). */
  copyFrom(other: Space, types: Iterable<string>): void {
    for (const type of types) this.#tables.set(type, new Map(other.table(type)));
    this.#indexes.clear();
  }

  #write(type: string, id: number, row: Row | undefined): void {
    let table = this.#tables.get(type);
    if (table === undefined) this.#tables.set(type, (table = new Map<number, Row>()));
    const before = table.get(id);
    const target = table;
    const set = (value: Row | undefined): void => {
      if (value === undefined) target.delete(id);
      else target.set(id, value);
      this.#indexes.delete(type);
    };
    set(row);
    this.undo.add(() => set(before));
  }
}
