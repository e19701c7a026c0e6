// What the policy in force says of plans, and what each author of a branch may do: read when the plan is made, judged by the rules.
import type { Action, PlannedDeletion } from './plan';

export interface PlanPolicy {
  /** Somebody wrote the phrase: branches may change Proxmox at all (FEATURES A1). */
  readonly isAllowed: boolean;
  /** Of one plan; null: no limit (F7). */
  readonly most: { readonly creates: number | null; readonly updates: number | null; readonly deletions: number | null };
  readonly protectedGuests: readonly string[];
  /** Rules whose refusal is a warning only. */
  readonly soft: ReadonlySet<string>;
}

export const intentPermissions = ['apply_create_vm', 'apply_update_vm', 'apply_create_lxc', 'apply_update_lxc', 'request_deletion_vm', 'request_deletion_lxc'] as const;
export type IntentPermission = (typeof intentPermissions)[number];

/** An object permission of NetBox on virtual machines that names one of Sluice's actions. */
export interface Grant { readonly name: string; readonly actions: readonly string[]; readonly constraints: unknown }

/** A VM's record as NetBox's REST gives it: before the branch, and as the branch has it. */
export interface VmRecords { readonly before: Readonly<Record<string, unknown>> | null; readonly after: Readonly<Record<string, unknown>> | null }

export interface AuthorRights {
  /** `netbox:<instance>:<user id>`. */
  readonly author: string;
  readonly userId: number;
  readonly name: string;
  /** Sluice's own permissions of the person who is this NetBox user. */
  readonly own: ReadonlySet<string>;
  /** The NetBox user's grants, by itself or a group; or why they were not read. */
  readonly grants: readonly Grant[] | { readonly unread: string };
}

export interface Authority {
  readonly authors: readonly AuthorRights[];
  /** By NetBox VM id; read only where a grant has constraints. */
  readonly records: ReadonlyMap<number, VmRecords>;
}

export const nobodyAsked: Authority = { authors: [], records: new Map() };

/** The permission that a person needs who wants this. */
export function permissionFor(thing: Action | PlannedDeletion): IntentPermission {
  if (!('kind' in thing)) return thing.target.kind === 'lxc' ? 'request_deletion_lxc' : 'request_deletion_vm';
  if (thing.kind === 'create') return thing.spec.kind === 'lxc' ? 'apply_create_lxc' : 'apply_create_vm';
  return thing.target.kind === 'lxc' ? 'apply_update_lxc' : 'apply_update_vm';
}
