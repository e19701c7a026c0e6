// Jobs as others see them (api): list, one with its steps, its log, and the one thing a person can do: resume.
import { ok, refuse, type Result } from '../kernel';
import type { Database } from '../platform/database';
import { sqlState, type Tx } from '../platform/database';
import { enqueue } from '../platform/queue';
import { isResumable } from './core/job';
import type { JobRow, JobStore, StepRow } from './job.store';
import type { Line, LineStore } from './line.store';

export type JobView = JobRow & { readonly steps: readonly StepRow[] };

export class JobsService {
  constructor(private readonly db: Database, private readonly jobs: JobStore, private readonly lines: LineStore) {}

  list(): Promise<(JobRow & { readonly branch: string | null })[]> {
    return this.jobs.list();
  }

  async get(id: string): Promise<Result<JobView>> {
    const job = await this.jobs.get(id);
    return job === null ? unknownJob(id) : ok({ ...job, steps: await this.jobs.steps(id) });
  }

  log(id: string, afterSeq: number, limit?: number): Promise<Line[]> {
    return this.lines.read(id, afterSeq, limit);
  }

  /** A held, stuck, partial or refused job goes on: what is not known is looked at, what was refused is tried once more. */
  async resume(id: string, actor: string): Promise<Result<JobRow>> {
    const resumed = await this.db.transaction(async (tx) => {
      const state = await this.jobs.get(id, tx);
      if (state === null || !isResumable(state.state) || (await this.hasNothingToGoOnWith(state, tx))) return null;
      const job = await this.jobs.resume(tx, id, actor);
      if (job !== null) await enqueue(tx, 'apply.run', id);
      return job;
    }).catch((trouble: unknown) => (isClaimed(trouble) ? ('claimed' as const) : Promise.reject(trouble as Error)));
    if (resumed === 'claimed') return refuse('guest.claimed', 'Other work has begun on a guest of this job.', `job ${id} let its guests go when it ended`, 'Wait until that work ends, then resume or plan again.');
    if (resumed !== null) return ok(resumed);
    const job = await this.jobs.get(id);
    if (job !== null && (await this.jobs.isTakenBack(id))) return refuse('job.reverted', 'This job cannot be resumed: what it carries out was taken back since.', `it is ${job.state}, and NetBox recorded a later merge or revert of its branch`, 'Make the change in a new branch if it is wanted after all.');
    if (job?.state === 'refused') return refuse('job.not-resumable', 'This job was refused as a whole and cannot be resumed.', job.refusal?.observed ?? 'it has no steps', 'Repeat the change in a new branch.');
    return job === null ? unknownJob(id) : refuse('job.not-resumable', 'This job cannot be resumed.', `it is ${job.state}`, 'Only a held, stuck, partial or refused job goes on; plan again for new changes.');
  }

  /** Refused before its first step by the merge, or its merge was taken back by a revert (or its revert by a merge). */
  private async hasNothingToGoOnWith(job: JobRow, tx: Tx): Promise<boolean> {
    if (await this.jobs.isTakenBack(job.id, tx)) return true;
    return job.state === 'refused' && (job.refusal?.code === 'job.reverted' || (await this.jobs.steps(job.id, tx)).length === 0);
  }
}

const unknownJob = (id: string) => refuse('job.not-found', 'There is no such job.', id, 'Look at the list of jobs.');

const isClaimed = (trouble: unknown): boolean => sqlState(trouble) === '23505';
