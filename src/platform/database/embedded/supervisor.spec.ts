import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../../../../test/setup/until';
import { isAlive, isZombie, nameOfProcess, stillRuns } from './process-facts';
import { accountForServer } from './run-as';
import { startEmbeddedPostgres, stopAbandonedPostgres, type EmbeddedPostgres } from './supervisor';

const checkout = join(__dirname, '../../../..');
const script = `require('./test/setup/use-typescript');
require('./src/platform/database').startEmbeddedPostgres({ home: process.argv[1], fsync: false }).then(({ url, adopted }) => { console.log(JSON.stringify({ url, adopted })); setInterval(() => undefined, 1000); });`;

/** Another Sluice on the same home, as a process of its own. */
async function otherProcess(home: string): Promise<{ child: ChildProcess; url: string; adopted: boolean }> {
  const child = spawn(process.execPath, ['-e', script, home], { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  await until(() => said.includes('\n') || child.exitCode !== null, 'the other process', 20_000);
  return { child, ...(JSON.parse(said) as { url: string; adopted: boolean }) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await until(() => child.signalCode !== null, 'the end of the other process');
}

const postmasterOf = (home: string): number => Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  return client.connect().then(() => true, () => false).finally(() => client.end().catch(() => undefined));
}

describe('the embedded PostgreSQL', () => {
  let home: string;
  const started: EmbeddedPostgres[] = [];
  const start = async (): Promise<EmbeddedPostgres> => {
    const postgres = await startEmbeddedPostgres({ home, fsync: false });
    started.push(postgres);
    return postgres;
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sluice-supervisor-'));
    chmodSync(home, 0o755);
  });
  afterEach(async () => {
    for (const postgres of started.splice(0)) await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('starts with a password in a file that only its owner reads, on loopback only, with one sort order everywhere, and stops', async () => {
    const postgres = await start();
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    const { rows } = await client.query("select current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets, datlocprovider as provider, datlocale as locale from pg_database where datname = 'sluice'");
    await client.end();
    expect(rows).toEqual([{ listens: '127.0.0.1', sockets: '', provider: 'b', locale: 'C.UTF-8' }]);
    expect(statSync(join(home, 'owner-password')).mode & 0o777).toBe(0o600);
    expect(await answers(postgres.url.replace(/:[^:@]+@/, ':wrong@'))).toBe(false);
    await postgres.stop();
    expect(await answers(postgres.url)).toBe(false);
  });

  it('takes over the server of a killed Sluice and stops it in the end', async () => {
    const other = await otherProcess(home);
    await kill(other.child);
    const postgres = await start();
    expect(postgres).toMatchObject({ adopted: true, url: other.url });
    await postgres.stop();
    expect(await answers(postgres.url)).toBe(false);
  });

  it('uses the server of a living Sluice and leaves it running', async () => {
    const other = await otherProcess(home);
    const postgres = await start();
    expect(postgres).toMatchObject({ adopted: true, url: other.url });
    await postgres.stop();
    expect(await answers(postgres.url)).toBe(true);
    expect(await stopAbandonedPostgres(home)).toBe(false);
    await kill(other.child);
    expect(await stopAbandonedPostgres(home)).toBe(true);
    expect(await answers(postgres.url)).toBe(false);
  });

  it('initialises once when two processes start at the same moment', async () => {
    const both = await Promise.all([otherProcess(home), otherProcess(home)]);
    expect(both.map((one) => one.adopted).sort()).toEqual([false, true]);
    expect(new Set(both.map((one) => one.url)).size).toBe(1);
    for (const { child } of both) await kill(child);
    await stopAbandonedPostgres(home);
  });

  it('starts again after the server itself was killed', async () => {
    const first = await start();
    const pid = postmasterOf(home);
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid) || isZombie(pid), 'the end of the server');
    const again = await start();
    expect(again.adopted).toBe(false);
    expect(await answers(again.url)).toBe(true);
    expect(await answers(first.url)).toBe(first.url === again.url);
  });

  it('is not held up by the lock of a process that is dead, nor by one whose pid was used again', async () => {
    writeFileSync(join(home, 'start.lock'), `${process.pid} 1`);
    expect((await start()).adopted).toBe(false);
    expect(readdirSync(home).filter((name) => name.startsWith('start.lock'))).toEqual([]);
  });

  it('refuses data of another major version in a sentence', async () => {
    await (await start()).stop();
    writeFileSync(join(home, 'data', 'PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow('is of PostgreSQL 17, this version of Sluice brings 18');
  });

  it('says what the log says when the server ends while starting, and does not wait', async () => {
    await (await start()).stop();
    writeFileSync(join(home, 'data', 'postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toThrow(/ended while starting.*no_such_setting/s);
  });

  it('refuses to begin anew where data stands without its password', async () => {
    await (await start()).stop();
    rmSync(join(home, 'owner-password'));
    await expect(start()).rejects.toThrow('owner-password is gone but there is data beside it');
  });

  it('begins anew where an earlier initialisation was killed half-way', async () => {
    await (await start()).stop();
    renameSync(join(home, 'data'), join(home, 'data.init'));
    expect((await start()).adopted).toBe(false);
    expect(existsSync(join(home, 'data.init'))).toBe(false);
  });
});

describe('the account of the server', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nnobody:x:65534:65533::/:/bin/false\n';

  it('is ours unless we are root', () => {
    expect(accountForServer(passwd, 1000)).toBeNull();
  });

  it('is nobody, else the first there is, when we are root', () => {
    expect(accountForServer(passwd, 0)).toEqual({ uid: 65534, gid: 65533 });
    expect(accountForServer('root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\n', 0)).toEqual({ uid: 1000, gid: 1000 });
  });

  it('names DATABASE_URL where the machine has no other account', () => {
    expect(() => accountForServer('root:x:0:0::/root:/bin/sh\n', 0)).toThrow('set DATABASE_URL');
  });
});

describe('the name of a process', () => {
  it('is not that of an earlier process with the same pid', () => {
    expect(stillRuns(nameOfProcess(process.pid))).toBe(true);
    expect(stillRuns(`${process.pid} 1`)).toBe(false);
    expect(stillRuns(null)).toBe(false);
  });
});
