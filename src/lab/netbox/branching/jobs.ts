// Background jobs of branches: asked for over REST, run one at a time by the worker, their verdict read from `status` and `error`.
import { randomUUID } from 'node:crypto';
import type { Outbox } from '../webhooks/outbox';
import type { ChangeData, JobRow, State } from '../store/state';
import type { Json } from '../store/row';
import { PythonError, reprOfError } from '../write/errors';
import { BRANCH } from './branch-rows';
import { JobWork } from './job-work';
import { merge } from './merge';
import { provision } from './provision';
import { reportFailure } from './report';
import { revert } from './revert';
import { sync } from './sync';
import type { Worker } from './worker';

const KINDS: Readonly<Record<JobRow['kind'], { readonly name: string; readonly run: (work: JobWork) => Promise<void> }>> = {
  provision: { name: 'Provision branch', run: provision },
  sync: { name: 'Sync branch', run: sync },
  merge: { name: 'Merge branch', run: merge },
  revert: { name: 'Revert branch', run: revert },
};

export class BranchJobs {
  constructor(
    private readonly state: State,
    private readonly worker: Worker,
    private readonly outbox: Outbox,
    /** Called after every step that others may see. */
    private readonly changed: () => void,
  ) {}

  request(kind: JobRow['kind'], branch: number, user: number, commit: boolean): JobRow {
    const id = this.state.nextId('core.job');
    const job: JobRow = { id, kind, commit, name: KINDS[kind].name, branch, status: 'pending', created: this.state.clock.now(), started: null, completed: null, user, data: null, error: '', uuid: randomUUID() };
    this.state.set(this.state.jobs, id, job);
    this.worker.add(() => this.#run(id));
    return job;
  }

  /** After a restart: what was pending is queued again, what was running is told as lost; its writes were one transaction that never came to its end. */
  resume(): void {
    for (const job of [...this.state.jobs.values()].sort((a, b) => a.id - b.id)) {
      if (job.status === 'pending') this.worker.add(() => this.#run(job.id));
      if (job.status === 'running') this.#abandon(job);
    }
  }

  #abandon(job: JobRow): void {
    const branch = this.state.main.get(BRANCH, job.branch);
    const before: Readonly<Record<string, string>> = { provisioning: 'failed', syncing: 'ready', merging: 'ready', reverting: 'merged' };
    const back = before[String(branch?.['status'])];
    if (branch !== undefined && back !== undefined) this.state.main.put(BRANCH, { ...branch, status: back });
    this.state.jobs.set(job.id, { ...job, status: 'errored', completed: this.state.clock.now(), error: "AbandonedJobError('Work-horse process was terminated unexpectedly')" });
  }

  async #run(id: number): Promise<void> {
    const pending = this.state.jobs.get(id);
    if (pending === undefined || pending.status !== 'pending') return;
    const job: JobRow = { ...pending, status: 'running', started: this.state.clock.now() };
    this.state.jobs.set(id, job);
    this.changed();
    const work = new JobWork(this.state, this.outbox, job, () => this.#show());
    let error = '';
    try {
      await this.worker.pass('work');
      if (this.outbox.listensTo('job_started')) throw new PythonError('TypeError', "'NoneType' object is not a mapping");
      await KINDS[job.kind].run(work);
    } catch (problem) {
      reportFailure(work, problem);
      error = reprOfError(problem);
    }
    const data: ChangeData = { log: work.log as readonly Json[], ...work.data };
    const ended: JobRow = { ...job, status: error === '' ? 'completed' : 'errored', completed: this.state.clock.now(), data, error };
    this.state.jobs.set(id, ended);
    this.outbox.send(this.outbox.ofJob(data, job.user));
    this.changed();
  }

  /** Lets waiting requests see a transitional status before the replay, which is synchronous. */
  async #show(): Promise<void> {
    this.changed();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.worker.pass('replay');
  }
}
