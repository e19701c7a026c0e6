// Carries P5, P13: a deleted NetBox VM becomes a planned deletion with the identity of its guest; the rows of its children
// belong to it. Where the guest is already gone there is nothing to ask.
import type { GuestLink } from '../../guest';
import { conflictsOf } from './conflicts';
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from './draft-parts';
import { findTarget } from './find-target';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';
import { vmLabel } from './which-cluster';
import type { ClusterWorld } from './world';

export function draftDelete(change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const object = vmLabel(change, input);
  const link = input.links.get(change.netboxVmId);
  if (link?.state === 'gone') return emptyDraft;
  if (link?.state === 'live') {
    if (input.beingDeleted.has(link.guestId)) return onlyFindings(asked(link, object, input.content.branch.status === 'merged' && input.revert === null));
    const conflicts = conflictsOf(change, object);
    if (conflicts.length > 0) return onlyFindings(...conflicts);
  }
  const target = findTarget(change, world, input, object);
  if ('finding' in target) {
    const { finding } = target;
    return onlyFindings(finding.rule === 'guest.not-adopted' ? { ...finding, next: `${finding.next} Where no guest exists, remove the record in main.` } : finding);
  }
  const rows = [change.vm, ...change.interfaces, ...change.disks, ...change.macs, ...change.ips];
  return {
    ...emptyDraft,
    deletions: [{ netboxVmId: change.netboxVmId, cluster: world.settings.name, name: target.seen.config.name, node: target.seen.node, target: target.identity, changeIds: rows.flatMap((row) => (row === null ? [] : [row.id])).sort((a, b) => a - b) }],
  };
}

/**
 * P7: a merge that asks for what another branch has asked already would be lost with that request, so it is refused before
 * it merges. Of a branch that is merged, the request that lives is its own.
 */
const asked = (link: GuestLink, object: string, isItsOwn: boolean): Finding => ({
  rule: 'deletion.requested', severity: isItsOwn ? 'info' : 'refusal', object, observed: `a deletion request for ${link.kind} ${link.vmid} lives`,
  next: 'Look at the deletion requests: nothing is asked twice. Merge when that request has ended, or leave this VM out of the branch.',
});
