// The cluster's state on disk: rewritten as a whole (temporary file, rename), at the latest before an answer leaves, so that
// a restarted lab stands where its last answer said it was. Reads of the API write nothing: only a commit makes it dirty.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ClusterState } from './state';

const coalesceMillis = 50;

export class StateFile {
  private dirty: ClusterState | null = null;
  private planned = false;
  writes = 0;

  constructor(private readonly path: string | null) {}

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
    if (this.planned) return;
    this.planned = true;
    setTimeout(() => {
      this.planned = false;
      this.flush();
    }, coalesceMillis).unref();
  }

  flush(): void {
    const state = this.dirty;
    if (state === null) return;
    this.dirty = null;
    if (this.path === null) return;
    mkdirSync(dirname(this.path), { recursive: true });
    const temporary = `${this.path}.new`;
    writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
    renameSync(temporary, this.path);
    this.writes += 1;
  }
}
