// A sync replays what main changed into the branch, without a change log; only objects that the branch itself changed get one row of their own,
// attributed to who syncs (netbox-branching 1.1.2).
import { randomUUID } from 'node:crypto';
import { asText } from '../store/row';
import type { LogRow, Space } from '../store/space';
import { View } from '../store/view';
import { EventQueue } from '../webhooks/event-queue';
import { PythonError } from '../write/errors';
import { Writer } from '../write/writer';
import { branchById, nameOf, recordEvent, schemaName, setBranch } from './branch-rows';
import { describe, modelOfChange, spaceOfBranch, unsynced } from './changes';
import { diffOf } from './change-diff';
import type { JobWork } from './job-work';
import { redo } from './replay';

function take(work: JobWork, space: Space, change: LogRow, requestId: string): void {
  const { state, job } = work;
  const view = new View(state, space);
  const author = { user: job.user, userName: asText(state.user(job.user)?.['username']), requestId };
  const touched = change.action === 'update' && diffOf(state, job.branch, change.type, change.objectId) !== undefined;
  redo(new Writer(view, author, new EventQueue(), !touched), change, work.say, `Synced from main (originally by ${change.userName})`);
  if (touched) work.say(`Recorded sync-applied change to ${modelOfChange(change).verbose} ${change.repr} (supersedes prior branch change on conflicting fields)`);
}

export async function sync(work: JobWork): Promise<void> {
  const { state, job, branch } = work;
  const space = spaceOfBranch(state, branch);
  work.say(`Syncing branch ${nameOf(branch)} (${schemaName(branch)})`);
  if (branch['status'] !== 'ready' || space === undefined) throw new PythonError('Exception', `Branch ${nameOf(branch)} is not ready to sync`);
  const changes = unsynced(state, branch);
  if (changes.length === 0) return work.say('No changes found; aborting.');
  work.say(`Found ${changes.length} changes to sync`);
  work.say('Setting branch status to syncing');
  setBranch(state, branch.id, { status: 'syncing' });
  await work.show();
  const requestId = randomUUID();
  try {
    work.allOrNone(() => {
      for (const change of changes) {
        work.say(`Applying change ${change.id} using schema_${schemaName(branch)} (${describe(change)})`);
        take(work, space, change, requestId);
      }
      return [];
    });
  } catch (error) {
    setBranch(state, branch.id, { status: 'ready' });
    throw error;
  }
  if (!job.commit) {
    setBranch(state, branch.id, { status: 'ready' });
    return work.say('Dry run completed; rolling back changes');
  }
  work.say('Setting branch status to ready');
  setBranch(state, branch.id, { status: 'ready', last_sync: state.clock.now() }, true);
  work.say('Recording branch event: synced');
  recordEvent(state, branch.id, job.user, 'synced');
  work.outbox.send(work.outbox.ofBranch('branch_synced', branchById(state, branch.id), job.user));
  work.say('Syncing completed');
}
