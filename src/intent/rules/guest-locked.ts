import { refusal, worldOf, type Rule } from './rule';

export const guestLocked: Rule = {
  name: 'guest.locked',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      if (action.kind === 'create') return [];
      const seen = worldOf(input, action)?.observed.get(action.target.vmid);
      if (seen?.ok !== true) return [refusal('guest.locked', `VM ${action.name}`, 'whether it is locked is not known', 'Repair what keeps the guest from being read, then plan again.')];
      const { lock } = seen.value.config;
      return lock === null ? [] : [refusal('guest.locked', `VM ${action.name}`, `lock: ${lock}`, 'Wait for the task that holds the lock, then plan again.')];
    }),
};
