// Who moves where in a draft, and what has to be read for it.
import type { Action } from './plan';
import type { StepOf } from './step';
import type { ClusterWorld } from './world';

export const migrationOf = (action: Action): StepOf<'migrate'> | null => action.steps.find((step): step is StepOf<'migrate'> => step.kind === 'migrate') ?? null;

export const movesOf = (action: Extract<Action, { readonly kind: 'update' }>): readonly { readonly vmid: number; readonly target: string }[] => {
  const step = migrationOf(action);
  return step === null ? [] : [{ vmid: action.target.vmid, target: step.after }];
};

/** The key of `ClusterWorld.migrations`. */
export const migrationKey = (vmid: number, node: string): string => `${vmid} ${node}`;

/** Asking what hinders a migration wants the same right as the migration (Proxmox VE 8.4). */
export function mayMigrate(world: ClusterWorld, vmid: number): boolean {
  const seen = world.observed.get(vmid);
  if (seen?.ok !== true || !world.poolRights.ok || seen.value.pool === null) return false;
  return world.poolRights.value.get(seen.value.pool)?.update.includes('VM.Migrate') ?? false;
}
