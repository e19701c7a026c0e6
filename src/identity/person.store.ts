// Carries P17, P19: who a person is, under which names, and what they may do at this very moment.
import type { PersonId } from '../kernel';
import type { Tx } from '../platform/database';
import type { Permission } from './core/permission';

export interface Person {
  readonly id: PersonId;
  readonly username: string;
  readonly displayName: string;
  readonly active: boolean;
  readonly netbox: { readonly name: string; readonly userId: number } | null;
}

interface Row { readonly id: PersonId; readonly username: string; readonly displayName: string; readonly active: boolean; readonly netbox: string | null; readonly netboxUserId: number | null }

const columns = 'id, username, display_name as "displayName", active, netbox, netbox_user_id as "netboxUserId"';

export class PeopleStore {
  async find(tx: Tx, id: PersonId): Promise<Person | null> {
    return personOf(await tx.maybe<Row>(`select ${columns} from people where id = $1`, [id]));
  }

  /** How people are called, by each of their keys. */
  async names(tx: Tx): Promise<Readonly<Record<string, string>>> {
    const rows = await tx.rows<{ key: string; name: string }>(
      `select 'person:' || id as key, display_name as name from people
       union all select 'netbox:' || netbox || ':' || netbox_user_id, display_name from people where netbox is not null`);
    return Object.fromEntries(rows.map((row) => [row.key, row.name]));
  }

  /** Read again at the decision and again at execution (P19); none for somebody who is not active. */
  async rightsNow(tx: Tx, id: PersonId): Promise<ReadonlySet<Permission>> {
    const rows = await tx.rows<{ permission: Permission }>('select pp.permission from person_permissions pp join people p on p.id = pp.person_id where p.id = $1 and p.active', [id]);
    return new Set(rows.map((row) => row.permission));
  }

  /** Of whoever is this NetBox user, over all active accounts of that person; null for somebody unknown or not active. */
  async rightsOfNetBoxUser(tx: Tx, netbox: string, userId: number): Promise<{ readonly name: string; readonly permissions: ReadonlySet<Permission> } | null> {
    const rows = await tx.rows<{ name: string; permission: Permission | null }>(
      `select me.display_name as name, pp.permission from people me
       join people account on account.active and 'person:' || account.id = any (person_keys(me.id))
       left join person_permissions pp on pp.person_id = account.id
       where me.netbox = $1 and me.netbox_user_id = $2 and me.active`, [netbox, userId]);
    const [first] = rows;
    return first === undefined ? null : { name: first.name, permissions: new Set(rows.flatMap((row) => (row.permission === null ? [] : [row.permission]))) };
  }

  /** Whether two accounts belong to one person, over all linked accounts (P17). */
  async samePerson(tx: Tx, a: PersonId, b: PersonId): Promise<boolean> {
    return (await tx.one<{ same: boolean }>('select person_keys($1) && person_keys($2) as same', [a, b])).same;
  }

  /** The hash of an active local account; null for everybody else. */
  async passwordHash(tx: Tx, username: string): Promise<{ readonly id: PersonId; readonly hash: string } | null> {
    return tx.maybe('select id, password_hash as hash from people where username = $1 and active and password_hash is not null', [username]);
  }
}

const personOf = (row: Row | null): Person | null =>
  row === null ? null : { id: row.id, username: row.username, displayName: row.displayName, active: row.active, netbox: row.netbox === null || row.netboxUserId === null ? null : { name: row.netbox, userId: row.netboxUserId } };
