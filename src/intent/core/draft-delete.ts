// Carries P5, P13: a deleted NetBox VM becomes a planned deletion with the identity of its guest; the rows of its children
// belong to it. Where the guest is already gone there is nothing to ask.
import { sameGuest } from '../../guest';
import { conflictsOf } from './conflicts';
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import type { GuestChange } from './grouping';
import { vmLabel } from './which-cluster';
import { identityOfLink, type ClusterWorld } from './world';

export function draftDelete(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const link = input.links.get(change.netboxVmId);
  if (link?.state === 'gone') return emptyDraft;
  if (link === undefined || link.state !== 'live') {
    return onlyFindings({ rule: 'guest.not-adopted', severity: 'refusal', object, observed: 'no guest is linked to this NetBox VM', next: 'Take the guest in with an adopt step first, or remove the record where no guest exists.' });
  }
  if (input.beingDeleted.has(link.guestId)) return onlyFindings({ rule: 'deletion.requested', severity: 'info', object, observed: `a deletion request for ${link.kind} ${link.vmid} lives`, next: 'Look at the deletion requests; nothing is asked twice.' });
  const conflicts = conflictsOf(change, object);
  if (conflicts.length > 0) return onlyFindings(...conflicts);
  const seen = world.observed.get(link.vmid);
  if (seen === undefined || !seen.ok) {
    return onlyFindings({ rule: 'observation.incomplete', severity: 'refusal', object, observed: seen === undefined ? `${link.kind} ${link.vmid} is not in the list of guests` : `${seen.error.where}: ${seen.error.text}`, next: 'Repair what keeps Proxmox from being read, then plan again.' });
  }
  const target = identityOfLink(link);
  const same = sameGuest(target, seen.value.config);
  if (!same.ok) return onlyFindings({ rule: 'guest.identity', severity: 'refusal', object, observed: same.error.observed, next: same.error.next });
  const rows = [change.vm, ...change.interfaces, ...change.disks, ...change.macs, ...change.ips];
  return {
    ...emptyDraft,
    deletions: [{ netboxVmId: change.netboxVmId, cluster: world.settings.name, name: seen.value.config.name, node: seen.value.node, target, changeIds: rows.flatMap((row) => (row === null ? [] : [row.id])).sort((a, b) => a - b) }],
  };
}
