import { refusal, type Rule } from './rule';

// Carries P17: four eyes need to know whose eyes were first. A deletion whose authors cannot be told is not asked for. What a revert asks
// for is wanted by who reverts, and is not asked for where NetBox does not name that person (merge.no-merger).
export const authorsKnown: Rule = {
  name: 'branch.authors-known',
  judge: (draft, input) =>
    input.revert === null && draft.deletions.length > 0 && input.content.authors.length === 0
      ? [refusal('branch.authors-known', `branch ${input.content.branch.name}`, 'nobody is named in its change log', 'Plan the branch before it is merged: NetBox shows its change log only while it is ready.')]
      : [],
};
