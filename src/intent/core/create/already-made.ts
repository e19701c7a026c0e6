// A create whose guest stands: nothing to do where it is as wanted (a fresh plan is empty), a named refusal where it is not.
import { emptyDraft, onlyFindings, type Draft, type PlanInput } from '../draft-parts';
import { text, wholeOf } from '../fields';
import { findTarget } from '../find-target';
import type { GuestChange } from '../grouping';
import type { ClusterWorld } from '../world';

export function alreadyMade(object: string, change: GuestChange, world: ClusterWorld, input: PlanInput): Draft {
  const target = findTarget(change, world, input, object);
  if ('finding' in target) return onlyFindings(target.finding);
  // A branch that was reverted and is merged again: its guest stands, and a deletion request of the revert may still take it away (P7).
  if (input.beingDeleted.has(target.link.guestId)) return onlyFindings({ rule: 'deletion.requested', severity: 'refusal', object, observed: `a deletion request for ${target.link.kind} ${target.link.vmid} lives`, next: 'Cancel that request, or wait for its end; then plan again.' });
  const { config } = target.seen;
  const wanted = change.vm?.modified ?? {};
  const disks = new Set(change.disks.map((diff) => String(diff.modified?.['name'])));
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['cores', wholeOf(wanted['vcpus']), config.cores * config.sockets],
    ['memory', wholeOf(wanted['memory']), config.memoryMib],
    ['description', text(wanted['description']) ?? '', config.description.human],
    ['name', wanted['name'], config.name],
    // A clone may have more disks than the branch names.
    ['disks', change.disks.map((diff) => `${String(diff.modified?.['name'])}:${String(diff.modified?.['size'])}`).sort().join(), config.disks.filter((disk) => disks.has(disk.slot)).map((disk) => `${disk.slot}:${disk.sizeMib}`).sort().join()],
    ['interfaces', change.interfaces.map((diff) => String(diff.modified?.['name'])).sort().join(), config.nics.map((nic) => nic.slot).join()],
  ];
  const off = pairs.filter(([, want, have]) => want !== have);
  if (off.length === 0) return emptyDraft;
  return onlyFindings({
    rule: 'create.already-made', severity: 'refusal', object,
    observed: `it exists as ${target.link.kind} ${target.link.vmid} with ${off.map(([what, want, have]) => `${what} ${JSON.stringify(have)} instead of ${JSON.stringify(want)}`).join(', ')}`,
    next: 'Change the existing VM in a branch of its own.',
  });
}
