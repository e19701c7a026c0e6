// From what the branch says and what Proxmox has to the actions that would make it so. Nothing is judged here: what cannot
// become an action is recorded as a finding by the rule that names it, and rules/ judge the rest.
import { draftAdopt } from './adopt/draft-adopt';
import { adoptionWish } from './adopt/wish';
import { draftCreate } from './create/draft-create';
import { draftDelete } from './draft-delete';
import { joinDrafts, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { draftBroughtBack, draftSetBack, draftTakenBack } from './draft-revert';
import { draftUpdate } from './draft-update';
import { clusterOf } from './which-cluster';

/** Drafts every guest that the branch touches, in the order of their NetBox ids. */
export function draftBranch(input: PlanInput): Draft {
  return joinDrafts(input.guests.map((change) => {
    const where = clusterOf(change, input);
    if (!where.ok) return onlyFindings(where.error);
    if (change.vm?.action === 'create') return input.revert === null ? draftCreate(change, where.value, input) : draftBroughtBack(change, input);
    if (change.vm?.action === 'delete') return input.revert === null ? draftDelete(change, where.value, input) : draftTakenBack(change, where.value, input);
    const adopts = adoptionWish(change, input);
    if (adopts !== null) return draftAdopt(change, adopts, where.value, input);
    return input.revert === null ? draftUpdate(change, where.value, input) : draftSetBack(change, where.value, input);
  }));
}
