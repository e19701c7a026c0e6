// A merge replays every change of the branch into main, oldest first, in the names of its authors; all or none (netbox-branching 1.1.2, iterative).
// The gate is asked while the branch is still `ready`, and only when the merge is meant: a dry run skips it, as the real validators are skipped.
import type { DiffRow } from '../store/state';
import type { Json } from '../store/row';
import { replaying } from './report';
import { PythonError } from '../write/errors';
import { branchById, nameOf, recordEvent, schemaName, setBranch } from './branch-rows';
import { changesOf, describe, spaceOfBranch, unsynced } from './changes';
import { askGate } from './gate';
import { askValidator, callReceiver } from './other-plugin';
import type { JobWork } from './job-work';
import { redo } from './replay';

/** How many objects of each kind the branch creates, updates and deletes; something created and deleted again counts as deleted. */
function summary(diffs: readonly DiffRow[]): Json {
  const count = (rows: readonly DiffRow[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const row of rows) counts[row.type] = (counts[row.type] ?? 0) + 1;
    return counts;
  };
  const vanished = (row: DiffRow): boolean => row.action === 'delete' || (row.action === 'create' && row.modified === null);
  const [creates, updates, deletes] = [diffs.filter((row) => row.action === 'create' && !vanished(row)), diffs.filter((row) => row.action === 'update'), diffs.filter(vanished)];
  return { creates: count(creates), creates_total: creates.length, updates: count(updates), updates_total: updates.length, deletes: count(deletes), deletes_total: deletes.length };
}

export async function merge(work: JobWork): Promise<void> {
  const { state, job, branch } = work;
  work.say(`Merging branch ${nameOf(branch)} (${schemaName(branch)})`);
  const ready = branch['status'] === 'ready';
  const diffs = [...state.diffs.values()].filter((row) => row.branch === branch.id);
  Object.assign(work.data, { report: [], changes_summary: summary(ready ? diffs : []), has_unsynced_changes: ready && unsynced(state, branch).length > 0, merge_strategy: 'iterative' });
  if (!ready) throw new PythonError('Exception', `Branch ${nameOf(branch)} is not ready to merge`);
  if (job.commit) {
    askValidator(state, 'merge');
    await askGate(state, branch, 'merge');
  }
  callReceiver(state);
  const changes = changesOf(spaceOfBranch(state, branch));
  if (changes.length === 0) return work.say('No changes found; aborting.');
  work.say(`Found ${changes.length} changes to merge`);
  work.say('Setting branch status to merging');
  setBranch(state, branch.id, { status: 'merging' });
  await work.show();
  work.say('Merging using None strategy');
  try {
    work.outbox.send(work.allOrNone(() => work.inMain(changes, (writer, change) => {
      work.say(`Applying change ${change.id} using default (${describe(change)})`);
      replaying(work, change);
      redo(writer, change, work.say);
    })));
  } catch (error) {
    setBranch(state, branch.id, { status: 'ready' });
    throw error;
  }
  if (!job.commit) {
    setBranch(state, branch.id, { status: 'ready' });
    return work.say('Dry run completed; rolling back changes');
  }
  work.say('Setting branch status to merged');
  const merged = setBranch(state, branch.id, { status: 'merged', merged_time: state.clock.now(), merged_by: job.user }, true);
  work.say('Recording branch event: merged');
  recordEvent(state, branch.id, job.user, 'merged');
  work.outbox.send(work.outbox.ofBranch('branch_merged', branchById(state, merged.id), job.user));
  work.say('Merging completed');
}
