// Worker tasks: real asynchronous work with UPID, log and exit status, that can be paused, failed, killed or stopped from
// outside. A killed worker leaves what it had done, locks included (`unexpected status`). Carries P26.
import type { Cluster } from './cluster';
import { PveError, die } from './pve-error';
import type { TaskRecord } from './state';

export type TaskFault =
  | { readonly kind: 'task-fails'; readonly text: string; readonly at: TaskPoint }
  | { readonly kind: 'worker-killed'; readonly at: TaskPoint }
  | { readonly kind: 'pause-task'; readonly at: TaskPoint; readonly gate: Promise<void> };
/** `start`: accepted, nothing done yet. `middle`: half of the work is done and visible. */
export type TaskPoint = 'start' | 'middle';

/** What the body of a worker sees of its task. */
export interface Worker {
  log(line: string): void;
  /** A line that also makes the task end with `WARNINGS: n`. */
  warn(line: string): void;
  /** First thing in every body. */
  begin(): Promise<void>;
  /** Where the time of the task goes by. */
  middle(): Promise<void>;
  /** Waits, but ends at once when the task is stopped. */
  wait(millis: number): Promise<void>;
}

class Killed extends Error {}

const stops = new WeakMap<Cluster, Map<string, AbortController>>();
const stopsOf = (cluster: Cluster): Map<string, AbortController> => {
  const known = stops.get(cluster) ?? new Map<string, AbortController>();
  stops.set(cluster, known);
  return known;
};

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
const keptTasks = 2000;

export interface NewTask { readonly node: string; readonly type: string; readonly id: string; readonly authid: string; readonly fault: TaskFault | null }

/** Starts a worker and answers its UPID at once. */
export function startTask(cluster: Cluster, task: NewTask, body: (worker: Worker) => Promise<void>): string {
  const { state } = cluster;
  state.lastPid += 7;
  const start = cluster.now();
  const pid = state.lastPid;
  const pstart = (start % 10_000_000) * 10 + (pid % 10);
  const upid = `UPID:${task.node}:${hex(pid)}:${hex(pstart)}:${hex(start)}:${task.type}:${task.id}:${task.authid}:`;
  const record: TaskRecord = { upid, node: task.node, pid, pstart, start, type: task.type, id: task.id, authid: task.authid, end: null, exit: null, log: [] };
  state.tasks.unshift(record);
  if (state.tasks.length > keptTasks) state.tasks.length = keptTasks;
  const stop = new AbortController();
  stopsOf(cluster).set(upid, stop);
  cluster.commit();
  void work(cluster, record, task.fault, stop.signal, body).finally(() => stopsOf(cluster).delete(upid));
  return upid;
}

async function work(cluster: Cluster, record: TaskRecord, fault: TaskFault | null, stop: AbortSignal, body: (worker: Worker) => Promise<void>): Promise<void> {
  const closing = cluster.closing.signal;
  let warnings = 0;
  const wait = (millis: number, ready?: Promise<void>): Promise<void> => new Promise((resolve, reject) => {
    const timer = ready === undefined ? setTimeout(done, millis) : undefined;
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', stopped);
      closing.removeEventListener('abort', closed);
      resolve();
    }
    function stopped(): void { clearTimeout(timer); reject(new PveError(500, 'received interrupt')); }
    function closed(): void { clearTimeout(timer); reject(new Killed()); }
    if (stop.aborted) return stopped();
    if (closing.aborted) return closed();
    stop.addEventListener('abort', stopped, { once: true });
    closing.addEventListener('abort', closed, { once: true });
    void ready?.then(done);
  });
  const reach = async (point: TaskPoint): Promise<void> => {
    if (fault === null || fault.at !== point) return;
    if (fault.kind === 'pause-task') return wait(0, fault.gate);
    if (fault.kind === 'worker-killed') throw new Killed();
    die(fault.text);
  };
  const worker: Worker = {
    log: (line) => { record.log.push(line); },
    warn: (line) => { warnings += 1; record.log.push(`WARN: ${line}`); },
    begin: async () => { await wait(0); await reach('start'); },
    middle: async () => { await wait(cluster.options.taskMillis); await reach('middle'); },
    wait: (millis) => wait(millis),
  };
  let exit: string;
  try {
    await body(worker);
    exit = warnings === 0 ? 'OK' : `WARNINGS: ${warnings}`;
  } catch (error) {
    if (closing.aborted) return;
    if (error instanceof Killed) exit = 'unexpected status';
    else if (error instanceof PveError) exit = [error.message, ...Object.entries(error.errors ?? {}).map(([name, text]) => `${name}: ${text.trimEnd()}`)].join(' ');
    else throw error;
  }
  finish(cluster, record, exit);
}

function finish(cluster: Cluster, record: TaskRecord, exit: string): void {
  record.end = cluster.now();
  record.exit = exit;
  if (exit !== 'unexpected status') record.log.push(exit === 'OK' ? 'TASK OK' : /^WARNINGS: \d+$/.test(exit) ? `TASK ${exit}` : `TASK ERROR: ${exit}`);
  cluster.commit();
}

/** A task cannot outlive its process: what was running when the simulator went down has no last line. */
export function buryRunning(tasks: readonly TaskRecord[], now: number): void {
  for (const task of tasks) if (task.exit === null) Object.assign(task, { exit: 'unexpected status', end: now });
}

export const stopTask = (cluster: Cluster, upid: string): void => stopsOf(cluster).get(upid)?.abort();
export const isKilled = (error: unknown): boolean => error instanceof Killed;
