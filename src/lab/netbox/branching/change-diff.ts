// Keeps netbox-branching's ChangeDiff rows: one per branch and object, told apart by what was, what the branch made of it and what main holds now.
// Conflicts are computed as 1.1.2 does it: on saves inside the branch and on deletes in main, not when main is edited (fixed upstream in 1.1.3).
import { cleaned, storedLogForm } from '../read/log-form';
import { jsonbOrder, sameJson } from '../store/row';
import type { LogRow } from '../store/space';
import type { ChangeData, DiffRow, State } from '../store/state';
import { View } from '../store/view';

const changedKeys = (before: ChangeData, after: ChangeData): readonly string[] => Object.keys(before).filter((key) => !sameJson(before[key], after[key]));

/** Fields that branch and main changed to different values; for deletes the fields main changed; null when there are none. */
export function conflictsOf(row: Pick<DiffRow, 'action' | 'original' | 'modified' | 'current'>): readonly string[] | null {
  const { original, modified, current } = row;
  if (row.action === 'create' || original === null) return null;
  const fields =
    row.action === 'delete' || modified === null
      ? current === null ? [] : changedKeys(original, current)
      : current === null ? changedKeys(original, modified) : changedKeys(original, modified).filter((key) => !sameJson(original[key], current[key]) && !sameJson(modified[key], current[key]));
  return fields.length === 0 ? null : fields;
}

const inMain = (state: State, type: string, id: number): ChangeData | null => {
  const row = state.main.get(type, id);
  if (row === undefined) return null;
  // Private keys such as `_name` stay in `current_data` alone (netbox-branching 1.1.2).
  return jsonbOrder(Object.fromEntries(Object.entries(storedLogForm(View.main(state).model(type), row, View.main(state))).filter(([key]) => key !== 'created' && key !== 'last_updated'))) as ChangeData;
};

const find = (state: State, branch: number, type: string, objectId: number): DiffRow | undefined =>
  state.diffs.of(type, objectId).find((row) => row.branch === branch);

/** The diff row of one object in one branch, if the branch touched it. */
export const diffOf = find;

/** Follows a change-log row that was written inside a branch. */
export function followBranchChange(state: State, branch: number, change: LogRow): void {
  const known = find(state, branch, change.type, change.objectId);
  const action = known?.action === 'create' ? 'create' : change.action;
  const base = {
    id: known?.id ?? state.nextId('netbox_branching.changediff'),
    branch,
    type: change.type,
    objectId: change.objectId,
    repr: change.repr,
    action,
    original: known === undefined ? cleaned(change.pre) : known.original,
    modified: change.action === 'delete' ? null : cleaned(change.post),
    current: known === undefined ? (change.action === 'create' ? null : inMain(state, change.type, change.objectId)) : known.current,
    lastUpdated: state.clock.now(),
  };
  state.set(state.diffs, base.id, { ...base, conflicts: conflictsOf(base) });
}

/** Follows a change-log row that was written in main: rows of ready branches learn what main holds now. */
export function followMainChange(state: State, change: LogRow): void {
  for (const row of state.diffs.of(change.type, change.objectId)) {
    if (state.main.get('netbox_branching.branch', row.branch)?.['status'] !== 'ready') continue;
    const next = { ...row, current: change.action === 'delete' ? null : cleaned(change.post), lastUpdated: state.clock.now() };
    state.set(state.diffs, row.id, change.action === 'delete' ? { ...next, conflicts: conflictsOf(next) } : next);
  }
}

const pick = (data: ChangeData | null, keys: readonly string[]): ChangeData => (data === null ? {} : Object.fromEntries(keys.filter((key) => key in data).map((key) => [key, data[key] ?? null])));

/** The `diff` of the REST representation: only what differs from the original. */
export function shownDiff(row: DiffRow): { readonly original: ChangeData; readonly modified: ChangeData; readonly current: ChangeData } {
  const { original, modified, current } = row;
  if (original === null) return { original: {}, modified: {}, current: {} };
  const keys = Object.keys(original).filter((key) => (modified !== null && !sameJson(original[key], modified[key])) || (current !== null && !sameJson(original[key], current[key])));
  return { original: pick(original, keys), modified: pick(modified, keys), current: pick(current, keys) };
}
