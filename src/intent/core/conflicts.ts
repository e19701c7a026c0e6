// Main moved under the branch. NetBox merges over a conflict that somebody acknowledged with one click for all of them; what is
// then wanted of Proxmox, nobody has decided, so it is refused. netbox-branching 1.1.2 records a conflict only if main changed first:
// update/concern.ts compares the values itself as well.
import type { ChangeDiff } from '../../netbox/ports';
import { netboxOnly } from './fields';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';

export const conflictsOf = (change: GuestChange, object: string): readonly Finding[] => (change.vm === null ? [] : conflictsIn(change.vm, object));

/** Of one row: the VM itself, a disk, an interface. */
export function conflictsIn(diff: ChangeDiff, object: string): readonly Finding[] {
  const say = (observed: string): readonly Finding[] => [{ rule: 'branch.conflict', severity: 'refusal', object, observed, next: 'Sync the branch with main and decide the value again.' }];
  if (diff.action === 'update' && diff.current === null) return say('main has deleted it since the branch began');
  const fields = diff.conflicts.filter((field) => !netboxOnly.has(field));
  return fields.length === 0 ? [] : say(`main and the branch both changed it: ${fields.join(', ')}`);
}
