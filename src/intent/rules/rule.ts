// One rule a file: what it looks at, what it refuses, which fact it saw, what to do. A rule that cannot see refuses (P30).
import type { Draft, PlanInput } from '../core/draft-parts';
import type { Action, Finding, PlannedDeletion } from '../core/plan';
import type { StepKind } from '../core/step';
import type { ClusterWorld } from '../core/world';

export interface Rule {
  readonly name: string;
  judge(draft: Draft, input: PlanInput): readonly Finding[];
}

export const refusal = (rule: string, object: string, observed: string, next: string): Finding => ({ rule, severity: 'refusal', object, observed, next });

export const worldOf = (input: PlanInput, thing: Action | PlannedDeletion): ClusterWorld | undefined =>
  [...input.worlds.values()].find((world) => world.settings.name === thing.cluster);

export const objectOf = (thing: { readonly name: string }): string => `VM ${thing.name}`;

/** By key, so that thousands of changes in one branch are compared without pairs. */
export function groupBy<T>(all: readonly T[], key: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(key(each));
    if (group === undefined) groups.set(key(each), [each]);
    else group.push(each);
  }
  return groups;
}

/** Worlds that the draft's actions and deletions stand in. */
export const touchedWorlds = (draft: Draft, input: PlanInput): readonly ClusterWorld[] =>
  [...input.worlds.values()].filter((world) => [...draft.actions, ...draft.deletions].some((thing) => thing.cluster === world.settings.name));

/** A right that set-up gives to the update token pool by pool: without it these steps are refused, which is the default. */
export const optionalRight = (name: string, privilege: string, option: string, steps: readonly StepKind[]): Rule => ({
  name,
  judge: (draft, input) =>
    draft.actions.filter((action) => action.steps.some((step) => steps.includes(step.kind))).flatMap((action) => {
      const world = worldOf(input, action);
      const seen = action.kind === 'update' ? world?.observed.get(action.target.vmid) : undefined;
      const pool = action.kind === 'create' ? action.spec.pool : seen?.ok === true ? seen.value.pool : null;
      // Unknown rights and guests in no pool are what guest.pool-rights refuses.
      if (world?.poolRights.ok !== true || pool === null || (world.poolRights.value.get(pool)?.update ?? []).includes(privilege)) return [];
      return [refusal(name, objectOf(action), `on /pool/${pool} the update token has no ${privilege}`, `Take this change out of the branch, or have an administrator allow it: sluice setup proxmox --print ${option} ${pool}.`)];
    }),
});
