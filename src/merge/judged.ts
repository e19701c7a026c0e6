// What is judged of a merge or revert besides its plan, and how it is told. Pure.
import type { RaiseDeletion } from '../deletion';
import { groupByGuest, optIn, userKey, type BranchContent, type Plan, type PlannedDeletion, type PlanSource } from '../intent';
import type { MergeId, PlanId, Refusal } from '../kernel';
import type { FieldMap } from '../netbox';
import type { MergeRow } from './merge.store';

export type Judged = { readonly kind: 'start'; readonly plan: Plan } | { readonly kind: 'refuse'; readonly refusal: Refusal } | { readonly kind: 'wait'; readonly refusal: Refusal } | { readonly kind: 'nothing'; readonly why: string };

export const refusing = (code: string, summary: string, observed: string, next: string): Judged => ({ kind: 'refuse', refusal: { code, summary, observed, next } });

/** Findings that say only that something could not be seen at this moment. */
export const passing: ReadonlySet<string> = new Set(['observation.incomplete', 'cluster.no-quorum']);

export const kindOf = (merge: Pick<MergeRow, 'kind'>): PlanSource['kind'] => (merge.kind === 'reverted' ? 'revert' : 'branch');
export const actionOf = (merge: Pick<MergeRow, 'kind'>): 'merge' | 'revert' => (merge.kind === 'reverted' ? 'revert' : 'merge');

/** What the digest does not cover and the merge may have changed: the branch's own opt-ins (A1), and who merged it (P17). */
export function stillWanted(fields: FieldMap, merge: MergeRow, content: BranchContent, plan: Plan): Judged {
  const { actions, deletions } = plan.content;
  const names = deletions.map((deletion) => deletion.name).join(', ');
  const says = (field: FieldMap['applyToProxmox']): boolean => optIn(content.branch.customFields, field) === 'yes';
  if (actions.length + deletions.length > 0 && !says(fields.applyToProxmox)) return refusing('merge.opted-out', `Branch ${merge.branchName} was ${merge.kind} without its opt-in, so nothing is sent.`, 'the branch says now that it is not applied to Proxmox', 'Repeat the change in a new branch that opts in.');
  if (deletions.length > 0 && !says(fields.applyDestroyConfirmed)) return refusing('merge.opted-out', `Branch ${merge.branchName} was ${merge.kind} without its opt-in to deletions, so nothing is sent.`, `${merge.kind === 'merged' ? 'it deletes' : 'its revert deletes'} ${names} and the branch does not confirm that`, 'Repeat the change in a new branch that opts in.');
  if (deletions.length > 0 && merge.person.id === null) return refusing('merge.no-merger', `Who ${merge.kind} branch ${merge.branchName} is not known, so its deletions are not asked for and nothing is sent.`, `NetBox names no user with the ${actionOf(merge)}`, 'Repeat the change in a new branch.');
  return { kind: 'start', plan };
}

/** The guest, everybody who wanted it gone, and the record that NetBox no longer has (P17, P24). Of a revert, who wrote or reverted the branch counts. */
export function raiseOf(merge: MergeRow, content: BranchContent, plan: Plan, deletion: PlannedDeletion): RaiseDeletion {
  const { source } = plan.content;
  const merger = merge.person.id === null ? null : userKey(merge.netbox, merge.person.id);
  const guest = groupByGuest(content.diffs, content.lookups).guests.find((candidate) => candidate.netboxVmId === deletion.netboxVmId);
  const last = (rows: readonly { readonly original: unknown; readonly current: unknown; readonly objectId: number }[] | undefined): unknown[] => (rows ?? []).map((row) => ({ id: row.objectId, data: row.original ?? row.current }));
  return {
    cluster: deletion.cluster, target: deletion.target, name: deletion.name, node: deletion.node,
    originators: [...new Set([...source.authors, ...(source.owner === null ? [] : [source.owner]), ...(merger === null ? [] : [merger])])],
    requestedBy: merger ?? 'netbox', reason: merge.kind === 'merged' ? `deleted with branch ${merge.branchName}` : `made by branch ${merge.branchName}, which was reverted`, mergeId: merge.id as MergeId, planId: plan.id as PlanId,
    netbox: merge.netbox, netboxVmId: deletion.netboxVmId, netboxRecordRemoved: true,
    netboxRecord: { vm: last(guest?.vm == null ? [] : [guest.vm])[0] ?? null, interfaces: last(guest?.interfaces), disks: last(guest?.disks), macs: last(guest?.macs), ips: last(guest?.ips) },
  };
}
