import { permissionFor, type AuthorRights, type Grant, type IntentPermission, type VmRecords } from '../core/authority';
import { judgeConstraints } from '../core/constraints';
import { objectOf, refusal, type Rule } from './rule';

// Carries P19, P30 and FEATURES A13: whoever wrote a branch may do what the branch does, by a permission of Sluice or by an object
// permission of NetBox with its constraints. What cannot be read does not permit.
export const authorPermission: Rule = {
  name: 'author.permission',
  judge: (draft, { authority, content, revert }) => {
    const things = [...draft.actions, ...draft.deletions];
    if (things.length === 0) return [];
    // What came into a branch between gate and merge bears nobody's name any more in NetBox (P12 judges it anew); its deletions are refused as branch.authors-known.
    if (content.authors.length === 0 && revert === null && content.branch.status === 'ready' && draft.actions.length > 0) return [refusal('author.permission', `branch ${content.branch.name}`, 'nobody is named in its change log, so nobody\'s permissions can be looked at', 'Plan the branch before it is merged: NetBox shows its change log only while it is ready.')];
    const unknown = content.authors.filter((author) => !authority.authors.some((known) => known.author === author))
      .map((author) => refusal('author.permission', `branch ${content.branch.name}`, `the permissions of ${author} were not read`, 'Plan the branch again.'));
    return [...unknown, ...authority.authors.flatMap((author) => things.flatMap((thing) => {
      const needed = permissionFor(thing);
      if (author.own.has(needed)) return [];
      const trouble = whyNot(author, needed, authority.records.get(thing.netboxVmId) ?? null);
      return trouble === null ? [] : [refusal('author.permission', objectOf(thing), `${author.name} wrote this and does not hold ${needed}${trouble}`, `Give ${needed} to ${author.name} in Sluice, or by an object permission on virtual machines in NetBox.`)];
    }))];
  },
};

/** null: a grant permits it. */
function whyNot({ grants, userId }: AuthorRights, needed: IntentPermission, records: VmRecords | null): string | null {
  if ('unread' in grants) return ` (object permissions of NetBox do not count: ${grants.unread})`;
  const fitting = grants.filter(({ actions }) => actions.includes(needed));
  const refusals = fitting.map((grant) => againstGrant(grant, records, userId));
  if (refusals.includes(null)) return null;
  return refusals.length === 0 ? '' : ` (${refusals.filter((text) => text !== null).join('; ')})`;
}

/** As NetBox does: the record has to fit before the change, where there was one, and after it, where there is one. */
function againstGrant({ name, constraints }: Grant, records: VmRecords | null, userId: number): string | null {
  if (constraints === null) return null;
  const sides = [records?.before ?? null, records?.after ?? null].filter((side) => side !== null);
  if (sides.length === 0) return `the constraints of permission ${name} could not be judged: the record was not read`;
  const judged = sides.map((side) => judgeConstraints(constraints, side, userId));
  if (judged.every(({ matches }) => matches)) return null;
  const unread = [...new Set(judged.flatMap((one) => one.unread))];
  return unread.length === 0 ? `the record does not fit the constraints of permission ${name}` : `permission ${name} has constraints that cannot be read: ${unread.join(', ')}`;
}
