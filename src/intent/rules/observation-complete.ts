import { faultsOf } from '../core/world';
import { refusal, touchedWorlds, type Rule } from './rule';

// Carries P5, P13: an incomplete or empty observation, or a cluster that is not the one we know, never yields an applicable plan.
export const observationComplete: Rule = {
  name: 'observation.incomplete',
  judge: (draft, input) =>
    touchedWorlds(draft, input).flatMap((world) => {
      const cluster = `cluster ${world.settings.name}`;
      const missing = faultsOf(world).map((fault) => refusal('observation.incomplete', cluster, `${fault.where}: ${fault.text}`, 'Repair what keeps Proxmox from being read, then plan again.'));
      const empty = world.guests.ok && world.guests.value.length === 0 && world.everUsed.size > 0 ? [refusal('observation.incomplete', cluster, 'the list of guests is empty', 'Look whether the reflect token lost its audit rights.')] : [];
      const quorum = world.status.ok && !world.status.value.quorate ? [refusal('cluster.no-quorum', cluster, 'quorate: 0', 'Bring the missing nodes back, then plan again.')] : [];
      const identity = world.settings.identity === 'confirmed' ? [] : [refusal('cluster.identity', cluster, `its identity is ${world.settings.identity}`, 'Confirm the cluster (name, nodes, CA) under Connections.')];
      return [...missing, ...empty, ...quorum, ...identity];
    }),
};
