import { clusterIsReadOnly } from '../../guest';
import { refusal, touchedWorlds, type Rule } from './rule';

// FEATURES A1: each cluster is opened for writes by name; until then it is read only.
export const writesAllowed: Rule = {
  name: 'cluster.writes-allowed',
  judge: (draft, input) =>
    touchedWorlds(draft, input).filter((world) => !world.settings.allowWrites).map(({ settings: { name } }) => {
      const { observed, next } = clusterIsReadOnly(name);
      return refusal('cluster.writes-allowed', `cluster ${name}`, observed, next);
    }),
};
