import { isOptedOut } from '../core/draft-parts';
import { refusal, type Rule } from './rule';

const plannable: ReadonlySet<string> = new Set(['ready', 'merging', 'merged']);

// Carries P1: only a branch that can be merged, or just was, has a plan that may be applied.
export const branchReady: Rule = {
  name: 'branch.ready',
  judge: (_draft, input) => {
    const { name, status } = input.content.branch;
    return isOptedOut(input) || plannable.has(status) ? [] : [refusal('branch.ready', `branch ${name}`, `its status is ${status}`, 'Wait until NetBox says ready, then ask again.')];
  },
};
