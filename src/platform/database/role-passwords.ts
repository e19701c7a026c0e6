// Passwords of the runtime logins: made once, kept in a 0600 file beside the data, never in a row (P40).
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CannotStart } from './cannot-start';
import { databaseRoles, type DatabaseRole } from './database';

export type RolePasswords = Readonly<Record<DatabaseRole, string>>;

/**
 * The passwords in `file`, or new ones written there. Two processes that start at once get the same ones: a whole file is
 * linked into place and the first link wins.
 */
export async function rolePasswords(file: string): Promise<RolePasswords> {
  const known = readPasswords(file);
  if (known !== null) return known;
  const made = Object.fromEntries(databaseRoles.map((role) => [role, randomBytes(24).toString('hex')]));
  mkdirSync(dirname(file), { recursive: true });
  const half = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(half, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(half, file);
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code !== 'EEXIST') throw new CannotStart(`The passwords of the database logins cannot be kept in ${file}: ${(trouble as Error).message}. Choose another place with database.rolePasswordsFile.`);
  } finally {
    rmSync(half, { force: true });
  }
  const kept = readPasswords(file);
  if (kept === null) throw new CannotStart(`${file} vanished while it was written. Start again.`);
  return kept;
}

function readPasswords(file: string): RolePasswords | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (trouble) {
    if ((trouble as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CannotStart(`${file} cannot be read: ${(trouble as Error).message}. Give this user read access to it.`);
  }
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new CannotStart(`${file} is not JSON. It has to look like {"api": "...", "worker": "...", "deleter": "...", "scheduler": "..."}.`);
  }
  const passwords = found as Partial<RolePasswords> | null;
  const missing = databaseRoles.filter((role) => typeof passwords?.[role] !== 'string' || passwords[role] === '');
  if (missing.length > 0) throw new CannotStart(`${file} has no password for: ${missing.join(', ')}. Add them as "role": "password".`);
  return passwords as RolePasswords;
}
