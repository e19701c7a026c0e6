import type { JobPageView, LogLine } from '../view-models/job-view';
import { Form } from './layout';
import { Line, PageHead, State } from './parts';

/** The log is drawn from rows; the script adds what comes after the last of them and never decides anything. */
export const JobPage = ({ job, csrfToken }: { readonly job: JobPageView; readonly csrfToken: string | null }) => (
  <>
    <PageHead title={job.title}><span id="job-state" data-live><State word={job.state.word} tone={job.state.tone} /> {job.state.means}</span></PageHead>
    <p class="quiet">{job.times} · <a href={`/plans/${job.planId}`}>the plan that it applies</a></p>
    <div id="job-refusal" data-live>{job.refusal === null ? null : <div class="card box box-danger" role="alert"><div class="card-body"><h2>Why it stopped</h2><ul class="lines"><Line line={job.refusal} /></ul></div></div>}</div>
    <div id="job-resume" data-live>{job.canResume && csrfToken !== null ? <Form action={`/jobs/${job.id}/resume`} csrfToken={csrfToken}><button type="submit" class="btn btn-primary">Resume the job</button></Form> : null}</div>
    <h2>Steps</h2>
    <div class="card table-responsive" id="job-steps" data-live tabIndex={0} role="region" aria-label="Steps">
      <table class="table table-vcenter card-table">
        <thead><tr><th scope="col">#</th><th scope="col">Step</th><th scope="col">State</th><th scope="col">Why</th></tr></thead>
        <tbody>{job.steps.map((step) => <tr key={step.ordinal}><td>{step.ordinal}</td><th scope="row">{step.title}</th><td><State {...step.state} /></td><td>{step.why}</td></tr>)}</tbody>
      </table>
    </div>
    <h2>Log</h2>
    <p class="quiet"><span id="stream-status" role="status">{job.complete ? 'complete' : `up to line ${job.lastSeq}; load the page again for what came since`}</span> · <a href={`/api/apply/jobs/${job.id}/lines`} download={`job-${job.id.slice(0, 8)}.json`}>Download</a></p>
    <ol class="card log" id="log" tabIndex={0} aria-label="Log of the job" data-after={job.lastSeq} {...(job.complete ? {} : { 'data-events': `/api/apply/jobs/${job.id}/events` })}>
      {job.log.map((line) => <LogRow key={line.seq} line={line} />)}
    </ol>
  </>
);

const LogRow = ({ line }: { readonly line: LogLine }) => (
  <li class={`log-line log-${line.level}`}>
    <span class="log-seq">{line.seq}</span> <time dateTime={line.at}>{line.time}</time> <span class="log-step">{line.step}</span> <span class="log-text">{line.level === 'info' ? '' : `${line.level}: `}{line.text}</span>
  </li>
);
