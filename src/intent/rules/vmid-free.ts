import { isInRange } from '../../guest';
import { objectOf, refusal, worldOf, type Rule } from './rule';

// Carries P14: inside Sluice's own range, free in the cluster now, and never given or seen before.
export const vmidFree: Rule = {
  name: 'vmid.free-and-in-range',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const world = worldOf(input, action);
      if (action.kind !== 'create' || world === undefined) return [];
      const { vmid } = action.spec;
      const { first, last } = world.settings.vmidRange;
      if (!isInRange(world.settings.vmidRange, vmid)) return [refusal('vmid.free-and-in-range', objectOf(action), `VMID ${vmid} is outside ${first}-${last}`, 'Clear the wanted VMID or choose one of the range.')];
      if (!world.guests.ok) return [refusal('vmid.free-and-in-range', objectOf(action), `whether VMID ${vmid} is free is not known`, 'Repair what keeps the guests from being listed, then plan again.')];
      const taken = world.guests.value.find((row) => row.vmid === vmid);
      if (taken !== undefined) return [refusal('vmid.free-and-in-range', objectOf(action), `VMID ${vmid} belongs to ${taken.kind} ${taken.name ?? ''} on ${taken.node}`, 'Plan again: Sluice gives another VMID.')];
      if (world.everUsed.has(vmid)) return [refusal('vmid.free-and-in-range', objectOf(action), `VMID ${vmid} belonged to a guest before`, 'Sluice never uses a VMID twice: clear the wanted VMID.')];
      return [];
    }),
};
