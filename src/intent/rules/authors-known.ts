import { refusal, type Rule } from './rule';

// Carries P17: four eyes need to know whose eyes were first. A deletion whose authors cannot be told is not asked for.
export const authorsKnown: Rule = {
  name: 'branch.authors-known',
  judge: (draft, input) =>
    draft.deletions.length > 0 && input.content.authors.length === 0
      ? [refusal('branch.authors-known', `branch ${input.content.branch.name}`, 'nobody is named in its change log', 'Plan the branch before it is merged: NetBox shows its change log only while it is ready.')]
      : [],
};
