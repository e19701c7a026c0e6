import { isOptedOut } from '../core/draft-parts';
import { refusal, type Rule } from './rule';

const plannable: ReadonlySet<string> = new Set(['ready', 'merging', 'merged']);
/** A reverted branch is ready again (netbox-branching 1.1.2). */
const revertible: ReadonlySet<string> = new Set(['merged', 'reverting', 'ready']);

// Carries P1: only a branch that can be merged, or just was, has a plan that may be applied.
export const branchReady: Rule = {
  name: 'branch.ready',
  judge: (_draft, input) => {
    const { name, status } = input.content.branch;
    return isOptedOut(input) || (input.revert === null ? plannable : revertible).has(status) ? [] : [refusal('branch.ready', `branch ${name}`, `its status is ${status}`, 'Wait until NetBox says ready, then ask again.')];
  },
};
