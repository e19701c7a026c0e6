// Carries P11: a task is followed to its exit status, its lines are handed on as they come. A node that is down hides its
// tasks; it is looked at again with patience, and then the end is `lost`, never `failed`.
import { setTimeout as delay } from 'node:timers/promises';
import { scrubText, type Upid } from '../kernel';
import type { ProxmoxReader, TaskEnd } from './ports';
import { taskEnd } from './task-end';

export interface FollowOptions {
  readonly onLine?: (line: string) => void;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
  readonly pause?: (millis: number) => Promise<void>;
  /** How long the task may stay out of sight (node down, 595, 596). */
  readonly patienceMillis?: number;
}

/** A task is written to the node's list a moment after its UPID was answered (Proxmox VE 8.4). */
const youngTaskMillis = 10_000;
const defaultPatienceMillis = 10 * 60_000;
const shortestPause = 50;
const longestPause = 1000;
/** What is kept of a long log: its end, where the errors stand. */
const keptLines = 500;
const logTries = 3;

export async function followTask(reader: Pick<ProxmoxReader, 'taskState' | 'taskLog'>, upid: Upid, options: FollowOptions = {}): Promise<TaskEnd> {
  const now = options.now ?? (() => Date.now());
  const pause = options.pause ?? delay;
  const patience = options.patienceMillis ?? defaultPatienceMillis;
  const log = new TaskLog(reader, upid, options.onLine);
  let hiddenSince: number | null = null;
  let wait = shortestPause;
  for (;;) {
    const state = await reader.taskState(upid);
    if (state.ok) {
      hiddenSince = null;
      const read = await log.readOn();
      if (!state.value.running) {
        for (let more = logTries - 1; !read && more > 0; more--) if (await log.readOn()) break;
        return taskEnd(state.value.exitstatus ?? '', log.tail);
      }
    } else {
      hiddenSince ??= now();
      const unknownTask = state.error.text.includes('no such task');
      if (now() - hiddenSince >= (unknownTask ? Math.min(youngTaskMillis, patience) : patience)) {
        return { kind: 'lost', text: `task ${upid} could not be seen for ${Math.round((now() - hiddenSince) / 1000)} s: ${state.error.text}` };
      }
    }
    await pause(wait);
    wait = Math.min(wait * 2, longestPause);
  }
}

/** The lines of one task, each handed on once. A log that cannot be read is no reason to lose the task. */
class TaskLog {
  private next = 0;
  private lines: string[] = [];

  constructor(
    private readonly reader: Pick<ProxmoxReader, 'taskLog'>,
    private readonly upid: Upid,
    private readonly onLine: ((line: string) => void) | undefined,
  ) {}

  get tail(): readonly string[] {
    return this.lines;
  }

  /** True when everything that stands in the log was read. */
  async readOn(): Promise<boolean> {
    for (;;) {
      const page = await this.reader.taskLog(this.upid, this.next);
      if (!page.ok) return false;
      for (const raw of page.value.lines) {
        const line = scrubText(raw);
        this.lines.push(line);
        this.onLine?.(line);
      }
      this.lines = this.lines.slice(-keptLines);
      this.next += page.value.lines.length;
      if (page.value.lines.length === 0 || this.next >= page.value.total) return true;
    }
  }
}
