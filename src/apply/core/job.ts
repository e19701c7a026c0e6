// What may become of a job and its steps, and how a job ends from how its steps ended. The tables repeat both (P25, P29).
import { no, ok, type Refusal, type Result } from '../../kernel';

export type JobState = 'queued' | 'running' | 'held' | 'partial' | 'done' | 'refused' | 'diverged' | 'stuck';
export type StepState = 'waiting' | 'running' | 'done' | 'refused' | 'diverged' | 'stuck' | 'skipped';

export type JobEvent =
  | { readonly event: 'claim' }
  | { readonly event: 'hold'; readonly refusal: Refusal }
  | { readonly event: 'end'; readonly steps: readonly StepEnd[] }
  | { readonly event: 'break'; readonly refusal: Refusal }
  | { readonly event: 'resume' }
  /** The branch was reverted before a worker began or went on. */
  | { readonly event: 'withdraw'; readonly refusal: Refusal };

export interface StepEnd { readonly action: number; readonly title: string; readonly state: StepState; readonly refusal: Refusal | null }
export type JobMove = { readonly state: 'queued' | 'running' | 'done'; readonly refusal: null } | { readonly state: Exclude<JobState, 'queued' | 'running' | 'done'>; readonly refusal: Refusal };

/** Nothing of it can be in flight any more: its log is whole, its guests are free. A stuck job may still be settled. */
const endStates: ReadonlySet<JobState> = new Set(['done', 'refused', 'diverged', 'partial']);
export const isEnded = (state: JobState): boolean => endStates.has(state);

/** A person may let it go on. */
export const resumableStates: readonly JobState[] = ['held', 'stuck', 'partial', 'refused'];
export const isResumable = (state: JobState): boolean => resumableStates.includes(state);

/** The next state of a job, or why this event cannot happen to it. */
export function nextJob(state: JobState, event: JobEvent): Result<JobMove> {
  switch (event.event) {
    case 'claim': return state === 'queued' || state === 'running' ? ok({ state: 'running', refusal: null }) : impossible(state, event);
    case 'hold': return state === 'running' || state === 'queued' ? ok({ state: 'held', refusal: event.refusal }) : impossible(state, event);
    case 'break': return state === 'running' ? ok({ state: 'stuck', refusal: event.refusal }) : impossible(state, event);
    case 'end': return state === 'running' ? ok(endOf(event.steps)) : impossible(state, event);
    case 'withdraw': return state === 'queued' || state === 'held' ? ok({ state: 'refused', refusal: event.refusal }) : impossible(state, event);
    case 'resume': return isResumable(state) ? ok({ state: 'queued', refusal: null }) : impossible(state, event);
  }
}

/** Stuck beats diverged beats refused: the first thing a person has to look at names the job. */
export function endOf(steps: readonly StepEnd[]): JobMove {
  const first = (state: StepState): StepEnd | undefined => steps.find((step) => step.state === state);
  const why = (step: StepEnd): Refusal => step.refusal ?? { code: `apply.${step.state}`, summary: `${step.title}: ${step.state}.`, observed: 'no reason was kept', next: 'Look at the log of the job.' };
  const [stuck, diverged, refused] = [first('stuck'), first('diverged'), first('refused')];
  if (stuck !== undefined) return { state: 'stuck', refusal: why(stuck) };
  if (diverged !== undefined) return { state: 'diverged', refusal: why(diverged) };
  if (refused !== undefined) return { state: steps.some((step) => step.state === 'done') ? 'partial' : 'refused', refusal: why(refused) };
  const open = steps.find((step) => step.state !== 'done');
  if (open !== undefined) return { state: 'stuck', refusal: why(open) };
  return { state: 'done', refusal: null };
}

/** What a plan becomes when its job ends so. A partial job can still be resumed, so its plan waits with it. */
export const planAfter = (state: JobState): 'done' | 'stuck' | 'diverged' => (state === 'done' ? 'done' : state === 'diverged' ? 'diverged' : 'stuck');

const impossible = (state: JobState, event: JobEvent): Result<JobMove> =>
  no({ code: 'apply.impossible-move', summary: `A job that is ${state} cannot ${event.event}.`, observed: state, next: event.event === 'resume' ? 'Only a held, stuck, partial or refused job can be resumed.' : 'Report this: it is a bug in Sluice.' });
