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
