// A new branch gets its own copy of every branchable table. `branch_provisioned` is emitted before the branch is ready and says so (branching 1.1.2).
import { modelsIn } from '../models/registry';
import { Space } from '../store/space';
import { BRANCH, nameOf, recordEvent, schemaName, schemaOf, setBranch } from './branch-rows';
import { PythonError } from '../write/errors';
import type { JobWork } from './job-work';

export async function provision(work: JobWork): Promise<void> {
  const { state, job } = work;
  const branch = state.main.get(BRANCH, job.branch);
  if (branch === undefined) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'provision'");
  work.say(`Provisioning branch ${nameOf(branch)} (${schemaName(branch)})`);
  setBranch(state, branch.id, { status: 'provisioning' });
  await work.show();
  work.say(`Creating schema ${schemaName(branch)}`);
  const space = new Space(schemaOf(branch), state.undo);
  space.copyFrom(state.main, modelsIn('4.6.8').filter((model) => model.branchable).map((model) => model.type));
  state.branches.set(schemaOf(branch), space);
  work.outbox.send(work.outbox.ofBranch('branch_provisioned', branch, job.user));
  setBranch(state, branch.id, { status: 'ready', last_sync: state.clock.now() });
  recordEvent(state, branch.id, job.user, 'provisioned');
  work.say('Provisioning completed');
}
