// The runtime logins own nothing (P37). They are made here where the owner may; otherwise the administrator is told the
// exact statements. A password that already works is left alone: roles are shared by every database of a server.
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { CannotStart } from './cannot-start';
import { databaseRoles, type DatabaseRole } from './database';
import type { RolePasswords } from './role-passwords';

export const loginOf = (role: DatabaseRole): string => `sluice_${role}`;

/** The URL of the same database under a runtime login. */
export function roleUrl(ownerUrl: string, role: DatabaseRole, passwords: RolePasswords): string {
  const url = new URL(ownerUrl);
  url.username = loginOf(role);
  url.password = encodeURIComponent(passwords[role]);
  return url.toString();
}

/** Makes the four logins and sets their passwords; `client` is the owner. Refuses logins that could do more than they should. */
export async function makeLogins(client: Client, ownerUrl: string, passwords: RolePasswords): Promise<void> {
  const { rows: present } = await client.query<{ name: string; broad: boolean }>(
    'select rolname as name, rolsuper or rolcreaterole or rolcreatedb or rolbypassrls as broad from pg_roles where rolname = any ($1)', [databaseRoles.map(loginOf)]);
  const broad = present.filter((role) => role.broad).map((role) => role.name);
  if (broad.length > 0) throw new CannotStart(`The database logins ${broad.join(', ')} have rights of an administrator. Run: ${broad.map((name) => `alter role ${name} with nosuperuser nocreaterole nocreatedb nobypassrls;`).join(' ')}`);

  const names = new Set(present.map((role) => role.name));
  const statements: string[] = [];
  for (const role of databaseRoles) {
    const exists = names.has(loginOf(role));
    if (exists && (await mayEnter(roleUrl(ownerUrl, role, passwords)))) continue;
    statements.push(`${exists ? 'alter' : 'create'} role ${escapeIdentifier(loginOf(role))} with login password ${escapeLiteral(passwords[role])}`);
  }
  if (statements.length === 0) return;

  const { rows: [self] } = await client.query<{ may: boolean }>('select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user');
  if (self?.may !== true) throw new CannotStart(explain(statements));
  for (const statement of statements) {
    await client.query(statement).catch((trouble: Error) => { throw new CannotStart(`${trouble.message}. ${explain(statements)}`); });
  }
}

/** Passwords are left out: they stand in the role passwords file and do not belong into a log. */
const explain = (statements: readonly string[]): string =>
  `The database user may not make or change the logins Sluice needs. An administrator has to run, with the passwords of the role passwords file:\n${statements.map((statement) => `  ${statement.replace(/password '.*$/, "password '...';")}`).join('\n')}`;

async function mayEnter(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
