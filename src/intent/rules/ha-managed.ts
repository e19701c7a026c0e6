import { objectOf, refusal, worldOf, type Rule } from './rule';

const moving = new Set(['start', 'shutdown', 'migrate']);

// HA only queues what it is asked for and ends the task with OK; its manager does it later, or not (Proxmox VE 8.4).
export const haManaged: Rule = {
  name: 'guest.ha-managed',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const asked = action.steps.filter((step) => moving.has(step.kind)).map((step) => step.kind);
      if (action.kind !== 'update' || asked.length === 0) return [];
      const seen = worldOf(input, action)?.observed.get(action.target.vmid);
      if (seen?.ok !== true) return [refusal('guest.ha-managed', objectOf(action), 'whether HA manages it is not known', 'Repair what keeps the guest from being read, then plan again.')];
      return seen.value.haManaged ? [refusal('guest.ha-managed', objectOf(action), `HA manages it, and ${asked.join(' and ')} would only be queued there`, 'Take it out of HA in Proxmox first, or leave its node and its power to HA.')] : [];
    }),
};
