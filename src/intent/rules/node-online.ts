import { objectOf, refusal, worldOf, type Rule } from './rule';

export const nodeOnline: Rule = {
  name: 'node.exists-and-online',
  judge: (draft, input) =>
    [...draft.actions, ...draft.deletions].flatMap((thing) => {
      const world = worldOf(input, thing);
      const name = 'spec' in thing ? thing.spec.node : thing.node;
      if (world === undefined || !world.status.ok) return [refusal('node.exists-and-online', objectOf(thing), `whether node ${name} is online is not known`, 'Repair what keeps the cluster from being read, then plan again.')];
      const node = world.status.value.nodes.find((candidate) => candidate.name === name);
      if (node?.online === true) return [];
      const known = world.status.value.nodes.map((candidate) => candidate.name).join(', ');
      return [refusal('node.exists-and-online', objectOf(thing), node === undefined ? `cluster ${thing.cluster} has no node ${name}` : `node ${name} is offline`, node === undefined ? `Name one of: ${known}.` : 'Wait until the node is back, or name another one.')];
    }),
};
