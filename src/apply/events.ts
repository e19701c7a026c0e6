// One publisher for all listeners of all jobs (B14): a NOTIFY says which job moved, every 50 ms its new rows are read once,
// made into text once and given to everybody who listens. What a listener missed, it gets from the rows.
import { Observable } from 'rxjs';
import type { Database } from '../platform/database';
import { isEnded } from './core/job';
import type { JobRow, JobStore } from './job.store';
import { linesChannel, pageOfLines, type Line, type LineStore } from './line.store';

export interface JobEvent { readonly type: 'lines' | 'state' | 'gap' | 'end'; readonly id: string; readonly data: string }

interface Follower { sent: number; state: string; readonly give: (event: JobEvent) => void; readonly end: () => void }
interface Followed { readonly followers: Set<Follower> }

const batchMillis = 50;

export class JobEvents {
  private readonly followed = new Map<string, Followed>();
  private readonly moved = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private publishing: Promise<void> = Promise.resolve();
  private stopListening: () => Promise<void> = async () => undefined;

  constructor(private readonly db: Database, private readonly jobs: JobStore, private readonly lines: LineStore) {}

  async start(): Promise<void> {
    // An empty payload says that the connection was lost for a while: everybody may have missed something.
    this.stopListening = await this.db.listen(linesChannel, (jobId) => { for (const id of jobId === '' ? this.followed.keys() : [jobId]) this.note(id); });
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.stopListening();
    for (const { followers } of this.followed.values()) for (const follower of followers) follower.end();
    await this.publishing;
  }

  /** Everything after `lastSeq`, then what comes, until the job ends. */
  follow(jobId: string, lastSeq: number): Observable<JobEvent> {
    return new Observable<JobEvent>((subscriber) => {
      const follower: Follower = { sent: lastSeq, state: '', give: (event) => subscriber.next(event), end: () => subscriber.complete() };
      const group = this.followed.get(jobId) ?? { followers: new Set() };
      this.followed.set(jobId, group);
      group.followers.add(follower);
      this.catchUp(jobId, follower).catch((trouble: unknown) => subscriber.error(trouble));
      return () => {
        group.followers.delete(follower);
        if (group.followers.size === 0) this.followed.delete(jobId);
      };
    });
  }

  private async catchUp(jobId: string, follower: Follower): Promise<void> {
    const last = await this.lines.last(jobId);
    if (follower.sent > last) {
      // The listener knows more than we do: another database, or an older one. It is told, and starts over.
      follower.give({ type: 'gap', id: '0', data: JSON.stringify({ asked: follower.sent, last }) });
      follower.sent = 0;
    }
    for (;;) {
      const lines = await this.lines.read(jobId, follower.sent);
      // The publisher may have given some of them while we read.
      give(follower, linesEvent(lines.filter((line) => line.seq > follower.sent)));
      // A page that is not full was all there was; what came meanwhile is the publisher's. Reading on until nothing comes would
      // never end for many listeners of a busy job.
      if (lines.length < pageOfLines) break;
    }
    const job = await this.jobs.get(jobId);
    if (job !== null) giveState(follower, job);
    this.note(jobId);
  }

  private note(jobId: string): void {
    if (!this.followed.has(jobId)) return;
    this.moved.add(jobId);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.publishing = this.publishing.then(() => this.publish()).catch(() => undefined);
    }, batchMillis);
  }

  private async publish(): Promise<void> {
    const ids = [...this.moved];
    this.moved.clear();
    for (const id of ids) {
      const group = this.followed.get(id);
      if (group === undefined) continue;
      const job = await this.jobs.get(id);
      const from = Math.min(...[...group.followers].map((follower) => follower.sent));
      const lines = await this.lines.read(id, from);
      const whole = linesEvent(lines);
      for (const follower of group.followers) {
        if (follower.sent === from) give(follower, whole);
        else give(follower, linesEvent(lines.filter((line) => line.seq > follower.sent)));
        if (job !== null && lines.length < pageOfLines) giveState(follower, job);
      }
      if (lines.length === pageOfLines) this.note(id);
    }
  }
}

/** One value for all who are given the same lines, so that it is made into bytes once. */
function linesEvent(lines: readonly Line[]): JobEvent | null {
  const last = lines.at(-1);
  return last === undefined ? null : { type: 'lines', id: String(last.seq), data: JSON.stringify(lines) };
}

function give(follower: Follower, event: JobEvent | null): void {
  if (event === null) return;
  follower.sent = Number(event.id);
  follower.give(event);
}

/** A state is told once; the end closes the stream, so that a reader knows that nothing follows. */
function giveState(follower: Follower, job: JobRow): void {
  const state = `${job.state} ${job.version}`;
  if (state === follower.state) return;
  follower.state = state;
  const data = JSON.stringify({ state: job.state, refusal: job.refusal });
  follower.give({ type: 'state', id: String(follower.sent), data });
  if (!isEnded(job.state)) return;
  follower.give({ type: 'end', id: String(follower.sent), data });
  follower.end();
}
