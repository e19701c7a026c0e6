// What goes into a draft and what comes out of it.
import type { Finding, Action, Drift, PlannedDeletion } from './plan';
import type { GuestChange } from './grouping';
import type { BranchContent } from './branch-content';
import type { Authority, PlanPolicy } from './authority';
import { optIn } from './fields';
import type { ChangeDiff, FieldMap } from '../../netbox/ports';
import type { ClusterWorld, Limits } from './world';
import type { GuestLink } from '../../guest';
import type { GuestId, Vmid } from '../../kernel';

/** What Sluice gave to a NetBox VM, once and for ever (P1, P14). */
export interface Allocation { readonly guestId: GuestId; readonly vmid: Vmid; readonly uuid: string }

/** What is known of guests that the branch would take in: the id that each NetBox VM's is to get, and the links that already name them. */
export interface Adopting { readonly ids: ReadonlyMap<number, GuestId>; readonly links: readonly GuestLink[] }

export interface PlanInput {
  readonly content: BranchContent;
  readonly guests: readonly GuestChange[];
  /** Rows of the branch that belong to no guest. */
  readonly others: readonly ChangeDiff[];
  readonly fields: FieldMap;
  /** By NetBox cluster id. */
  readonly worlds: ReadonlyMap<number, ClusterWorld>;
  /** By NetBox VM id: the newest link row, whatever its state. */
  readonly links: ReadonlyMap<number, GuestLink>;
  /** By NetBox VM id: what was given to a guest to be made; missing where none could be given. */
  readonly allocations: ReadonlyMap<number, Allocation>;
  readonly adopting: Adopting;
  /** Guests (by their id) for which a deletion request lives: they are asked for once (P7). */
  readonly beingDeleted: ReadonlySet<string>;
  readonly limits: Limits;
  readonly policy: PlanPolicy;
  readonly authority: Authority;
  /** Only where a merge is taken back: the rows are then those of the branch with their sides exchanged. */
  readonly revert: RevertPast | null;
}

/** By guest id: deletion requests that ended in destruction. */
export interface RevertPast { readonly destroyed: ReadonlyMap<string, Destroyed> }
export interface Destroyed { readonly requestId: string; readonly at: string }

/** The branch says that it is not applied to Proxmox. */
export const isOptedOut = ({ content, fields }: Pick<PlanInput, 'content' | 'fields'>): boolean => optIn(content.branch.customFields, fields.applyToProxmox) === 'no';

export interface Draft {
  readonly actions: readonly Action[];
  readonly deletions: readonly PlannedDeletion[];
  readonly findings: readonly Finding[];
  readonly drift: readonly Drift[];
}

export const emptyDraft: Draft = { actions: [], deletions: [], findings: [], drift: [] };
export const onlyFindings = (...findings: readonly Finding[]): Draft => ({ ...emptyDraft, findings });
export const joinDrafts = (drafts: readonly Draft[]): Draft => ({
  actions: drafts.flatMap((draft) => draft.actions),
  deletions: drafts.flatMap((draft) => draft.deletions),
  findings: drafts.flatMap((draft) => draft.findings),
  drift: drafts.flatMap((draft) => draft.drift),
});

