// A real PostgreSQL of our own when no DATABASE_URL is given. It survives a SIGKILL of Sluice and is taken over by the next
// start; a root process drops to another uid for it; it listens on 127.0.0.1 only, with a password.
import { setTimeout as delay } from 'node:timers/promises';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { CannotStart } from '../cannot-start';
import { dataDirectory } from '../data-directory';
import { usableBinaries } from './binaries';
import { handOver, initialise, makeHome, ownerPassword } from './initialise';
import { lockHome } from './home-lock';
import { lastLogLines, launch, type Launched } from './launch';
import { isAlive, isZombie, nameOfProcess, readText, stillRuns } from './process-facts';
import { accountForServer } from './run-as';

export interface EmbeddedPostgres {
  /** Of the owner (a superuser), database `sluice`. */
  readonly url: string;
  readonly home: string;
  /** True when a server left by an earlier process was taken over. */
  readonly adopted: boolean;
  /** Stops the server if this process owns it; one that another living process started is left alone. */
  stop(): Promise<void>;
}

const major = '18';
const startPatienceMillis = 30_000;
const stopPatienceMillis = 15_000;

/** Starts or takes over the server whose data lies in `home` (default: `pg` in the data directory). `fsync: false` is for tests. Throws CannotStart. */
export async function startEmbeddedPostgres(options: { readonly home?: string; readonly fsync?: boolean; readonly log?: (text: string) => void } = {}): Promise<EmbeddedPostgres> {
  const { log = () => undefined } = options;
  const home = resolve(options.home ?? join(dataDirectory(process.env, process.cwd()), 'pg'));
  const data = join(home, 'data');
  const runAs = accountForServer();
  makeHome(home);
  const unlock = await lockHome(home);
  try {
    const password = ownerPassword(home);
    const running = await livePostmaster(data);
    if (running !== null) {
      const owner = readText(ownerFile(home));
      if (!stillRuns(owner)) writeFileSync(ownerFile(home), nameOfProcess(process.pid));
      log(`embedded PostgreSQL on port ${running.port} was running and is used (${stillRuns(owner) ? `owned by pid ${owner?.split(' ')[0]}` : 'its owner is dead, now ours'})`);
      return await opened(home, data, running.port, password, true);
    }
    const binaries = usableBinaries(home, runAs);
    if (!existsSync(join(data, 'PG_VERSION'))) {
      log(`embedded PostgreSQL is initialised in ${home}`);
      initialise(binaries, home, data, password, runAs);
    }
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (version !== major) throw new CannotStart(`The data in ${data} is of PostgreSQL ${version}, this version of Sluice brings ${major}. Start the former version and move the data by dump and restore, or set DATABASE_URL.`);
    if (runAs !== null) handOver(data, runAs);
    writeFileSync(ownerFile(home), nameOfProcess(process.pid));
    for (let attempt = 1; ; attempt++) {
      const server = await launch({ binaries, home, data, runAs, fsync: options.fsync ?? true });
      try {
        const postgres = await opened(home, data, server.port, password, false, server);
        log(`embedded PostgreSQL listens on 127.0.0.1:${server.port}`);
        return postgres;
      } catch (trouble) {
        // Between the choice of the port and its use somebody else may have taken it.
        if (!server.exited() || attempt === 3) throw trouble;
      }
    }
  } finally {
    unlock();
  }
}

/** Stops the server of a dead owner; false where the owner lives or never wrote its name. For the remains of killed test runs. */
export async function stopAbandonedPostgres(home: string): Promise<boolean> {
  const owner = readText(ownerFile(home));
  if (owner === null || stillRuns(owner)) return false;
  const running = await livePostmaster(join(home, 'data'));
  if (running !== null) await shutDown(running.pid);
  return true;
}

const ownerFile = (home: string): string => join(home, 'owner.pid');

async function opened(home: string, data: string, port: number, password: string, adopted: boolean, server?: Launched): Promise<EmbeddedPostgres> {
  const base = `postgres://sluice:${password}@127.0.0.1:${port}`;
  const admin = await connectWithin(`${base}/postgres`, home, server);
  try {
    const { rowCount } = await admin.query("select 1 from pg_database where datname = 'sluice'");
    if (rowCount === 0) await admin.query('create database sluice');
  } finally {
    await admin.end();
  }
  return { url: `${base}/sluice`, home, adopted, stop: () => stop(home, data) };
}

async function stop(home: string, data: string): Promise<void> {
  if (readText(ownerFile(home)) !== nameOfProcess(process.pid)) return;
  const running = await livePostmaster(data);
  if (running !== null) await shutDown(running.pid);
  rmSync(ownerFile(home), { force: true });
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, data is written. */
async function shutDown(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  const until = Date.now() + stopPatienceMillis;
  while (isAlive(pid) && !isZombie(pid) && Date.now() < until) await delay(20);
}

async function connectWithin(url: string, home: string, server: Launched | undefined): Promise<Client> {
  const until = Date.now() + startPatienceMillis;
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (trouble) {
      await client.end().catch(() => undefined);
      if (trouble instanceof DatabaseError && trouble.code === '28P01') throw new CannotStart(`The embedded PostgreSQL does not accept the password in ${join(home, 'owner-password')}. Bring the right file back.`);
      if (server?.exited() === true) throw new CannotStart(`The embedded PostgreSQL ended while starting. Its log ${join(home, 'postgres.log')} says: ${lastLogLines(home)}`);
      if (Date.now() > until) throw new CannotStart(`The embedded PostgreSQL does not answer (${(trouble as Error).message}). Its log: ${join(home, 'postgres.log')}.`);
      await delay(20);
    }
  }
}

/** The postmaster of this data directory, if one lives; waits for a dying one to be gone. */
async function livePostmaster(data: string): Promise<{ readonly pid: number; readonly port: number } | null> {
  const until = Date.now() + 10_000;
  for (;;) {
    const lines = readText(join(data, 'postmaster.pid'))?.split('\n');
    const pid = Number(lines?.[0]);
    const port = Number(lines?.[3]);
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !belongsTo(pid, data)) return null;
    if (!isZombie(pid) && Number.isInteger(port) && port > 0) return { pid, port };
    if (Date.now() > until) throw new CannotStart(`A PostgreSQL with pid ${pid} holds ${data} and is neither starting nor ending. Stop it, then start again.`);
    await delay(50);
  }
}

/** The pid of a file that a killed server left may be another program's by now. */
const belongsTo = (pid: number, data: string): boolean => process.platform !== 'linux' || isZombie(pid) || (readText(`/proc/${pid}/cmdline`) ?? '').includes(data);
