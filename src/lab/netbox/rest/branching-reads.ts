// Change diffs and branch events as netbox-branching 1.1.2 shows them. Diffs outlive the merge; `object` is looked up in main unless the branch header is sent.
import { shownDiff } from '../branching/change-diff';
import { BRANCH_EVENT, CHANGE_ACTION, labelled } from '../models/choices';
import { knownModel } from '../models/registry';
import { jsonbOrder } from '../store/row';
import type { Json } from '../store/row';
import type { DiffRow, EventRow } from '../store/state';
import { isOneOf, readOnly, timeFilter } from './read-only';
import type { ReadFilter } from './read-only';
import type { Rest } from './rest';

const BRANCH = 'netbox_branching.branch';
const knownBranches = <T>(of: (item: T) => number): ReadFilter<T> => (values, rest) => {
  const unknown = values.find((value) => rest.state.main.get(BRANCH, Number(value)) === undefined);
  return unknown === undefined ? isOneOf(of, values) : { error: `Select a valid choice. ${unknown} is not one of the available choices.` };
};

/** The keys that a diff shows in lists and in a 409. */
export const diffOfRow = (diff: DiffRow): { readonly [key: string]: Json } => ({
  id: diff.id, object_type: diff.type, object_id: diff.objectId, object_repr: diff.repr, action: { ...labelled(CHANGE_ACTION, diff.action) },
});

function diffShown(rest: Rest, diff: DiffRow): { readonly [key: string]: Json } {
  const represent = rest.represent();
  const action = labelled(CHANGE_ACTION, diff.action);
  const stored = (data: DiffRow['original']): Json => (data === null ? null : jsonbOrder(data));
  return {
    id: diff.id, url: `${rest.call.origin}/api/plugins/branching/changes/${diff.id}/`, display: `${action.label} ${knownModel(diff.type).verbose} ${diff.repr} (${diff.objectId})`, branch: represent.brief(BRANCH, diff.branch),
    object_type: diff.type, object_id: diff.objectId, object: represent.brief(diff.type, diff.objectId), object_repr: diff.repr, action: { ...action }, conflicts: diff.conflicts, diff: { ...shownDiff(diff) },
    original_data: stored(diff.original), modified_data: stored(diff.modified), current_data: stored(diff.current), last_updated: diff.lastUpdated,
  };
}

export const changes = readOnly<DiffRow>({
  type: 'netbox_branching.changediff',
  noun: 'ChangeDiff',
  rows: (rest) => [...rest.state.diffs.values()],
  order: ['-last_updated'],
  value: (diff, path) => ({ id: diff.id, last_updated: diff.lastUpdated, object_type: diff.type, object_id: diff.objectId, action: diff.action })[path],
  show: diffShown,
  filters: {
    id: (values) => isOneOf((diff) => diff.id, values),
    q: (values) => (diff) => values.some((value) => diff.repr.toLowerCase().includes(value.toLowerCase())),
    branch_id: knownBranches((diff) => diff.branch),
    branch: (values, rest) => (diff) => values.includes(String(rest.state.main.get(BRANCH, diff.branch)?.['schema_id'])),
    object_type: (values) => (diff) => diff.type === values.at(-1),
    object_type_id: (values) => isOneOf((diff) => knownModel(diff.type).contentType, values),
    object_id: (values) => isOneOf((diff) => diff.objectId, values),
    action: (values) => isOneOf((diff) => diff.action, values),
    has_conflicts: (values) => (diff) => (diff.conflicts !== null) === ['true', 'True', '1'].includes(values.at(-1) ?? ''),
    ...timeFilter('last_updated', (diff) => diff.lastUpdated),
  },
});

export const branchEvents = readOnly<EventRow>({
  type: 'netbox_branching.branchevent',
  noun: 'BranchEvent',
  rows: (rest) => [...rest.state.events.values()],
  order: ['-time'],
  value: (event, path) => ({ id: event.id, time: event.time, type: event.type })[path],
  show: (rest, event) => {
    const represent = rest.represent();
    return {
      id: event.id, url: `${rest.call.origin}/api/plugins/branching/branch-events/${event.id}/`, display: `BranchEvent object (${event.id})`, time: event.time, branch: represent.brief(BRANCH, event.branch),
      user: event.user === null ? null : represent.brief('users.user', event.user), type: { ...labelled(BRANCH_EVENT, event.type) },
    };
  },
  filters: { id: (values) => isOneOf((event) => event.id, values), type: (values) => isOneOf((event) => event.type, values), ...timeFilter('time', (event) => event.time) },
});
