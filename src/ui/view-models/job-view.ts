// A job as people follow it: its state in words, each step with how it ended, and the lines of its log.
import { isEnded, isResumable, type JobView, type Line } from '../../apply';
import type { CardLine } from './card';
import { refusalLine } from './refusal';
import { timeText, toneOf, type Tone } from './words';

export interface StepLine { readonly ordinal: number; readonly title: string; readonly state: { readonly word: string; readonly tone: Tone }; readonly why: string }
export interface LogLine { readonly seq: number; readonly at: string; readonly time: string; readonly step: string; readonly level: 'info' | 'warning' | 'error'; readonly text: string }

export interface JobPageView {
  readonly id: string;
  readonly title: string;
  readonly state: { readonly word: string; readonly tone: Tone; readonly means: string };
  readonly refusal: CardLine | null;
  readonly planId: string;
  readonly times: string;
  readonly steps: readonly StepLine[];
  readonly log: readonly LogLine[];
  readonly lastSeq: number;
  /** It has ended and all of its log is here: there is nothing to follow. */
  readonly complete: boolean;
  readonly canResume: boolean;
}

const meanings: Readonly<Record<JobView['state'], string>> = {
  queued: 'waits for a worker', running: 'a worker is at it', held: 'stopped before the next step; goes on by itself when its reason has passed, or when somebody resumes it',
  partial: 'some steps are done, one was refused; it can be resumed', done: 'every step was done and read back', refused: 'nothing was done',
  diverged: 'something was written and what came back is not what was promised; somebody has to look', stuck: 'it is not known what became of a step; somebody has to look, then it can be resumed',
};

/** So many lines are drawn into a page; the stream brings the rest. */
export const linesDrawn = 5000;

export function jobPageView(job: JobView, lines: readonly Line[], mayOperate: boolean): JobPageView {
  return {
    id: job.id, title: `Job ${job.id.slice(0, 8)}`, state: { word: job.state, tone: toneOf(job.state), means: meanings[job.state] },
    refusal: job.refusal === null ? null : refusalLine(job.refusal, 'refused'), planId: job.planId,
    times: `queued ${timeText(job.madeAt)}${job.endedAt === null ? '' : `, ended ${timeText(job.endedAt)}`}`,
    steps: job.steps.map((step) => {
      const refusal = step.detail?.refusal;
      return { ordinal: step.ordinal, title: step.title, state: { word: step.state, tone: toneOf(step.state) }, why: refusal === undefined ? '' : `${refusal.summary} Observed: ${refusal.observed} Next: ${refusal.next}` };
    }),
    log: lines.map(logLine), lastSeq: lines.at(-1)?.seq ?? 0, complete: isEnded(job.state) && lines.length < linesDrawn, canResume: mayOperate && isResumable(job.state),
  };
}

export const logLine = (line: Line): LogLine => ({ seq: line.seq, at: line.time, time: line.time.slice(11, 19), step: line.step === null ? '' : `step ${line.step}`, level: line.level, text: line.text });

/** The log as a terminal shows it; the same lines as the page. */
export const logText = (lines: readonly LogLine[]): string => lines.map((line) => `${String(line.seq).padStart(4)} · ${line.time} · ${line.step === '' ? '' : `${line.step} · `}${line.level === 'info' ? '' : `${line.level}: `}${line.text}`).join('\n');
