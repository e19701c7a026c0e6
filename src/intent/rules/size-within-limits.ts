import { demandsOf, nodeOf } from '../core/demands';
import { objectOf, refusal, worldOf, type Rule } from './rule';

/** Memory and cores within the node and the policy. 16 MiB is Proxmox's own minimum (Proxmox VE 8.4, `memory`). */
export const sizeWithinLimits: Rule = {
  name: 'size.within-limits',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const world = worldOf(input, action);
      const { cores, memoryMib } = demandsOf(action);
      if (cores === null && memoryMib === null) return [];
      const nodeName = nodeOf(action);
      const facts = world?.nodes.get(nodeName);
      const say = (observed: string, next: string) => refusal('size.within-limits', objectOf(action), observed, next);
      const found = [];
      if (memoryMib !== null && memoryMib < 16) found.push(say(`${memoryMib} MiB of memory`, 'Proxmox wants at least 16 MiB.'));
      if (facts?.ok === true) {
        if (cores !== null && cores > facts.value.cores) found.push(say(`${cores} cores on node ${nodeName} with ${facts.value.cores}`, 'Take fewer cores or another node.'));
        if (memoryMib !== null && memoryMib > facts.value.memoryMib) found.push(say(`${memoryMib} MiB on node ${nodeName} with ${facts.value.memoryMib} MiB`, 'Take less memory or another node.'));
      } else found.push(say(`the size of node ${nodeName} is not known`, 'Repair what keeps the node from being read, then plan again.'));
      const { maxCores, maxMemoryMib } = input.limits;
      if (maxCores !== null && cores !== null && cores > maxCores) found.push(say(`${cores} cores, the policy allows ${maxCores}`, 'Take fewer cores, or propose another policy.'));
      if (maxMemoryMib !== null && memoryMib !== null && memoryMib > maxMemoryMib) found.push(say(`${memoryMib} MiB, the policy allows ${maxMemoryMib}`, 'Take less memory, or propose another policy.'));
      return found;
    }),
};
