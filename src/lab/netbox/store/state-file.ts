// The whole state as one JSON file, written beside and renamed over the old one: it is never half written.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { openClock } from './clock';
import type { Row } from './row';
import { Space } from './space';
import type { LogRow } from './space';
import { State } from './state';
import type { DiffRow, EventRow, GateConfig, JobRow } from './state';

interface SavedSpace { readonly tables: Readonly<Record<string, readonly Row[]>>; readonly log: readonly LogRow[] }
interface Saved {
  readonly format: 1;
  readonly clockAdvanced: number;
  readonly gate: GateConfig | null;
  readonly sequences: readonly (readonly [string, number])[];
  readonly passwords: readonly (readonly [number, string])[];
  readonly tokens: readonly (readonly [number, string])[];
  readonly applied: readonly (readonly [number, number])[];
  readonly diffs: readonly DiffRow[];
  readonly jobs: readonly JobRow[];
  readonly events: readonly EventRow[];
  readonly main: SavedSpace;
  readonly branches: Readonly<Record<string, SavedSpace>>;
}

const saveSpace = (space: Space): SavedSpace => ({ tables: Object.fromEntries([...space.types()].map((type) => [type, [...space.table(type).values()]])), log: space.log });

function loadSpace(space: Space, saved: SavedSpace): void {
  for (const [type, rows] of Object.entries(saved.tables)) for (const row of rows) space.put(type, row);
  space.log.push(...saved.log);
}

const byId = <T extends { readonly id: number }>(map: Map<number, T>, rows: readonly T[]): void => rows.forEach((row) => map.set(row.id, row));

export function writeState(file: string, state: State): void {
  const saved: Saved = {
    format: 1, clockAdvanced: state.clock.advancedSeconds, gate: state.gate, sequences: [...state.sequences], passwords: [...state.passwords], tokens: [...state.tokens], applied: [...state.applied],
    diffs: [...state.diffs.values()], jobs: [...state.jobs.values()], events: [...state.events.values()], main: saveSpace(state.main),
    branches: Object.fromEntries([...state.branches].map(([schema, space]) => [schema, saveSpace(space)])),
  };
  writeFileSync(`${file}.new`, JSON.stringify(saved), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The state of an earlier run; undefined when there is no file. A file that cannot be read is an error, not a fresh start. */
export function readState(file: string): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const saved = JSON.parse(text) as Saved;
  if (saved.format !== 1) throw new Error(`${file} has format ${String(saved.format)}, this simulator writes 1; reset the lab`);
  const state = new State();
  state.clock = openClock(saved.clockAdvanced);
  state.gate = saved.gate;
  saved.sequences.forEach(([name, last]) => state.sequences.set(name, last));
  saved.passwords.forEach(([id, password]) => state.passwords.set(id, password));
  saved.tokens.forEach(([id, secret]) => state.tokens.set(id, secret));
  saved.applied.forEach(([change, branch]) => state.applied.set(change, branch));
  byId(state.diffs, saved.diffs);
  byId(state.jobs, saved.jobs);
  byId(state.events, saved.events);
  loadSpace(state.main, saved.main);
  for (const [schema, space] of Object.entries(saved.branches)) {
    const loaded = new Space(schema, state.undo);
    loadSpace(loaded, space);
    state.branches.set(schema, loaded);
  }
  return state;
}
