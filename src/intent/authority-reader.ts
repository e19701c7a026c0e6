// Carries P19: what the authors of a branch may do now. Sluice's own permissions first; NetBox is asked only where those do not permit
// everything, in two or three lists, and for the records only where a grant has constraints.
import { ok, type Observed } from '../kernel';
import type { NetBoxAccess } from '../netbox';
import type { NetBoxObject } from '../netbox/ports';
import type { BranchContent } from './core/branch-content';
import { intentPermissions, nobodyAsked, permissionFor, type Authority, type AuthorRights, type Grant, type VmRecords } from './core/authority';
import type { Draft } from './core/draft-parts';

/** Sluice's own permissions of whoever is this NetBox user, with a name for people; null for somebody unknown to Sluice. */
export type OwnRights = (netbox: string, userId: number) => Promise<{ readonly name: string; readonly permissions: ReadonlySet<string> } | null>;

export async function readAuthority(netbox: NetBoxAccess, content: BranchContent, draft: Draft, ownRights: OwnRights): Promise<Authority> {
  const things = [...draft.actions, ...draft.deletions];
  if (things.length === 0) return nobodyAsked;
  const needed = new Set(things.map(permissionFor));
  const own = await Promise.all(content.authors.flatMap((author) => {
    const userId = userIdOf(author);
    return userId === null ? [] : [ownRights(netbox.name, userId).then((person) => ({ author, userId, name: person?.name ?? author, own: person?.permissions ?? new Set<string>() }))];
  }));
  const short = own.filter((author) => [...needed].some((permission) => !author.own.has(permission)));
  const grants = short.length === 0 ? new Map<number, readonly Grant[]>() : await readGrants(netbox, short.map(({ userId }) => userId));
  const authors: readonly AuthorRights[] = own.map((author) => ({ ...author, grants: 'unread' in grants ? grants : (grants.get(author.userId) ?? []) }));
  const constrained = authors.some(({ grants: held }) => !('unread' in held) && held.some(({ constraints }) => constraints !== null));
  return { authors, records: constrained ? await readRecords(netbox, content, things.map(({ netboxVmId }) => netboxVmId)) : new Map() };
}

const userIdOf = (author: string): number | null => {
  const id = Number(/^netbox:[^:]+:(\d+)$/.exec(author)?.[1] ?? NaN);
  return Number.isInteger(id) ? id : null;
};

/** By user id: enabled object permissions on virtual machines that name an action of Sluice, held directly or through a group. */
async function readGrants({ reader }: NetBoxAccess, userIds: readonly number[]): Promise<ReadonlyMap<number, readonly Grant[]> | { readonly unread: string }> {
  const [users, rows] = await Promise.all([reader.objects('users/users', userIds), reader.objectsWhere('users/permissions', 'enabled', 'true', (row) => row['enabled'] === true)]);
  if (!users.ok) return { unread: `${users.error.where}: ${users.error.text}` };
  if (!rows.ok) return { unread: `${rows.error.where}: ${rows.error.text}` };
  const ours = rows.value.filter((row) => namesOf(row['object_types']).includes('virtualization.virtualmachine') && namesOf(row['actions']).some((action) => (intentPermissions as readonly string[]).includes(action)));
  return new Map(users.value.filter((user) => user['is_active'] !== false).map((user) => {
    const groups = new Set(idsOf(user['groups']));
    const held = ours.filter((row) => idsOf(row['users']).includes(user.id) || idsOf(row['groups']).some((group) => groups.has(group)));
    return [user.id, held.map((row) => ({ name: typeof row['name'] === 'string' ? row['name'] : String(row.id), actions: namesOf(row['actions']), constraints: row['constraints'] ?? null }))] as const;
  }));
}

const namesOf = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
const idsOf = (value: unknown): readonly number[] =>
  (Array.isArray(value) ? (value as readonly unknown[]).flatMap((one) => (typeof one === 'number' ? [one] : typeof (one as { id?: unknown } | null)?.id === 'number' ? [(one as { id: number }).id] : [])) : []);

/** Before: main's record. After: the branch's, which can be read only while it is ready. */
async function readRecords({ reader }: NetBoxAccess, { branch }: BranchContent, ids: readonly number[]): Promise<ReadonlyMap<number, VmRecords>> {
  const endpoint = 'virtualization/virtual-machines';
  const none: Observed<readonly NetBoxObject[]> = ok([]);
  const [before, after] = await Promise.all([reader.objects(endpoint, ids), branch.status === 'ready' ? reader.objects(endpoint, ids, branch.schemaId) : none]);
  if (!before.ok || !after.ok) return new Map();
  const in_ = (rows: readonly NetBoxObject[], id: number): NetBoxObject | null => rows.find((row) => row.id === id) ?? null;
  return new Map(ids.map((id) => [id, { before: in_(before.value, id), after: in_(after.value, id) }]));
}
