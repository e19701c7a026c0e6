// Carries P5, P7, P24: what a revert of a merge means for guests that the branch made or removed. A guest that it made becomes a planned
// deletion; one that it removed is there still, or is gone for good, and then it is said so. Neither is ever made or destroyed from here.
import { draftDelete } from './draft-delete';
import { emptyDraft, joinDrafts, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { draftUpdate } from './draft-update';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';
import { vmLabel } from './which-cluster';
import type { ClusterWorld } from './world';

/** The revert takes the record out of NetBox: its guest is asked to go as well, where one was made. */
export function draftTakenBack(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const link = input.links.get(change.netboxVmId);
  if (link === undefined) return onlyFindings(told('revert.never-made', object, 'no guest was ever made for it', 'Nothing happens in Proxmox for it.'));
  if (link.state === 'gone') return onlyFindings(told('revert.destroyed', object, `${link.kind} ${link.vmid} is gone already${endOf(link.guestId, input)}`, 'Nothing is asked twice.'));
  if (link.state === 'live') return draftDelete(change, world, input);
  if (!world.guests.ok) return onlyFindings(refused('observation.incomplete', object, `${world.guests.error.where}: ${world.guests.error.text}`, 'Repair what keeps Proxmox from being read, then plan again.'));
  const stands = world.guests.value.some((row) => row.vmid === link.vmid);
  return onlyFindings(stands
    ? refused('revert.half-made', object, `${link.kind} ${link.vmid} stands and was not handed over by its job`, 'Resume that job, or remove the unfinished guest by hand; then revert.')
    : told('revert.never-made', object, `${link.kind} ${link.vmid} was never made`, 'Nothing happens in Proxmox for it.'));
}

/** The revert brings the record back: its deletion request is cancelled, and what is destroyed stays destroyed. */
export function draftBroughtBack(change: GuestChange, input: PlanInput): Draft {
  const link = input.links.get(change.netboxVmId);
  if (link?.state !== 'gone') return emptyDraft;
  return onlyFindings(told('revert.destroyed', vmLabel(change, input), `${link.kind} ${link.vmid} is gone${endOf(link.guestId, input)}`, 'A revert cannot bring it back: restore it from a backup. The tombstone of the request shows what it was.'));
}

/** A change like any other, in the other direction. A disk that the branch took out comes back with its data or not at all. */
export function draftSetBack(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const draft = draftUpdate(change, world, input);
  const slots = draft.actions.flatMap((action) => action.steps.flatMap((step) => (step.kind === 'disk-add' ? [step.slot] : [])));
  if (slots.length === 0) return draft;
  return joinDrafts([draft, onlyFindings(refused('revert.disk-data', vmLabel(change, input), `the branch took ${slots.join(', ')} out, and a revert would make a new, empty disk`, 'Attach the unused volume to its slot by hand, then revert.'))]);
}

const endOf = (guestId: string, { revert }: PlanInput): string => {
  const end = revert?.destroyed.get(guestId);
  return end === undefined ? '' : `: destroyed on ${end.at} by deletion request ${end.requestId}`;
};
const told = (rule: string, object: string, observed: string, next: string): Finding => ({ rule, severity: 'info', object, observed, next });
const refused = (rule: string, object: string, observed: string, next: string): Finding => ({ rule, severity: 'refusal', object, observed, next });
