import { refusal, type Rule } from './rule';

// F7: how much one merge may do, whoever wrote it.
export const blast: Rule = {
  name: 'limits.blast',
  judge: (draft, input) => {
    const { most } = input.policy;
    const made = draft.actions.filter((action) => action.kind === 'create').length;
    const counts = [['creates', made, most.creates], ['updates', draft.actions.length - made, most.updates], ['deletions', draft.deletions.length, most.deletions]] as const;
    return counts.flatMap(([what, count, limit]) =>
      (limit === null || count <= limit ? [] : [refusal('limits.blast', `branch ${input.content.branch.name}`, `${count} ${what}, the policy permits ${limit} in one plan`, 'Split the change into several branches.')]));
  },
};
