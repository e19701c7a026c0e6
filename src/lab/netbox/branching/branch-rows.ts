// Branches as rows of main: status changes made by jobs, which leave no change log and fire no `object_updated`.
import { asText } from '../store/row';
import type { Json, Row } from '../store/row';
import type { EventRow, State } from '../store/state';
import { PythonError } from '../write/errors';

export const BRANCH = 'netbox_branching.branch';
/** A branch in one of these may not be deleted. */
export const TRANSITIONAL = ['provisioning', 'syncing', 'migrating', 'merging', 'reverting'];

export const nameOf = (branch: Row): string => asText(branch['name']);
export const schemaOf = (branch: Row): string => asText(branch['schema_id']);
export const schemaName = (branch: Row): string => `branch_${schemaOf(branch)}`;

export function branchById(state: State, id: number): Row {
  const branch = state.main.get(BRANCH, id);
  if (branch === undefined) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'refresh_from_db'");
  return branch;
}

/** Sets fields of a branch; `saved` also moves `last_updated`, as a full save does and a bare status update does not. */
export function setBranch(state: State, id: number, values: { readonly [field: string]: Json }, saved = false): Row {
  const branch: Row = { ...branchById(state, id), ...values, ...(saved ? { last_updated: state.clock.now() } : {}) } as Row;
  state.main.put(BRANCH, branch);
  return branch;
}

export function recordEvent(state: State, branch: number, user: number | null, type: EventRow['type']): void {
  const id = state.nextId('netbox_branching.branchevent');
  state.set(state.events, id, { id, time: state.clock.now(), branch, user, type });
}
