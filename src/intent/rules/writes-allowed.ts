import { refusal, touchedWorlds, type Rule } from './rule';

// FEATURES A1: each cluster is opened for writes by name; until then it is read only.
export const writesAllowed: Rule = {
  name: 'cluster.writes-allowed',
  judge: (draft, input) =>
    touchedWorlds(draft, input).filter((world) => !world.settings.allowWrites).map((world) =>
      refusal('cluster.writes-allowed', `cluster ${world.settings.name}`, 'allowWrites is false for it', 'Set allowWrites: true for this cluster in the configuration and start again, or leave its guests out of the branch.')),
};
