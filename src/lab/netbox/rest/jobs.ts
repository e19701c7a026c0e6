// Background jobs as REST shows them: `data` (with the job's log) and `error` come only when the job has ended.
import { JOB_STATUS, labelled } from '../models/choices';
import { isSince46 } from '../models/since-4-6';
import { jsonbOrder } from '../store/row';
import type { Json } from '../store/row';
import type { JobRow } from '../store/state';
import { isOneOf, readOnly, timeFilter } from './read-only';
import type { Rest } from './rest';

/** Whom NetBox 4.6 tells of a job that has ended: its user. */
const ALWAYS = { value: 'always', label: 'Always' };

export function jobShown(rest: Rest, job: JobRow): { readonly [key: string]: Json } {
  const { origin } = rest.call;
  const represent = rest.represent();
  return {
    id: job.id, url: `${origin}/api/core/jobs/${job.id}/`, display_url: `${origin}/core/jobs/${job.id}/`, display: job.name, object_type: 'netbox_branching.branch', object_id: job.branch,
    object: represent.brief('netbox_branching.branch', job.branch), name: job.name, status: { ...labelled(JOB_STATUS, job.status) }, created: job.created, scheduled: null, interval: null, started: job.started,
    completed: job.completed, user: represent.brief('users.user', job.user), data: job.data === null ? null : jsonbOrder(job.data), error: job.error, job_id: job.uuid, queue_name: 'default', log_entries: [],
    ...(isSince46(rest.state.version) ? { notifications: ALWAYS } : {}),
  };
}

export const jobs = readOnly<JobRow>({
  type: 'core.job',
  noun: 'Job',
  rows: (rest) => [...rest.state.jobs.values()],
  order: ['-created'],
  value: (job, path) => ({ id: job.id, created: job.created, started: job.started, completed: job.completed, name: job.name, status: job.status, object_id: job.branch, user: job.user })[path],
  show: jobShown,
  filters: {
    id: (values) => isOneOf((job) => job.id, values),
    object_type: (values) => () => values.at(-1) === 'netbox_branching.branch',
    object_id: (values) => isOneOf((job) => job.branch, values),
    name: (values) => isOneOf((job) => job.name, values),
    status: (values) => isOneOf((job) => job.status, values),
    user: (values) => isOneOf((job) => job.user, values),
    ...timeFilter('created', (job) => job.created),
    ...timeFilter('completed', (job) => job.completed),
  },
});
