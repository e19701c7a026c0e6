import { policySendsNothing } from '../../guest';
import { refusal, type Rule } from './rule';

// FEATURES A1: off until somebody wrote the phrase into the first configuration, or two people into a policy.
export const intentAllowed: Rule = {
  name: 'intent.allowed',
  judge: (draft, input) =>
    input.policy.isAllowed || draft.actions.length + draft.deletions.length === 0
      ? []
      : [refusal('intent.allowed', `branch ${input.content.branch.name}`, policySendsNothing.observed, policySendsNothing.next)],
};
