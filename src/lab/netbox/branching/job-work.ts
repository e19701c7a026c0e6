// What a branch job has in hand while it runs: its log, its data, and the means to write. Each kind of job is a function of this.
import type { Delivery, Outbox } from '../webhooks/outbox';
import { EventQueue } from '../webhooks/event-queue';
import type { Json, Row } from '../store/row';
import type { LogRow } from '../store/space';
import type { JobRow, State } from '../store/state';
import { View } from '../store/view';
import { Writer } from '../write/writer';
import { branchById } from './branch-rows';

export class JobWork {
  readonly log: string[] = [];
  /** Members of the job's `data` after its log. */
  readonly data: Record<string, Json> = {};

  constructor(
    readonly state: State,
    readonly outbox: Outbox,
    readonly job: JobRow,
    /** Lets everybody see what was written so far (the state file, requests that wait). */
    readonly show: () => Promise<void>,
  ) {}

  get branch(): Row {
    return branchById(this.state, this.job.branch);
  }

  readonly say = (line: string): void => {
    this.log.push(line);
  };

  /** Runs `work` for each change in main, in the name of the change's author, and gathers the webhooks it causes. Each change has its own events. */
  inMain(changes: readonly LogRow[], work: (writer: Writer, change: LogRow) => void): readonly Delivery[] {
    const view = View.main(this.state);
    return changes.flatMap((change) => {
      const events = new EventQueue();
      const author = { user: change.user, userName: change.userName, requestId: change.requestId };
      const before = this.state.main.log.length;
      work(new Writer(view, author, events), change);
      for (const written of this.state.main.log.slice(before)) this.state.set(this.state.applied, written.id, this.job.branch);
      return this.outbox.ofObjects(events.take(), author, view);
    });
  }

  /** As {@link inMain}, as one transaction; a dry run is taken back and causes no webhooks. */
  allOrNone(work: () => readonly Delivery[]): readonly Delivery[] {
    if (this.job.commit) return this.state.undo.transaction(work);
    this.state.undo.rehearse(work);
    return [];
  }
}
