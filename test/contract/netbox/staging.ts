// What must be so before a recorded request is played: where the worker stands when the recorder looked at a job, what the recording's probe plugin
// said, what was changed behind the API. All of it is brought about by acts of the lab.
import type { Act } from '../../../src/lab/netbox';
import type { Exchange, Recorded } from './recording';

type Place = 'job' | 'work' | 'replay' | 'free';

/** Requests during which a job was pending though its state was never asked: from the one file to before the other. */
const PENDING: readonly (readonly [string, string])[] = [['04-branch-ready/004', '04-branch-ready/008'], ['06-merge/003', '06-merge/004'], ['08-delete-branch/042', '08-delete-branch/043']];

export const asksForJob = (step: Exchange): boolean => step.method === 'POST' && step.status < 300 && /\/branching\/branches\/(\d+\/(sync|merge|revert)\/)?$/.test(step.path);
const looksAtJob = (step: Exchange): boolean => /-job-(pending|running|completed|errored)\.json$/.test(step.file);

/** Where the worker stood when this answer was recorded. */
function placeOf(step: Exchange): Place {
  if (step.file.endsWith('-job-pending.json')) return 'job';
  if (!step.file.endsWith('-job-running.json')) return 'free';
  const { object } = step.answer as { readonly object: { readonly status: { readonly value: string } } };
  return ['merging', 'reverting', 'syncing'].includes(object.status.value) ? 'replay' : 'work';
}

/** Where the worker has to stand after each request that matters to it. */
export function placesOf(steps: readonly Recorded[]): ReadonlyMap<string, Place> {
  const marks = steps.filter((step): step is Exchange => step.kind === 'exchange' && (asksForJob(step) || looksAtJob(step) || PENDING.some(([, last]) => step.file.startsWith(last))));
  return new Map(marks.map((mark, index) => {
    if (PENDING.some(([first]) => mark.file.startsWith(first))) return [mark.file, 'job'];
    const looks: Exchange[] = [];
    for (const later of marks.slice(index + 1)) {
      if (!looksAtJob(later)) break;
      looks.push(later);
    }
    return [mark.file, looks.map(placeOf).find((place) => place !== 'free') ?? 'free'];
  }));
}

const token = (id: number, body: Record<string, boolean | string | null | readonly string[]>): Act => ({ do: 'request', as: 'admin', method: 'PATCH', path: `/api/users/tokens/${id}/`, body });
const LONG_AGO = '2020-01-01T00:00:00Z';
const ELSEWHERE = ['192.0.2.0/24'];

const BEFORE: readonly (readonly [string, Act])[] = [
  ['09-refused/003', { do: 'other-plugin', validator: 'denies' }],
  ['09-refused/012', { do: 'other-plugin', validator: { raises: 'RuntimeError', message: 'gate service unreachable' } }],
  ['09-refused/015', { do: 'other-plugin', receiver: { raises: 'RuntimeError', message: 'receiver pre_merge failed' } }],
  ['09-refused/021', { do: 'other-plugin' }],
  ['10-auth/018', token(7, { enabled: false })],
  ['10-auth/019', token(7, { enabled: true, expires: LONG_AGO })],
  ['10-auth/020', token(7, { expires: null, allowed_ips: ELSEWHERE })],
  ['10-auth/024', token(8, { enabled: false })],
  ['10-auth/025', token(8, { enabled: true, expires: LONG_AGO })],
  ['10-auth/026', token(8, { expires: null, allowed_ips: ELSEWHERE })],
];

export const actBefore = (step: Exchange): Act | undefined => BEFORE.find(([file]) => step.file.startsWith(file))?.[1];
