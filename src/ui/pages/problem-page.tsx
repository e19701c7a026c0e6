import type { Problem } from '../../platform/http';
import { PageHead, RefusalBox } from './parts';

export const ProblemPageView = ({ problem }: { readonly problem: Problem }) => (
  <div class="narrow">
    <PageHead title={problem.status === 404 ? 'Not found' : problem.status === 403 ? 'Not allowed' : 'Refused'} />
    <RefusalBox refusal={{ summary: problem.title, observed: problem.observed, next: problem.next, code: problem.code }} />
    {problem.errors === undefined ? null : <ul>{problem.errors.map((error, index) => <li key={index}>{error.message}</li>)}</ul>}
    <p><a class="btn" href="/">To the overview</a></p>
  </div>
);
