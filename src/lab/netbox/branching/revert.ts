// A revert takes back what a merge did, newest first, and makes the branch usable again. It is the second way to delete objects in main, so it asks the gate too.
import { PythonError } from '../write/errors';
import { branchById, nameOf, recordEvent, schemaName, setBranch } from './branch-rows';
import { changesOf, describe, spaceOfBranch } from './changes';
import { askGate } from './gate';
import { askValidator, callReceiver } from './other-plugin';
import type { JobWork } from './job-work';
import { takeBack } from './replay';
import { replaying } from './report';

export async function revert(work: JobWork): Promise<void> {
  const { state, job, branch } = work;
  work.say(`Reverting branch ${nameOf(branch)} (${schemaName(branch)})`);
  if (branch['status'] !== 'merged') throw new PythonError('Exception', 'Only merged branches can be reverted.');
  if (job.commit) {
    askValidator(state, 'revert');
    await askGate(state, branch, 'revert');
  }
  callReceiver(state);
  const changes = [...changesOf(spaceOfBranch(state, branch))].reverse();
  if (changes.length === 0) return work.say('No changes found; aborting.');
  work.say(`Found ${changes.length} changes to revert`);
  work.say('Setting branch status to reverting');
  setBranch(state, branch.id, { status: 'reverting' });
  await work.show();
  work.say('Reverting using None strategy');
  try {
    work.outbox.send(work.allOrNone(() => work.inMain(changes, (writer, change) => {
      work.say(`Undoing change ${change.id} using default (${describe(change)})`);
      replaying(work, change);
      takeBack(writer, change, work.say);
    })));
  } catch (error) {
    setBranch(state, branch.id, { status: 'merged' });
    throw error;
  }
  if (!job.commit) {
    setBranch(state, branch.id, { status: 'merged' });
    return work.say('Dry run completed; rolling back changes');
  }
  work.say('Setting branch status to ready');
  setBranch(state, branch.id, { status: 'ready', merged_time: null, merged_by: null, merge_strategy: null }, true);
  work.say('Recording branch event: reverted');
  recordEvent(state, branch.id, job.user, 'reverted');
  work.outbox.send(work.outbox.ofBranch('branch_reverted', branchById(state, branch.id), job.user));
  work.say('Reversion completed');
}
