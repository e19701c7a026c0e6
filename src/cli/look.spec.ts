// `sluice plan show`, `jobs follow` and `explain guest` over real HTTP, with the guard and the rows of production; a server that
// breaks off in the middle is stood in for.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Fixtures, type GuestFixture } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { JobEvents, JobsService, JobStore, LineStore } from '../apply';
import { linesChannel } from '../apply/line.store';
import { ApplyModule } from '../apply/apply.module';
import { IdentityModule, seedServiceTokens } from '../identity';
import { GateDoor, GateService, IntentModule, PlanRequestStore, PlansService, PlanStore } from '../intent';
import { append } from '../journal';
import { JournalModule } from '../journal/journal.module';
import { createHttpApp } from '../platform/http';
import { codeOf } from './plan.command';
import { codeOfJob } from './jobs.command';
import { runCli } from './run-cli';

@Module({}) class SpecModule {}

interface Ran { readonly code: number; readonly out: string; readonly err: string }

let cwd: string;
beforeEach(() => { cwd = mkdtempSync(join(tmpdir(), 'sluice-look-')); });
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const sluice = async (...args: readonly string[]): Promise<Ran> => {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, { env: {}, cwd, out: (line) => void out.push(line), err: (line) => void err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const file = (name: string, text: string): string => {
  writeFileSync(join(cwd, name), text);
  return name;
};
const unknown = '5b0f1d6c-0000-4000-8000-000000000000';

describe('the commands that look', () => {
  let db: TestDatabase;
  let app: NestExpressApplication;
  let events: JobEvents;
  let rows: Fixtures;
  let url: string;
  let guest: GuestFixture;

  beforeAll(async () => {
    db = await testDatabase();
    rows = new Fixtures(db);
    await seedServiceTokens(db.owner, [{ name: 'viewer', token: 'viewer-token', permissions: ['view'] }, { name: 'maker', token: 'maker-token', permissions: ['view', 'operate'] }]);
    const jobs = new JobStore(db.api);
    const lines = new LineStore(db.api);
    events = new JobEvents(db.api, jobs, lines);
    await events.start();
    const plans = new PlansService(new PlanRequestStore(db.api), new PlanStore(db.api), new Set(['main']));
    app = await createHttpApp({ module: SpecModule, imports: [
      IdentityModule.with({ db: db.api, publicUrl: 'http://localhost' }), JournalModule.with({ db: db.api }), ApplyModule.with({ jobs: new JobsService(db.api, jobs, lines), events }),
      IntentModule.with({ plans, gate: Object.create(GateService.prototype) as GateService, door: Object.create(GateDoor.prototype) as GateDoor }),
    ] });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    guest = await rows.guest({ netboxVmId: 12 });
  });
  afterAll(async () => {
    await events.stop();
    await app.close();
    await db.drop();
  });
  const ask = (...args: readonly string[]): Promise<Ran> => sluice(...args, '--url', url, '--token-file', file('token', 'viewer-token\n'));

  const update = () => ({ kind: 'update', name: guest.name, cluster: guest.cluster, node: 'node1', needsReboot: true, target: { guestId: guest.guestId, vmid: guest.vmid, kind: 'qemu' }, steps: [{ kind: 'cores', before: 2, after: 4 }] });
  const planned = (more: { readonly status?: string; readonly actions?: readonly object[]; readonly findings?: readonly object[]; readonly branchId?: number } = {}) => {
    const branchId = more.branchId ?? 5;
    return rows.plan({ branchId, status: more.status ?? 'ready', findings: more.findings ?? [], content: { source: { kind: 'branch', netbox: 'main', branchId, branchName: 'web', owner: null, authors: [], changeIds: [1] }, policyVersion: 1, actions: more.actions ?? [update()], deletions: [], made: Math.random() } });
  };

  describe('sluice plan show', () => {
    it('P3 shows the card of the page and says with 2 that changes are pending', async () => {
      const { id } = await planned();
      const { code, out, err } = await ask('plan', 'show', id);
      expect([code, err]).toEqual([2, 'Changes are pending.']);
      expect(out).toContain(`PLAN  plan ${id.slice(0, 8)}\nBranch “web” of NetBox main`);
      expect(out).toContain(`~ change: VM “${guest.name}” (${guest.vmid}) on node1, cluster pve-a`);
      expect(out).toContain('cores: 2 cores -> 4 cores');
      expect(out).not.toContain('\u001b');
    });

    it('takes an id as the pages shorten it, and the newest plan of a branch; --json is the body of the API', async () => {
      const { id } = await planned({ branchId: 31 });
      expect((await ask('plan', 'show', id.slice(0, 8))).out).toContain(`plan ${id.slice(0, 8)}`);
      const { code, out } = await ask('plan', 'show', '--netbox', 'main', '--branch', '31', '--json');
      expect([code, JSON.parse(out)]).toEqual([2, await (await fetch(`${url}/api/intent/plans/${id}`, { headers: { Authorization: 'Bearer viewer-token' } })).json()]);
    });

    it('says 0 where nothing is left to do, 3 where the gate refuses', async () => {
      expect(await ask('plan', 'show', (await planned({ actions: [] })).id)).toMatchObject({ code: 0, err: '' });
      const refused = await ask('plan', 'show', (await planned({ status: 'refused', findings: [{ rule: 'node.online', severity: 'refusal', object: 'VM web', observed: 'node1 is offline', next: 'Start it.' }] })).id);
      expect(refused).toMatchObject({ code: 3, err: 'The gate refuses the merge of this content.', out: expect.stringContaining('✖ refused: VM web: node1 is offline') as string });
    });

    it('tells each end of a plan by its code', () => {
      const of = (status: string, permitted = true, actions = 1) => codeOf({ status, permitted, actions: Array.from({ length: actions }), deletions: [] } as unknown as Parameters<typeof codeOf>[0]);
      expect(['ready', 'started', 'done', 'stuck', 'diverged', 'refused'].map((status) => of(status))).toEqual([2, 2, 0, 4, 4, 3]);
      expect([of('ready', false), of('ready', true, 0)]).toEqual([3, 0]);
      expect((['done', 'refused', 'partial', 'diverged', 'stuck', 'queued', 'running', 'held'] as const).map(codeOfJob)).toEqual([0, 3, 4, 4, 4, null, null, null]);
    });

    it('asks for a new plan with --new, and tells a refusal in the words of the API', async () => {
      const asked = await sluice('plan', 'show', '--netbox', 'nowhere', '--branch', '1', '--new', '--url', url, '--token-file', file('token', 'maker-token'));
      expect(asked).toEqual({ code: 3, out: '', err: 'There is no NetBox instance nowhere. Observed: configured: main. Next: Use one of the configured names. (netbox.unknown)' });
    });

    it.each([
      ['neither a plan nor a branch', [], 64, 'Name a plan, or a branch'], ['both', [unknown, '--netbox', 'main', '--branch', '1'], 64, 'Name a plan, or a branch'], ['half a branch', ['--netbox', 'main'], 64, 'Name a plan, or a branch'],
      ['a branch that is no number', ['--netbox', 'main', '--branch', 'web'], 64, 'It is the number of the branch'], ['no id', ['web-tier'], 64, 'is no id of a plan'],
      ['an unknown id', [unknown], 3, 'There is no such plan.'], ['an unknown short id', ['ffffffff'], 3, 'begins with ffffffff'], ['a branch without a plan', ['--netbox', 'main', '--branch', '999'], 4, 'With --new one is made now.'],
    ] as const)('refuses %s in a sentence', async (_what, args, code, text) => {
      const ran = await ask('plan', 'show', ...args);
      expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(text) as string });
      expect(ran.err).not.toMatch(/\n\s+at /);
    });
  });

  describe('sluice explain guest', () => {
    it('P39 tells the story by id and by cluster and VMID, in the same words', async () => {
      await append(db.worker, { kind: 'guest.spec', subject: `guest:${guest.guestId}`, actor: 'role:worker', body: {} });
      const byId = await ask('explain', 'guest', guest.guestId);
      expect(byId).toMatchObject({ code: 0, err: '', out: expect.stringMatching(new RegExp(`^VM ${guest.vmid} of cluster pve-a, live\\n[\\s\\S]*\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC  journal {4}.*guest\\.spec of guest:`)) as string });
      expect(await ask('explain', 'guest', `pve-a/${guest.vmid}`)).toEqual(byId);
      expect(JSON.parse((await ask('explain', 'guest', `pve-a/${guest.vmid}`, '--json')).out)).toMatchObject({ guest: { guestId: guest.guestId }, raw: { plans: expect.any(Array) as unknown[] } });
    });

    it.each([['an unknown id', unknown, 3, 'No guest has this id.'], ['a place where nothing is known', 'pve-a/99999', 3, 'Sluice knows no guest there. Observed: VMID 99999 of cluster pve-a'], ['a name', 'web-1', 64, 'names no guest'], ['a place that leads elsewhere', '../5005', 64, 'names no guest']])('refuses %s', async (_what, which, code, text) => {
      expect(await ask('explain', 'guest', which)).toMatchObject({ code, out: '', err: expect.stringContaining(text) as string });
    });
  });

  describe('sluice jobs follow', () => {
    const say = (jobId: string, text: string): Promise<void> => new LineStore(db.worker).add({ id: jobId as never, fence: 1 as never }, [{ step: 1, level: 'info', text }]);
    const end = async (jobId: string): Promise<void> => {
      await db.worker.change("update apply_jobs set state = 'done', worker = null, lease_until = null, ended_at = sluice_now(), version = version + 1 where id = $1", [jobId]);
      await db.worker.rows('select pg_notify($1, $2)', [linesChannel, jobId]);
    };

    it('shows the log as it comes, and ends with the job', async () => {
      const jobId = await rows.job({ state: 'running' });
      await say(jobId, 'cores: 2 to 4');
      const [out, err]: [string[], string[]] = [[], []];
      const heard = (line: string): void => {
        out.push(line);
        if (line.includes('cores: 2 to 4')) void say(jobId, 'read back: 4').then(() => end(jobId));
      };
      expect(await runCli(['jobs', 'follow', jobId.slice(0, 8), '--url', url, '--token-file', file('token', 'viewer-token')], { env: {}, cwd, out: heard, err: (line) => void err.push(line) })).toBe(0);
      expect(out).toEqual([
        expect.stringMatching(/^Job [0-9a-f]{8}, plan [0-9a-f]{8}, queued \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/), expect.stringMatching(/^ {3}1 · \d\d:\d\d:\d\d · step 1 · cores: 2 to 4$/), expect.stringMatching(/^ {3}2 · .* · step 1 · read back: 4$/),
        'done: every step was done and read back; 0 of 0 steps done',
      ]);
      expect(err).toEqual(['running: a worker is at it', 'done: every step was done and read back']);
    });

    it('refuses an unknown job, and one that is none', async () => {
      expect(await ask('jobs', 'follow', unknown)).toMatchObject({ code: 3, out: '', err: expect.stringContaining('There is no such job.') as string });
      expect(await ask('jobs', 'follow', 'the-newest')).toMatchObject({ code: 64, out: '', err: expect.stringContaining('is no id of a job') as string });
    });
  });

  describe('which Sluice is asked', () => {
    it('is told by the lab of this directory, where nothing is configured', async () => {
      mkdirSync(join(cwd, '.data'));
      file('.data/lab.json', JSON.stringify({ sluice: { url, serviceToken: 'viewer-token' } }));
      expect(await sluice('explain', 'guest', guest.guestId)).toMatchObject({ code: 0, err: '' });
    });

    it('is told by the configuration: its address and its service that may view', async () => {
      const port = Number(new URL(url).port);
      mkdirSync(join(cwd, 'config'));
      file('config/local.yaml', JSON.stringify({ mode: 'lab', lab: { start: false }, http: { port, host: '0.0.0.0' }, serviceTokens: [{ name: 'viewer', tokenFile: join(cwd, 'service'), permissions: ['view'] }] }));
      file('service', 'a-token-that-nobody-knows-yet');
      expect(await sluice('explain', 'guest', guest.guestId)).toMatchObject({ code: 3, err: expect.stringContaining('(identity.token-unknown)') as string });
    });

    it('P40 refuses a wrong token without repeating it, and sends no configured token to another address', async () => {
      const wrong = await sluice('plan', 'show', unknown, '--url', url, '--token-file', file('token', 'canary-token'));
      expect(wrong).toEqual({ code: 3, out: '', err: expect.stringContaining('This token is not known.') as string });
      expect(wrong.err).not.toContain('canary');
      expect(await sluice('plan', 'show', unknown, '--url', url)).toMatchObject({ code: 4, err: expect.stringContaining('are not sent to another address') as string });
    });

    it.each([
      ['a server that is down', ['--url', 'http://127.0.0.1:2'], 4, 'http://127.0.0.1:2 could not be reached (ECONNREFUSED). Is Sluice running, with the role api?'],
      ['no address', ['--url', 'sluice.example.org'], 64, 'It is an address such as https://sluice.example.org'],
      ['a file that is not there', ['--url', 'http://127.0.0.1:1', '--token-file', 'gone'], 4, 'gone cannot be read (ENOENT)'],
      ['a file with more than a token', ['--url', 'http://127.0.0.1:1', '--token-file', 'long'], 4, 'holds no token'],
    ] as const)('P30 says what it could not find out: %s', async (_what, args, code, text) => {
      file('long', 'two words');
      file('token', 'viewer-token');
      for (const command of [['plan', 'show', unknown], ['jobs', 'follow', unknown], ['explain', 'guest', unknown]]) {
        const ran = await sluice(...command, '--token-file', 'token', ...args);
        expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(text) as string });
        expect(ran.err).not.toMatch(/\n\s+at /);
      }
    });
  });
});

describe('a stream that breaks off', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const asked: (string | undefined)[] = [];
  const id = '11111111-2222-4333-8444-555555555555';
  const job = (state: string): string => JSON.stringify({ id, planId: id, state, madeAt: '2026-11-25T00:00:00Z', endedAt: null, refusal: null, steps: [] });
  const lines = (...seqs: readonly number[]): string => `event: lines\nid: ${seqs.at(-1) ?? 0}\ndata: ${JSON.stringify(seqs.map((seq) => ({ seq, time: '2026-11-25T00:00:01Z', step: null, level: 'info', text: `line ${seq}` })))}\n\n`;
  const moved = (type: string, state: string, seq: number): string => `event: ${type}\nid: ${seq}\ndata: ${JSON.stringify({ state, refusal: null })}\n\n`;
  let state = 'running';

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (!(request.url ?? '').includes('/events')) return void response.writeHead(200, { 'Content-Type': 'application/json' }).end(job(state));
      asked.push(request.headers['last-event-id'] as string | undefined ?? new URL(request.url ?? '', 'http://x').searchParams.get('after') ?? undefined);
      answer(request, response);
    });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  });
  afterAll(() => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }));
  beforeEach(() => { asked.length = 0; state = 'running'; });
  const follow = (...more: readonly string[]): Promise<Ran> => sluice('jobs', 'follow', id, '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--token-file', file('token', 't'), ...more);
  const stream = (response: ServerResponse): ServerResponse => response.writeHead(200, { 'Content-Type': 'text/event-stream' });

  it('goes on at the last line that was seen, and shows none twice', async () => {
    answer = (_request, response) => {
      if (asked.length === 1) { stream(response).write(`retry: 1\n\n${lines(3, 4)}`, () => response.destroy()); return; }
      state = 'refused';
      stream(response).end(`${lines(5)}${moved('state', 'refused', 5)}${moved('end', 'refused', 5)}`);
    };
    const { code, out, err } = await follow('--after', '2', '--json');
    expect(asked).toEqual(['2', '4']);
    expect(out.split('\n').map((line) => JSON.parse(line) as { line?: { seq: number }; job?: { state: string } }).map(({ line, job: ended }) => line?.seq ?? ended?.state)).toEqual([3, 4, 5, 'refused']);
    expect([code, err.split('\n').at(-1)]).toEqual([3, `Job ${id} is refused.`]);
  });

  it('does not wait at a job that is stuck, for nothing comes until somebody looks', async () => {
    state = 'stuck';
    answer = (_request, response) => void stream(response).write(`${lines(1)}${moved('state', 'stuck', 1)}`);
    expect(await follow()).toMatchObject({ code: 4, err: expect.stringContaining(`Job ${id} is stuck.`) as string, out: expect.stringContaining('line 1') as string });
  });

  it('gives up where no answer comes within its patience, or the answer is no', async () => {
    answer = (_request, response) => void response.destroy();
    expect(await follow('--patience', '0')).toMatchObject({ code: 4, err: expect.stringContaining('could not be reached') as string });
    answer = (_request, response) => void response.writeHead(502).end();
    expect(await follow()).toMatchObject({ code: 4, err: expect.stringContaining('The stream of the log ended (502)') as string });
  });

  it('says so when Sluice knows fewer lines than were seen', async () => {
    state = 'done';
    answer = (_request, response) => void stream(response).end(`event: gap\nid: 0\ndata: {"asked":9,"last":1}\n\n${lines(1)}${moved('end', 'done', 1)}`);
    expect(await follow('--after', '9')).toMatchObject({ code: 0, err: expect.stringContaining('gap: Sluice knows fewer lines') as string });
  });
});
