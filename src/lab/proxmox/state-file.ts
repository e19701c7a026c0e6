// The cluster's state on disk: rewritten as a whole (temporary file, rename), piece by piece so that the text is never whole in
// memory. While that is quick it is done before an answer leaves, so that a restarted lab stands where its last answer said it
// was; with thousands of guests so seldom that writing takes a fifth of the time. Reads of the API write nothing.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ClusterState } from './state';

const coalesceMillis = 50;
const restsPerWrite = 4;
const pieceLength = 1 << 20;

export class StateFile {
  private dirty: ClusterState | null = null;
  private planned = false;
  private lastEnd = Number.NEGATIVE_INFINITY;
  private lastMillis = 0;
  writes = 0;

  /** A write that takes less than `quickMillis` is done whenever it is asked for. */
  constructor(private readonly path: string | null, private readonly quickMillis = 15) {}

  /** The saved state, null when there is none. A file of another format stops the start instead of being replaced. */
  load(): ClusterState | null {
    if (this.path === null || !existsSync(this.path)) return null;
    const state = JSON.parse(readFileSync(this.path, 'utf8')) as ClusterState;
    if (state.format !== 1) throw new Error(`${this.path} holds state of format ${String(state.format)}, this simulator reads 1: reset the lab`);
    return state;
  }

  /** Commits of tasks are written together soon after; an answer does not leave before it is all written (`flush`). */
  save(state: ClusterState): void {
    this.dirty = state;
    this.plan();
  }

  /** Writes what is not written yet, unless writing is slow and was done a moment ago: then the plan does it. */
  flush(): void {
    if (this.rest() <= 0) this.write();
  }

  /** Writes what is not written yet. */
  write(): void {
    const state = this.dirty;
    if (state === null) return;
    this.dirty = null;
    if (this.path === null) return;
    const start = performance.now();
    mkdirSync(dirname(this.path), { recursive: true });
    writePieces(`${this.path}.new`, state);
    renameSync(`${this.path}.new`, this.path);
    this.lastEnd = performance.now();
    this.lastMillis = this.lastEnd - start;
    this.writes += 1;
  }

  private rest(): number {
    return this.lastMillis < this.quickMillis ? 0 : this.lastEnd + restsPerWrite * this.lastMillis - performance.now();
  }

  private plan(): void {
    if (this.planned) return;
    this.planned = true;
    setTimeout(() => {
      this.planned = false;
      this.write();
    }, Math.max(coalesceMillis, this.rest())).unref();
  }
}

function writePieces(path: string, state: ClusterState): void {
  const file = openSync(path, 'w', 0o600);
  try {
    let text = '';
    for (const piece of piecesOf(state)) {
      text += piece;
      if (text.length < pieceLength) continue;
      writeSync(file, text);
      text = '';
    }
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

/** JSON of the state; the members of its members are each a piece. */
function* piecesOf(state: ClusterState): Iterable<string> {
  let before = '{';
  for (const [name, value] of Object.entries(state) as readonly (readonly [string, unknown])[]) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) yield* membersOf(value);
    else yield JSON.stringify(value);
    before = ',';
  }
  yield '}';
}

function* membersOf(given: object): Iterable<string> {
  let before = '{';
  for (const [name, value] of Object.entries(given) as readonly (readonly [string, unknown])[]) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}:${JSON.stringify(value)}`;
    before = ',';
  }
  yield before === '{' ? '{}' : '}';
}
