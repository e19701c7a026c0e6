// Faults that wait for their request, and the one that fires. Several may fit: every act fires, and the first fault does.
import type { TaskFault } from '../tasks';
import type { Act, Fault, FaultOrder, Match } from './protocol';

interface Armed { readonly id: number; readonly order: FaultOrder; readonly path: RegExp | null; left: number; readonly release: () => void; readonly gate: Promise<void> }
export interface Asked { readonly method: string; readonly path: string; readonly token: string | null }
/** What happens to one request. */
export interface Fired { readonly before: readonly Act[]; readonly after: readonly Act[]; readonly fault: Fault | null; readonly task: TaskFault | null; /** Opens when the fault is lifted. */ readonly gate: Promise<void> }

function taskFault(fault: Fault, gate: Promise<void>): TaskFault | null {
  if (fault === 'task-killed') return { kind: 'worker-killed', at: 'middle' };
  if (typeof fault === 'string') return null;
  if ('taskKilled' in fault) return { kind: 'worker-killed', at: fault.taskKilled };
  if ('taskFails' in fault) return { kind: 'task-fails', text: fault.taskFails, at: fault.at ?? 'middle' };
  return 'taskPaused' in fault ? { kind: 'pause-task', at: fault.taskPaused, gate } : null;
}

const tokenFits = (wanted: string, token: string | null): boolean => token !== null && (token === wanted || token.endsWith(`!${wanted}`));

export class Faults {
  private readonly armed = new Map<number, Armed>();
  private last = 0;

  arm(order: FaultOrder): number {
    this.last += 1;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => { release = resolve; });
    this.armed.set(this.last, { id: this.last, order, path: order.match.path === undefined ? null : new RegExp(order.match.path), left: order.times ?? 1, release, gate });
    return this.last;
  }

  /** Lifts one or all; a task that one of them paused goes on. */
  lift(id?: number): void {
    for (const armed of [...this.armed.values()].filter((each) => id === undefined || each.id === id)) {
      armed.release();
      this.armed.delete(armed.id);
    }
  }

  list(): readonly { readonly id: number; readonly left: number; readonly order: FaultOrder }[] {
    return [...this.armed.values()].map(({ id, left, order }) => ({ id, left, order }));
  }

  fire(asked: Asked): Fired {
    const before: Act[] = [];
    const after: Act[] = [];
    let fault: Fault | null = null;
    let task: TaskFault | null = null;
    let gate = Promise.resolve();
    for (const armed of this.armed.values()) {
      if (armed.left <= 0 || !fits(armed.order.match, armed.path, asked)) continue;
      if (armed.order.fault !== undefined && (fault !== null || task !== null)) continue;
      armed.left -= 1;
      if (armed.order.act !== undefined) (armed.order.when === 'after' ? after : before).push(armed.order.act);
      if (armed.order.fault === undefined) continue;
      task = taskFault(armed.order.fault, armed.gate);
      if (task === null) [fault, gate] = [armed.order.fault, armed.gate];
    }
    for (const armed of [...this.armed.values()]) if (armed.left <= 0 && !isHeld(armed.order.fault)) this.armed.delete(armed.id);
    return { before, after, fault, task, gate };
  }
}

/** A spent pause stays: lifting it is what lets its work go on. */
const isHeld = (fault: Fault | undefined): boolean => typeof fault === 'object' && ('taskPaused' in fault || ('status' in fault && fault.executed === 'later'));

function fits(match: Match, path: RegExp | null, asked: Asked): boolean {
  return (match.method ?? asked.method) === asked.method && (path === null || path.test(asked.path)) && (match.token === undefined || tokenFits(match.token, asked.token));
}
