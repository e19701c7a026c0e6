// Carries P12: what a revert does to NetBox main, as if it were a branch: each row of the reverted branch with its sides exchanged. The
// rows outlive merge and revert (netbox-branching 1.1.2), so that what was permitted can be compared with what was reverted.
import type { ChangeDiff } from '../../netbox/ports';

const opposite = { create: 'delete', update: 'update', delete: 'create' } as const;

/**
 * `current` is frozen at the merge and `conflicts` were the merge's. A revert asks for none: it writes the original back whatever main
 * says by then, so main is taken to say what was merged, and what really runs is compared with that.
 */
const turned = (diff: ChangeDiff): ChangeDiff => ({ ...diff, action: opposite[diff.action], original: diff.modified, modified: diff.original, current: diff.modified, conflicts: [] });

/** A row with neither side (made and removed in the branch) says nothing in either direction. */
export const invert = (diffs: readonly ChangeDiff[]): readonly ChangeDiff[] => diffs.map((diff) => (diff.original === null && diff.modified === null ? diff : turned(diff)));
