// Accounts named by the configuration or the lab, put in place by the owner at start: the runtime logins cannot give anybody a
// right. Safe to run at every start; what changes is journaled.
import { sha256Hex, type PersonId } from '../kernel';
import { CannotStart, type Database, type Tx } from '../platform/database';
import { append } from '../journal';
import { isPermission, permissions, servicePermissions, type Permission } from './core/permission';
import { hashPassword, passwordFits, type ScryptCost } from './password';

export interface SeedPerson {
  readonly username: string;
  readonly displayName: string;
  /** Null: signs in elsewhere, or not at all. */
  readonly password: string | null;
  readonly permissions: readonly Permission[];
  readonly netbox?: { readonly name: string; readonly userId: number };
  /** Username of another account of the same person (P17). */
  readonly sameAs?: string;
}
export interface SeedServiceToken { readonly name: string; readonly token: string; readonly permissions: readonly Permission[] }

/** Username -> id. An account that is not named is left as it is. `cost` is for tests, which sign in often. */
export async function seedPeople(owner: Database, people: readonly SeedPerson[], cost?: ScryptCost): Promise<ReadonlyMap<string, PersonId>> {
  const unknown = people.flatMap((person) => person.permissions.filter((permission) => !isPermission(permission)).map((permission) => `${person.username}: ${String(permission)}`));
  if (unknown.length > 0) throw new CannotStart(`There are no such permissions: ${unknown.join(', ')}. There are: ${permissions.join(', ')}.`);
  return owner.transaction(async (tx) => {
    const changed: string[] = [];
    const ids = new Map<string, PersonId>();
    for (const person of people) {
      const { id, touched } = await seedPerson(tx, person, cost);
      ids.set(person.username, id);
      if (touched) changed.push(person.username);
    }
    for (const person of people.filter(({ sameAs }) => sameAs !== undefined)) {
      const links = await tx.change('update people set same_as = (select id from people where username = $2) where username = $1 and exists (select 1 from people where username = $2) and same_as is distinct from (select id from people where username = $2)', [person.username, person.sameAs]);
      const linked = await tx.one<{ linked: boolean }>('select same_as is not null as linked from people where username = $1', [person.username]);
      if (!linked.linked) throw new CannotStart(`The account ${person.username} is said to be the same person as ${person.sameAs ?? ''}, and there is no such account. Correct sameAs in the configuration.`);
      if (links > 0) changed.push(person.username);
    }
    for (const username of new Set(changed)) await tellPerson(tx, username);
    return ids;
  });
}

async function seedPerson(tx: Tx, person: SeedPerson, cost?: ScryptCost): Promise<{ readonly id: PersonId; readonly touched: boolean }> {
  const netbox = [person.netbox?.name ?? null, person.netbox?.userId ?? null];
  const known = await tx.maybe<{ id: PersonId; hash: string | null }>('select id, password_hash as hash from people where username = $1 for update', [person.username]);
  const hash = person.password === null ? null : known?.hash != null && (await passwordFits(person.password, known.hash)) ? known.hash : await hashPassword(person.password, cost);
  if (known === null) {
    const { id } = await tx.one<{ id: PersonId }>('insert into people (username, display_name, password_hash, netbox, netbox_user_id) values ($1, $2, $3, $4, $5) returning id', [person.username, person.displayName, hash, ...netbox]);
    await givePermissions(tx, id, person.permissions);
    return { id, touched: true };
  }
  const moved = await tx.change(
    'update people set display_name = $2, password_hash = $3, netbox = $4, netbox_user_id = $5 where id = $1 and (display_name, password_hash, netbox, netbox_user_id) is distinct from ($2::text, $3::text, $4::text, $5::integer)',
    [known.id, person.displayName, hash, ...netbox]);
  return { id: known.id, touched: (await givePermissions(tx, known.id, person.permissions)) || moved > 0 };
}

async function givePermissions(tx: Tx, id: PersonId, wanted: readonly Permission[]): Promise<boolean> {
  const taken = await tx.change('delete from person_permissions where person_id = $1 and permission <> all ($2::text[])', [id, [...wanted]]);
  const given = await tx.change('insert into person_permissions (person_id, permission) select $1, unnest($2::text[]) on conflict do nothing', [id, [...wanted]]);
  return taken + given > 0;
}

async function tellPerson(tx: Tx, username: string): Promise<void> {
  const row = await tx.one<{ id: string; permissions: string[]; netbox: string | null; netboxUserId: number | null; sameAs: string | null }>(
    `select id, netbox, netbox_user_id as "netboxUserId", same_as as "sameAs", coalesce((select array_agg(permission order by permission) from person_permissions where person_id = p.id), '{}') as permissions from people p where username = $1`, [username]);
  await append(tx, { kind: 'identity.person-seeded', subject: `person:${row.id}`, actor: 'configuration', body: { username, permissions: row.permissions, netbox: row.netbox, netboxUserId: row.netboxUserId, sameAs: row.sameAs } });
}

/** Tokens by name; one that is not named is left as it is. */
export async function seedServiceTokens(owner: Database, tokens: readonly SeedServiceToken[]): Promise<void> {
  const refused = tokens.flatMap(({ name, permissions }) => permissions.filter((permission) => !servicePermissions.includes(permission as never)).map((permission) => `${name}: ${permission}`));
  if (refused.length > 0) throw new CannotStart(`Services may not hold these permissions: ${refused.join(', ')}. Approving and changing gates take a person; remove them from the service tokens of the configuration.`);
  await owner.transaction(async (tx) => {
    for (const { name, token, permissions } of tokens) {
      const changed = await tx.change(
        `insert into service_tokens (name, token_hash, permissions) values ($1, $2, $3)
         on conflict (name) do update set token_hash = excluded.token_hash, permissions = excluded.permissions
         where (service_tokens.token_hash, service_tokens.permissions) is distinct from (excluded.token_hash, excluded.permissions)`,
        [name, sha256Hex(token), [...permissions]]);
      if (changed > 0) await append(tx, { kind: 'identity.service-seeded', subject: `service:${name}`, actor: 'configuration', body: { permissions } });
    }
  });
}
