// One rule a file: what it looks at, what it refuses, which fact it saw, what to do. A rule that cannot see refuses (P30).
import type { Draft, PlanInput } from '../core/draft-parts';
import type { Action, Finding, PlannedDeletion } from '../core/plan';
import type { ClusterWorld } from '../core/world';

export interface Rule {
  readonly name: string;
  judge(draft: Draft, input: PlanInput): readonly Finding[];
}

export const refusal = (rule: string, object: string, observed: string, next: string): Finding => ({ rule, severity: 'refusal', object, observed, next });

export const worldOf = (input: PlanInput, thing: Action | PlannedDeletion): ClusterWorld | undefined =>
  [...input.worlds.values()].find((world) => world.settings.name === thing.cluster);

export const objectOf = (thing: { readonly name: string }): string => `VM ${thing.name}`;

/** Worlds that the draft's actions and deletions stand in. */
export const touchedWorlds = (draft: Draft, input: PlanInput): readonly ClusterWorld[] =>
  [...input.worlds.values()].filter((world) => [...draft.actions, ...draft.deletions].some((thing) => thing.cluster === world.settings.name));
