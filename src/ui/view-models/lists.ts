// Lists have links only: no decision is made from a row (approver's page only, one at a time).
import type { JobRow } from '../../apply';
import type { RequestRecord } from '../../deletion';
import type { PlanView } from '../../intent';
import { countingLine, planTitle } from './plan-card';
import { guestKind, timeText, toneOf, type Tone } from './words';

export interface Row { readonly href: string; readonly title: string; readonly cells: readonly string[]; readonly state: { readonly word: string; readonly tone: Tone } }
export interface List { readonly columns: readonly string[]; readonly rows: readonly Row[]; readonly empty: string }

const stateOf = (word: string): Row['state'] => ({ word, tone: toneOf(word) });

export const planList = (plans: readonly PlanView[]): List => ({
  columns: ['Plan', 'What', 'Made', 'Digest'], empty: 'No plan yet: one is made when a branch in NetBox changes, or when somebody asks for it.',
  rows: plans.map((plan) => ({ href: `/plans/${plan.id}`, title: planTitle(plan), cells: [countingLine(plan), timeText(plan.madeAt), plan.digest.slice(0, 8)], state: stateOf(plan.status) })),
});

export const jobList = (jobs: readonly (JobRow & { readonly branch: string | null })[]): List => ({
  columns: ['Job', 'Branch', 'Queued', 'Ended'], empty: 'No job yet: one begins when a branch that the gate permitted is merged in NetBox.',
  rows: jobs.map((job) => ({ href: `/jobs/${job.id}`, title: `Job ${job.id.slice(0, 8)}`, cells: [job.branch ?? 'none', timeText(job.madeAt), job.endedAt === null ? '' : timeText(job.endedAt)], state: stateOf(job.state) })),
});

export const requestList = (requests: readonly RequestRecord[]): List => ({
  columns: ['Guest', 'Where', 'Asked', 'Reason', 'Digest'], empty: 'No deletion was asked for.',
  rows: requests.map(({ id, digest, content, state }) => ({
    href: `/requests/${id}`, title: `${guestKind(content.target.kind)} “${content.name}” (${content.target.vmid})`,
    cells: [`${content.node}, cluster ${content.target.cluster}`, timeText(content.requestedAt), content.reason, digest.slice(0, 8)], state: stateOf(state.state),
  })),
});
