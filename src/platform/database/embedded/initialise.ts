// Makes the data directory: beside its place, then renamed, so that a killed initdb leaves no half cluster.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CannotStart } from '../cannot-start';
import { readText } from './process-facts';
import type { RunAs } from './run-as';

/** Makes `home` so that the server's account can pass through it, whatever the umask of this process is. */
export function makeHome(home: string): void {
  const first = mkdirSync(home, { recursive: true });
  if (first === undefined) return;
  for (let folder = home; folder.length >= first.length; folder = dirname(folder)) chmodSync(folder, 0o755);
}

/** The owner's password, made once; 0600. */
export function ownerPassword(home: string): string {
  const file = join(home, 'owner-password');
  const known = readText(file)?.trim();
  if (known !== undefined && known !== '') return known;
  if (existsSync(join(home, 'data', 'PG_VERSION'))) throw new CannotStart(`${file} is gone but there is data beside it. Bring the file back, or move ${join(home, 'data')} away to begin anew.`);
  const made = randomBytes(24).toString('hex');
  writeFileSync(file, made, { mode: 0o600 });
  chmodSync(file, 0o600);
  return made;
}

export function initialise(binaries: string, home: string, data: string, password: string, runAs: RunAs | null): void {
  const half = `${data}.init`;
  const passwordFile = join(home, 'password.init');
  rmSync(half, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  mkdirSync(half, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs !== null) for (const path of [home, half, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  const made = spawnSync(join(binaries, 'bin', 'initdb'), ['-D', half, '-U', 'sluice', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8',
    '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync'], { ...(runAs ?? {}), cwd: '/', encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    const said = `${made.stderr ?? ''}${made.stdout ?? ''}${made.error?.message ?? ''}`.trim();
    if (said.includes('could not look up effective user')) throw new CannotStart(`The embedded PostgreSQL needs an account and uid ${runAs?.uid ?? process.getuid?.()} has no entry in the passwd file. Set DATABASE_URL.`);
    throw new CannotStart(`The embedded PostgreSQL could not be initialised in ${home}: ${said}. If its account may not enter that directory, choose another with SLUICE_DATA.`);
  }
  renameSync(half, data);
}

/** Gives the whole data directory to the server's account: an earlier start may have used another one. */
export function handOver(path: string, runAs: RunAs): void {
  lchownSync(path, runAs.uid, runAs.gid);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) handOver(join(path, name), runAs);
}
