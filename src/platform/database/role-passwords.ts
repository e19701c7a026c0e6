// Passwords of the runtime logins: made once, kept in a 0600 file beside the data, never in a row.
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CannotStart, type RolePasswords } from './migrate';
import { databaseRoles } from './database';

export async function rolePasswords(file: string): Promise<RolePasswords> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null) {
    const found = JSON.parse(text) as Partial<RolePasswords>;
    const missing = databaseRoles.filter((role) => typeof found[role] !== 'string');
    if (missing.length > 0) throw new CannotStart(`${file} has no password for: ${missing.join(', ')}.`);
    return found as RolePasswords;
  }
  const made = Object.fromEntries(databaseRoles.map((role) => [role, randomBytes(24).toString('hex')])) as unknown as RolePasswords;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  await chmod(file, 0o600);
  return made;
}
