import { demandsOf, nodeOf } from '../core/demands';
import { objectOf, refusal, worldOf, type Rule } from './rule';

// Proxmox notices a missing bridge only at start (Proxmox VE 8.4): here it is noticed in the plan.
export const bridgeExists: Rule = {
  name: 'bridge.exists',
  judge: (draft, input) =>
    draft.actions.flatMap((action) => {
      const { nics } = demandsOf(action);
      const node = nodeOf(action);
      const bridges = worldOf(input, action)?.bridges.get(node);
      if (nics.length === 0) return [];
      if (bridges?.ok !== true) return [refusal('bridge.exists', objectOf(action), `the bridges of node ${node} are not known`, 'Repair what keeps the node from being read, then plan again.')];
      return nics.filter((nic) => !bridges.value.includes(nic.bridge)).map((nic) =>
        refusal('bridge.exists', `interface ${nic.slot} of ${objectOf(action)}`, `node ${node} has no bridge ${nic.bridge}`, `Name one of: ${bridges.value.join(', ')}.`));
    }),
};
