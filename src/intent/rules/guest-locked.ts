import { refusal, worldOf, type Rule } from './rule';

export const guestLocked: Rule = {
  name: 'guest.locked',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      if (action.kind !== 'update') return [];
      const seen = worldOf(input, action)?.observed.get(action.target.vmid);
      const lock = seen?.ok === true ? seen.value.config.lock : null;
      return lock === null ? [] : [refusal('guest.locked', `VM ${action.name}`, `lock: ${lock}`, 'Wait for the task that holds the lock, then plan again.')];
    }),
};
