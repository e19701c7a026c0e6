import { objectOf, refusal, worldOf, type Rule } from './rule';

// Cores and memory of a running VM would wait as pending until somebody restarts it (Proxmox VE 8.4): a running VM is never
// stopped for them, and a silent "later" is not a plan.
export const offlineOnlyKey: Rule = {
  name: 'update.offline-only-key',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      if (action.kind !== 'update' || action.target.kind !== 'qemu') return [];
      const keys = action.steps.filter((step) => step.kind === 'cores' || step.kind === 'memory').map((step) => step.kind);
      const seen = worldOf(input, action)?.observed.get(action.target.vmid);
      if (keys.length === 0) return [];
      if (seen?.ok !== true) return [refusal('update.offline-only-key', objectOf(action), 'whether it is running is not known', 'Repair what keeps the guest from being read, then plan again.')];
      const goesDown = action.steps.some((step) => step.kind === 'shutdown');
      if (seen.value.hasProcess && !goesDown) return [refusal('update.offline-only-key', objectOf(action), `it is running and ${keys.join(' and ')} change only while it is stopped`, 'Shut it down first, then plan again.')];
      return seen.value.pendingKeys.length === 0 ? [] : [refusal('update.offline-only-key', objectOf(action), `changes are already pending: ${seen.value.pendingKeys.join(', ')}`, 'Apply or revert the pending changes in Proxmox, then plan again.')];
    }),
};
