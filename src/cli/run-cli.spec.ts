import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { append, exportCheckpoint, type JournalEntry } from '../journal';
import { loadConfig } from '../platform/config';
import { migrate, startEmbeddedPostgres } from '../platform/database';
import { policyOf, seedPolicy } from '../policy';
import { makeDatabase, dropDatabase, testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { runCli } from './run-cli';

let db: TestDatabase;
let cwd: string;
beforeAll(async () => {
  db = await testDatabase();
  for (let n = 1; n <= 3; n += 1) await append(db.api, { kind: 'spec.line', subject: `plan:${n}`, actor: 'service:spec', body: { n } });
});
afterAll(() => db.drop());
beforeEach(() => { cwd = mkdtempSync(join(tmpdir(), 'sluice-cli-')); });
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const sluice = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; out: string; err: string }> => {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, { env, cwd, out: (line) => void out.push(line), err: (line) => void err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const exported = async (): Promise<readonly JournalEntry[]> => (await sluice(['journal', 'export', '--database', db.urlOf('api')])).out.split('\n').map((line) => JSON.parse(line) as JournalEntry);
const file = (entries: readonly unknown[]): string => { const path = join(cwd, 'export.jsonl'); writeFileSync(path, entries.map((entry) => `${typeof entry === 'string' ? entry : JSON.stringify(entry)}\n`).join('')); return path; };

describe('sluice journal verify', () => {
  it('P37 finds a whole journal whole, in the database and in its export', async () => {
    const online = await sluice(['journal', 'verify', '--database', db.urlOf('scheduler')]);
    expect(online).toMatchObject({ code: 0, err: '' });
    expect(online.out).toMatch(/^The journal is whole: 3 entries, the last has hash [0-9a-f]{64}\.$/);
    expect(await sluice(['journal', 'verify', '--file', file(await exported())])).toEqual(online);
    expect(JSON.parse((await sluice(['journal', 'verify', '--json'], { DATABASE_URL: db.urlOf('api') })).out)).toMatchObject({ kind: 'whole', head: { seq: 3 } });
  });

  it('P37 names the first bad entry of an export: changed, cut out, swapped', async () => {
    const entries = await exported();
    const [first, second, third] = entries;
    const verdict = async (changed: readonly unknown[]): Promise<string> => { const { code, err } = await sluice(['journal', 'verify', '--file', file(changed)]); return `${code} ${err}`; };
    expect(await verdict([first, { ...second, body: '{"n":9}' }, third])).toMatch(/^3 The journal is broken at entry 2: its content does not have its hash\./);
    expect(await verdict([first, third])).toMatch(/^3 The journal is broken at entry 3: entry 2 is missing/);
    expect(await verdict([second, first])).toMatch(/^3 The journal is broken at entry 2/);
    expect(JSON.parse((await sluice(['journal', 'verify', '--json', '--file', file([first, third])])).out)).toMatchObject({ kind: 'broken', seq: 3 });
  });

  it('P37 finds a journal that was cut at the end, or written anew, by the exported checkpoint', async () => {
    const checkpoints = join(cwd, 'checkpoints.jsonl');
    await exportCheckpoint(db.api, checkpoints, '2026-11-20T00:00:00.000000Z');
    const entries = await exported();
    expect((await sluice(['journal', 'verify', '--checkpoints', checkpoints, '--database', db.urlOf('api')])).code).toBe(0);
    expect(await sluice(['journal', 'verify', '--checkpoints', checkpoints, '--file', file(entries.slice(0, 2))])).toMatchObject({ code: 3, err: expect.stringContaining('this journal was put back to an older state') as string });
    appendFileSync(checkpoints, `${JSON.stringify({ seq: 3, hash: 'f'.repeat(64), at: 'then' })}\n`);
    expect(await sluice(['journal', 'verify', '--checkpoints', checkpoints, '--file', file(entries)])).toMatchObject({ code: 3, err: expect.stringContaining('entry 3: it is not the entry that the checkpoint of then saw') as string });
  });

  it('P30 does not call a journal whole that it could not read', async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['--file', join(cwd, 'gone.jsonl')], 'cannot be read (ENOENT)'],
      [['--file', file(['not json'])], 'Line 1 of '],
      [['--checkpoints', join(cwd, 'gone'), '--database', db.urlOf('api')], 'There is no checkpoint in'],
      [['--database', 'postgres://nobody:secret-canary@127.0.0.1:1/x'], 'The database does not let nobody in'],
      [['--database', 'mysql://x'], 'postgres://user:password@host'],
      [[], 'There is no database yet'],
    ];
    for (const [args, words] of cases) {
      const { code, out, err } = await sluice(['journal', 'verify', ...args], { SLUICE_MODE: 'lab', SLUICE_DATA: join(cwd, 'data') });
      expect([code, out]).toEqual([4, '']);
      expect(err).toContain(words);
      expect(err).not.toMatch(/secret-canary|\n\s+at /);
    }
    const empty = await makeDatabase('nothing');
    expect(await sluice(['journal', 'verify', '--database', empty.url])).toMatchObject({ code: 4, err: expect.stringContaining('It may not be a database of Sluice') as string });
    await dropDatabase(empty.name);
  });
});

describe('sluice doctor', () => {
  it('tells every problem of the configuration with its fix', async () => {
    const { code, out, err } = await sluice(['doctor'], { SLUICE_HTTP_PORT: 'x', SLUICE_LOG_LEVEL: 'loud' });
    expect(code).toBe(3);
    expect(out).toContain('NO  configuration, http.port (SLUICE_HTTP_PORT): observed "x". Write a whole number');
    expect(out).toContain('NO  configuration, log.level (SLUICE_LOG_LEVEL)');
    expect(err).toBe('2 of 2 checks found something.');
  });

  it('says that a first start would work, and touches nothing', async () => {
    expect(await sluice(['doctor'], { SLUICE_MODE: 'lab', SLUICE_DATA: 'data' })).toMatchObject({ code: 0, out: expect.stringMatching(/^ok {2}configuration: .*\nok {2}database: embedded, made at the first start/) as string });
    expect(existsSync(join(cwd, 'data'))).toBe(false);
  });

  it('looks at the database: reachable, of the same mode, as new as its checkpoint', async () => {
    const env = { SLUICE_MODE: 'lab', SLUICE_DATA: 'data', DATABASE_URL: db.urlOf('owner') };
    expect(await sluice(['doctor'], env)).toMatchObject({ code: 0, out: expect.stringContaining('ok  mode: lab\nok  policy: made from the configuration at the first start\nok  journal: agrees') as string });
    mkdirSync(join(cwd, 'data'));
    writeFileSync(join(cwd, 'data', 'journal-checkpoints.jsonl'), `${JSON.stringify({ seq: 99, hash: 'x', at: 'yesterday' })}\n`);
    expect(await sluice(['doctor'], env)).toMatchObject({ code: 3, out: expect.stringContaining('NO  journal: the journal ends before entry 99, exported at yesterday') as string });
    expect(JSON.parse((await sluice(['doctor', '--json'], { ...env, DATABASE_URL: 'postgres://a:secret-canary@127.0.0.1:1/x' })).out)).toEqual([expect.objectContaining({ check: 'configuration', good: true }), expect.objectContaining({ check: 'database', good: false, text: expect.not.stringContaining('secret-canary') as string })]);
  });
});

describe('sluice doctor and the policy', () => {
  let fresh: TestDatabase;
  beforeEach(async () => { fresh = await testDatabase(); });
  afterEach(() => fresh.drop());

  it('P32 refuses what the start refuses, in the same words, and only where an api would look', async () => {
    const env = { SLUICE_MODE: 'lab', SLUICE_DATA: 'data', DATABASE_URL: fresh.urlOf('owner'), SLUICE_DELETION_MAX_PER_HOUR: '3' };
    expect((await sluice(['doctor'], env)).out).toContain('ok  policy: made from the configuration at the first start');
    await seedPolicy(fresh.api, policyOf(loadConfig(env, cwd)));
    expect(await sluice(['doctor'], env)).toMatchObject({ code: 0, out: expect.stringContaining('ok  policy: version 1 is in force') as string });

    const weaker = { ...env, SLUICE_DELETION_MAX_PER_HOUR: '4' };
    const atStart = await seedPolicy(fresh.api, policyOf(loadConfig(weaker, cwd))).then(() => 'started', (trouble: Error) => trouble.message);
    expect(atStart).toContain('weakens the policy in force (version 1): deletion.maxPerHour 3 -> 4');
    expect(await sluice(['doctor'], weaker)).toMatchObject({ code: 3, out: expect.stringContaining(`NO  policy: ${atStart}`) as string });
    expect((await sluice(['doctor'], { ...weaker, SLUICE_ROLES: 'scheduler' }))).toMatchObject({ code: 0, out: expect.not.stringContaining('policy:') as string });
  });
});

describe('sluice lab reset', () => {
  const made = async (mode: 'lab' | 'live', data: string): Promise<void> => {
    const postgres = await startEmbeddedPostgres({ home: join(data, 'pg'), fsync: false });
    await migrate(postgres.url, { mode, passwords: { api: 'a', worker: 'b', deleter: 'c', scheduler: 'd' } });
    await postgres.stop();
  };

  it('removes a lab as one, and never a database that was made live', async () => {
    // Root's server runs as another account, which has to be able to enter.
    const data = mkdtempSync(join('/tmp', 'sluice-cli-lab-'));
    chmodSync(data, 0o755);
    const env = { SLUICE_MODE: 'lab', SLUICE_DATA: data };
    try {
      await made('live', data);
      expect(await sluice(['lab', 'reset'], env)).toMatchObject({ code: 3, err: expect.stringContaining('was made in mode live') as string });
      expect(readFileSync(join(data, 'pg', 'data', 'PG_VERSION'), 'utf8').trim()).toBe('18');
      rmSync(join(data, 'pg'), { recursive: true });
      await made('lab', data);
      expect(await sluice(['lab', 'reset'], env)).toMatchObject({ code: 0, out: expect.stringContaining('was reset') as string });
      expect(existsSync(data)).toBe(false);
      expect(await sluice(['lab', 'reset'], env)).toMatchObject({ code: 0, out: 'There is no lab to reset.' });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  }, 60_000);

  it('refuses what is not a lab of its own', async () => {
    mkdirSync(join(cwd, 'photos'));
    expect(await sluice(['lab', 'reset'], { SLUICE_MODE: 'lab', SLUICE_DATA: 'photos' })).toMatchObject({ code: 3, err: expect.stringContaining('holds no database of Sluice') as string });
    expect(await sluice(['lab', 'reset'], { SLUICE_MODE: 'lab', SLUICE_DATA: '.' })).toMatchObject({ code: 3, err: expect.stringContaining('not a directory of the lab\'s own') as string });
    expect(await sluice(['lab', 'reset'], { SLUICE_MODE: 'lab', SLUICE_DATA: 'photos', DATABASE_URL: 'postgres://o@h/d' })).toMatchObject({ code: 3, err: expect.stringContaining('a database of yours') as string });
    expect(existsSync(join(cwd, 'photos'))).toBe(true);
  });
});

describe('sluice', () => {
  it('helps, with examples and exit codes, and calls a wrong command line wrong', async () => {
    for (const args of [['--help'], ['journal', 'verify', '--help'], ['doctor', '--help'], ['lab', 'reset', '--help']]) {
      const { code, out } = await sluice(args);
      expect([code, out.includes('Example'), out.includes('Exit codes: 0')]).toEqual([0, true, true]);
    }
    for (const args of [['jump'], ['journal', 'verify', '--nonsense'], ['journal', 'verify', '--database', 'a', '--file', 'b'], []]) expect((await sluice(args)).code).toBe(64);
  });
});
