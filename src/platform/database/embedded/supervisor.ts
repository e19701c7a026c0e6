// A real PostgreSQL of our own when no DATABASE_URL is given. It survives a SIGKILL of Sluice and is taken over by the next
// start; a root process drops to another uid for it; it listens on 127.0.0.1 only, with a password.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync, lstatSync, lchownSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from 'pg';
import { CannotStart } from '../migrate';
import { usableBinaries, type RunAs } from './binaries';

export interface EmbeddedPostgres {
  /** Of the owner, database `sluice`. */
  readonly url: string;
  readonly home: string;
  /** True when a server left by an earlier process was taken over. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

const major = '18';
const nobody: RunAs = { uid: 65534, gid: 65534 };

/** Starts or takes over the server whose data lies in `home`. `fsync: false` is for tests. */
export async function startEmbeddedPostgres(options: { readonly home: string; readonly fsync?: boolean }): Promise<EmbeddedPostgres> {
  const { home } = options;
  const runAs = process.getuid?.() === 0 ? nobody : null;
  mkdirSync(home, { recursive: true, mode: 0o755 });
  const unlock = await lockHome(home);
  try {
    const data = join(home, 'data');
    const running = await livePostmaster(data);
    const password = readOrMakePassword(home);
    if (running !== null) {
      writeFileSync(join(home, 'owner.pid'), String(process.pid));
      return await opened(home, data, running.port, password, true);
    }
    const binaries = usableBinaries(home, runAs);
    if (!existsSync(join(data, 'PG_VERSION'))) initialise(binaries, home, data, password, runAs);
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (version !== major) throw new CannotStart(`The data in ${data} is of PostgreSQL ${version}, this version of Sluice brings ${major}. Start the former version and move the data by dump and restore, or set DATABASE_URL.`);
    const port = await freePort();
    launch(binaries, home, data, port, runAs, options.fsync ?? true);
    writeFileSync(join(home, 'owner.pid'), String(process.pid));
    return await opened(home, data, port, password, false);
  } finally {
    unlock();
  }
}

function initialise(binaries: string, home: string, data: string, password: string, runAs: RunAs | null): void {
  const half = `${data}.init`;
  rmSync(half, { recursive: true, force: true });
  const passwordFile = join(home, 'password.init');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (runAs !== null) {
    chownSync(home, runAs.uid, runAs.gid);
    chownSync(passwordFile, runAs.uid, runAs.gid);
  }
  const made = spawnSync(join(binaries, 'bin', 'initdb'), ['-D', half, '-U', 'sluice', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync'],
    { ...(runAs ?? {}), cwd: '/', encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  rmSync(passwordFile, { force: true });
  if (made.status !== 0) {
    const said = `${made.stderr}${made.stdout}${made.error?.message ?? ''}`.trim();
    if (said.includes('could not look up effective user')) throw new CannotStart(`The embedded PostgreSQL needs a user name for uid ${process.getuid?.()} and there is none in the passwd file. Set DATABASE_URL.`);
    throw new CannotStart(`The embedded PostgreSQL could not be initialised in ${home}: ${said}`);
  }
  renameSync(half, data);
}

function launch(binaries: string, home: string, data: string, port: number, runAs: RunAs | null, fsync: boolean): void {
  if (runAs !== null) chownTree(data, runAs);
  const log = openSync(join(home, 'postgres.log'), 'a');
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200', 'shared_buffers=64MB', 'timezone=UTC', 'log_min_messages=warning', 'jit=off',
    ...(fsync ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'file_copy_method=clone'])];
  const child = spawn(join(binaries, 'bin', 'postgres'), ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...(runAs ?? {}), cwd: '/', detached: true, stdio: ['ignore', log, log], env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' } });
  child.unref();
  child.on('error', () => undefined);
  closeSync(log);
}

async function opened(home: string, data: string, port: number, password: string, adopted: boolean): Promise<EmbeddedPostgres> {
  const base = `postgres://sluice:${password}@127.0.0.1:${port}`;
  const admin = await connectWithin(`${base}/postgres`, 30_000, home);
  const { rowCount } = await admin.query("select 1 from pg_database where datname = 'sluice'");
  if (rowCount === 0) await admin.query('create database sluice');
  await admin.end();
  return { url: `${base}/sluice`, home, adopted, stop: () => stop(home, data) };
}

/** Stops the server if this process is its owner: another Sluice may have taken it over. */
async function stop(home: string, data: string): Promise<void> {
  const owner = readText(join(home, 'owner.pid'));
  const running = await livePostmaster(data);
  if (running === null || owner !== String(process.pid)) return;
  process.kill(running.pid, 'SIGINT');
  const until = Date.now() + 15_000;
  while (isAlive(running.pid) && Date.now() < until) await pause(20);
  rmSync(join(home, 'owner.pid'), { force: true });
}

async function connectWithin(url: string, millis: number, home: string): Promise<Client> {
  const until = Date.now() + millis;
  for (;;) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return client;
    } catch (trouble) {
      await client.end().catch(() => undefined);
      if (Date.now() > until) throw new CannotStart(`The embedded PostgreSQL does not answer (${(trouble as Error).message}). Its log: ${join(home, 'postgres.log')}.`);
      await pause(20);
    }
  }
}

/** The postmaster of this data directory, if one lives; waits for a dying one to be gone. */
async function livePostmaster(data: string): Promise<{ pid: number; port: number } | null> {
  const until = Date.now() + 10_000;
  for (;;) {
    const lines = readText(join(data, 'postmaster.pid'))?.split('\n');
    const pid = Number(lines?.[0]);
    const port = Number(lines?.[3]);
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !belongsTo(pid, data)) return null;
    if (!isZombie(pid) && Number.isInteger(port) && port > 0) return { pid, port };
    if (Date.now() > until) throw new CannotStart(`A PostgreSQL with pid ${pid} holds ${data} and is neither starting nor ending. Stop it, then start again.`);
    await pause(50);
  }
}

const readText = (file: string): string | null => {
  try { return readFileSync(file, 'utf8'); } catch { return null; }
};
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis));
const isAlive = (pid: number): boolean => {
  try { process.kill(pid, 0); return true; } catch (trouble) { return (trouble as NodeJS.ErrnoException).code === 'EPERM'; }
};
const isZombie = (pid: number): boolean => /^\d+ \(.*\) Z/.test(readText(`/proc/${pid}/stat`) ?? '');
const belongsTo = (pid: number, data: string): boolean => process.platform !== 'linux' || isZombie(pid) || (readText(`/proc/${pid}/cmdline`) ?? '').includes(data);

function readOrMakePassword(home: string): string {
  const file = join(home, 'owner-password');
  const known = readText(file)?.trim();
  if (known !== undefined && known !== '') return known;
  const made = randomBytes(24).toString('hex');
  writeFileSync(file, made, { mode: 0o600 });
  return made;
}

function chownTree(path: string, runAs: RunAs): void {
  lchownSync(path, runAs.uid, runAs.gid);
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) chownTree(join(path, name), runAs);
}

/** Two starts at once must not both initialise. */
async function lockHome(home: string): Promise<() => void> {
  const file = join(home, 'start.lock');
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch {
      const holder = Number(readText(file));
      if (!Number.isInteger(holder) || holder <= 0 || !isAlive(holder)) { rmSync(file, { force: true }); continue; }
      if (Date.now() > until) throw new CannotStart(`Another Sluice (pid ${holder}) is starting in ${home} for a minute now. Look at it, or remove ${file}.`);
      await pause(50);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
