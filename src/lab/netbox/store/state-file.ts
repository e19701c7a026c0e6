// The whole state as one file of JSON lines, written beside and renamed over the old one: it is never half written. Lines hold a few hundred rows, so that
// neither writing nor reading ever has the whole text in memory. A row that a branch shares with main is written once.
import { closeSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { openClock } from './clock';
import type { Row } from './row';
import { Space } from './space';
import type { LogRow } from './space';
import { State } from './state';
import type { DiffRow, EventRow, GateConfig, JobRow } from './state';

interface Head {
  readonly format: 2;
  readonly clockAdvanced: number;
  readonly gate: GateConfig | null;
  readonly sequences: readonly (readonly [string, number])[];
  readonly passwords: readonly (readonly [number, string])[];
  readonly tokens: readonly (readonly [number, string])[];
  readonly applied: readonly (readonly [number, number])[];
  readonly jobs: readonly JobRow[];
  readonly events: readonly EventRow[];
  readonly branches: readonly string[];
}

/** `space` is the schema of a branch, or null for main; a number among the rows of a branch is the id of the row of main that it still shares. */
type Part =
  | { readonly diffs: readonly DiffRow[] }
  | { readonly space: string | null; readonly table: string; readonly rows: readonly (Row | number)[] }
  | { readonly space: string | null; readonly log: readonly LogRow[] };

const ROWS = 500;
const CHUNK = 1 << 20;

function* slices<T>(items: Iterable<T>): Iterable<readonly T[]> {
  let slice: T[] = [];
  for (const item of items) {
    slice.push(item);
    if (slice.length < ROWS) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

function* partsOf(state: State, space: Space): Iterable<Part> {
  const shared = (type: string, row: Row): Row | number => (space !== state.main && state.main.get(type, row.id) === row ? row.id : row);
  for (const table of space.types()) for (const rows of slices(space.table(table).values())) yield { space: space.schemaId, table, rows: rows.map((row) => shared(table, row)) };
  for (const log of slices(space.log)) yield { space: space.schemaId, log };
}

const headOf = (state: State): Head => ({
  format: 2, clockAdvanced: state.clock.advancedSeconds, gate: state.gate, sequences: [...state.sequences], passwords: [...state.passwords], tokens: [...state.tokens], applied: [...state.applied],
  jobs: [...state.jobs.values()], events: [...state.events.values()], branches: [...state.branches.keys()],
});

function* linesOf(state: State): Iterable<Head | Part> {
  yield headOf(state);
  for (const diffs of slices(state.diffs.values())) yield { diffs };
  for (const space of [state.main, ...state.branches.values()]) yield* partsOf(state, space);
}

export function writeState(file: string, state: State): void {
  const handle = openSync(`${file}.new`, 'w', 0o600);
  try {
    let text = '';
    for (const line of linesOf(state)) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length < CHUNK) continue;
      writeFileSync(handle, text);
      text = '';
    }
    writeFileSync(handle, text);
  } finally {
    closeSync(handle);
  }
  renameSync(`${file}.new`, file);
}

function* readLines(handle: number): Iterable<unknown> {
  const [buffer, decoder] = [Buffer.allocUnsafe(CHUNK), new StringDecoder('utf8')];
  let rest = '';
  for (let size = readSync(handle, buffer); size > 0; size = readSync(handle, buffer)) {
    const lines = (rest + decoder.write(buffer.subarray(0, size))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') yield JSON.parse(rest);
}

function open(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function stateWith(head: Head): State {
  const state = new State();
  state.clock = openClock(head.clockAdvanced);
  state.gate = head.gate;
  head.sequences.forEach(([name, last]) => state.sequences.set(name, last));
  head.passwords.forEach(([id, password]) => state.passwords.set(id, password));
  head.tokens.forEach(([id, secret]) => state.tokens.set(id, secret));
  head.applied.forEach(([change, branch]) => state.applied.set(change, branch));
  head.jobs.forEach((row) => state.jobs.set(row.id, row));
  head.events.forEach((row) => state.events.set(row.id, row));
  for (const schema of head.branches) state.branches.set(schema, new Space(schema, state.undo));
  return state;
}

function take(state: State, part: Part): void {
  if ('diffs' in part) return part.diffs.forEach((row) => state.diffs.set(row.id, row));
  const space = part.space === null ? state.main : state.branches.get(part.space);
  if (space === undefined) throw new Error(`the state has rows of ${String(part.space)}, which is no branch of it`);
  if ('log' in part) return part.log.forEach((row) => space.log.push(row));
  for (const entry of part.rows) {
    const row = typeof entry === 'number' ? state.main.get(part.table, entry) : entry;
    if (row !== undefined) space.put(part.table, row);
  }
}

/** The state of an earlier run; undefined when there is no file. A file that cannot be read is an error, not a fresh start. */
export function readState(file: string): State | undefined {
  const handle = open(file);
  if (handle === undefined) return undefined;
  try {
    let state: State | undefined;
    for (const line of readLines(handle)) {
      if (state !== undefined) {
        take(state, line as Part);
        continue;
      }
      const head = line as Head;
      if (head.format !== 2) throw new Error(`${file} has format ${String(head.format)}, this simulator writes 2; reset the lab`);
      state = stateWith(head);
    }
    if (state === undefined) throw new Error(`${file} is empty; reset the lab`);
    return state;
  } finally {
    closeSync(handle);
  }
}
