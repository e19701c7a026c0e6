import { demandsOf } from '../core/demands';
import { groupBy, objectOf, refusal, worldOf, type Rule } from './rule';

const label = /^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$/;

/** Proxmox's dns-name: labels joined by dots, no underscore (Proxmox VE 8.4, `name`). */
export const isGuestName = (name: string): boolean => name.length > 0 && name.length <= 255 && name.split('.').every((part) => label.test(part) && part.length <= 63);

export const nameValid: Rule = {
  name: 'name.valid-and-free',
  judge: (draft, input) => {
    const named = draft.actions.flatMap((action) => {
      const { name } = demandsOf(action);
      return name === null ? [] : [{ action, name }];
    });
    const wanted = groupBy(named, ({ action, name }) => nameKey(action.cluster, name));
    const bearers = groupBy([...input.worlds.values()].flatMap((world) => (world.guests.ok ? world.guests.value.map((row) => ({ key: nameKey(world.settings.name, row.name ?? ''), row })) : [])), ({ key }) => key);
    return named.flatMap(({ action, name }) => {
      if (!isGuestName(name)) return [refusal('name.valid-and-free', objectOf(action), `name ${JSON.stringify(name)} is no DNS name`, 'Use letters, digits, hyphens and dots; no underscore, no blank.')];
      if (worldOf(input, action)?.guests.ok !== true) return [refusal('name.valid-and-free', objectOf(action), `whether the name ${name} is free is not known`, 'Repair what keeps the guests from being listed, then plan again.')];
      const key = nameKey(action.cluster, name);
      const bearer = bearers.get(key)?.find(({ row }) => !(action.kind === 'update' && row.vmid === action.target.vmid))?.row;
      if (bearer !== undefined) return [refusal('name.valid-and-free', objectOf(action), `${bearer.kind} ${bearer.vmid} on ${bearer.node} has this name`, 'Choose another name.')];
      return (wanted.get(key)?.length ?? 0) < 2 ? [] : [refusal('name.valid-and-free', objectOf(action), 'two VMs of this branch have this name', 'Rename one of them.')];
    });
  },
};

const nameKey = (cluster: string, name: string): string => `${cluster} ${name.toLowerCase()}`;
