import { objectOf, refusal, worldOf, type Rule } from './rule';

const label = /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/;

/** Proxmox's dns-name: labels joined by dots, no underscore (Proxmox VE 8.4, `name`). */
export const isGuestName = (name: string): boolean => name.length > 0 && name.length <= 255 && name.split('.').every((part) => label.test(part) && part.length <= 63);

export const nameValid: Rule = {
  name: 'name.valid-and-free',
  judge: (draft, input) => {
    const creates = draft.actions.flatMap((action) => (action.kind === 'create' ? [action] : []));
    return creates.flatMap((action) => {
      if (!isGuestName(action.name)) return [refusal('name.valid-and-free', objectOf(action), `name ${JSON.stringify(action.name)} is no DNS name`, 'Use letters, digits, hyphens and dots; no underscore, no blank.')];
      const world = worldOf(input, action);
      if (world?.guests.ok !== true) return [refusal('name.valid-and-free', objectOf(action), `whether the name ${action.name} is free is not known`, 'Repair what keeps the guests from being listed, then plan again.')];
      const bearer = world.guests.value.find((row) => row.name?.toLowerCase() === action.name.toLowerCase());
      const twin = creates.find((other) => other !== action && other.cluster === action.cluster && other.name.toLowerCase() === action.name.toLowerCase());
      if (bearer !== undefined) return [refusal('name.valid-and-free', objectOf(action), `${bearer.kind} ${bearer.vmid} on ${bearer.node} has this name`, 'Choose another name.')];
      return twin === undefined ? [] : [refusal('name.valid-and-free', objectOf(action), 'two VMs of this branch have this name', 'Rename one of them.')];
    });
  },
};
