// The whole of Sluice against the lab, for tests that tell a story: simulators in a child process, Sluice in this one, a database
// of its own. Everything is asked over HTTP, as a person, a service or NetBox would.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { netboxLabOf } from '../../src/lab/netbox';
import { labOf, testsOwn } from '../../src/lab/proxmox';
import { startLab, type RunningLab } from '../../src/lab';
import type { ConfigOverrides } from '../../src/platform/config';
import { openDatabase, roleUrl, type Database, type DatabaseRole } from '../../src/platform/database';
import { makeLog, silentLog, type Log } from '../../src/platform/log';
import { startSluice, type RunningSluice } from '../../src/roles/start';
import { complain } from './official/watches';
import { watchLab } from './official/witness';
import { dropDatabase, makeDatabase } from './test-database';
import { until } from './until';

/** A JSON object of which a test names what it looks at. */
export type Wire = Readonly<Record<string, unknown>>;
export interface NetBoxJob { readonly id: number; readonly status: { readonly value: string }; readonly error: string }
export interface Answer<T> { readonly status: number; readonly body: T; readonly headers: Headers }
export interface Person { get<T = Wire>(path: string): Promise<Answer<T>>; post<T = Wire>(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer<T>> }

export interface Story {
  readonly lab: RunningLab;
  readonly owner: Database;
  readonly url: string;
  readonly directory: string;
  readonly databaseUrl: string;
  /** One simulated cluster's lab control, e.g. `leipzig`. */
  proxmox(cluster: string): ReturnType<typeof labOf>;
  /** A read of a simulated cluster as its administrator: the `data` of the answer. */
  proxmoxGet<T = Wire>(cluster: string, path: string): Promise<T>;
  readonly netboxLab: ReturnType<typeof netboxLabOf>;
  signIn(role: 'engineer' | 'approver'): Promise<Person>;
  signInAs(username: string, password: string): Promise<Person>;
  readonly service: Person;
  /** REST of the simulated NetBox as one of its users. */
  netbox(as: 'admin' | 'engineer' | 'approver'): Person;
  /** Merges a branch over NetBox's own REST API and waits for its job; gives the job. */
  merge(branchId: number, as?: 'engineer'): Promise<NetBoxJob>;
  /** SQL as a runtime login, past all of our code. */
  asRole(role: DatabaseRole, sql: string): Promise<unknown>;
  stopSluice(): Promise<void>;
  restartSluice(overrides?: ConfigOverrides): Promise<void>;
  end(): Promise<void>;
}

export const storyDefaults: ConfigOverrides = { deletion: { window: 1, approveWithin: 3600, startWithin: 3600, threshold: 1, maxPerHour: 10, powerOff: 'refuse' }, http: { host: '127.0.0.1', port: 0, publicUrl: null }, reconcileEvery: 3600 };

/** For looks of the tests only; Sluice itself verifies the lab's CA. */
const trusting = new Agent({ connect: { rejectUnauthorized: false } });

/** `log`: where Sluice's own lines go, for tests that read them. */
export async function startStory(overrides: ConfigOverrides = {}, ownLog: Log | null = null): Promise<Story> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-story-'));
  const database = await makeDatabase('template');
  const rolePasswordsFile = join(directory, 'role-passwords.json');
  writeFileSync(rolePasswordsFile, JSON.stringify({ api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' }));
  const lab = await startLab({ directory, labFile: join(directory, 'lab.json'), taskMillis: 20, childFile: join(__dirname, 'lab-process.js'), overrides: { ...storyDefaults, ...overrides, database: { url: database.url, rolePasswordsFile } } });
  const watch = watchLab(lab);
  const owner = await openDatabase(database.url, { role: 'owner', poolSize: 3 });
  const log = ownLog ?? (process.env['SLUICE_TEST_LOG'] === undefined ? silentLog : makeLog({ level: 'debug', pretty: true }));
  let sluice: RunningSluice | null = null;
  const start = async (more: ConfigOverrides = {}): Promise<void> => {
    sluice = await startSluice({ ...lab.config, ...more } as typeof lab.config, { log, seed: (db) => lab.seed(db), lab: lab.parts });
    await lab.connect(sluice.url ?? '');
  };
  // A start that fails must not leave the lab's process behind: the whole run would wait for it.
  await start().catch(async (trouble: unknown) => {
    await owner.close();
    await lab.stop();
    throw trouble;
  });
  const base = (): string => sluice?.url ?? '';
  const story: Story = {
    lab, owner, directory, databaseUrl: database.url,
    get url() { return base(); },
    proxmox: (cluster) => labOf(lab.proxmox.find((candidate) => candidate.name === cluster)?.nodes[0]?.url ?? ''),
    async proxmoxGet<T>(cluster: string, path: string) {
      const found = lab.proxmox.find((candidate) => candidate.name === cluster);
      const answer = await request(`${found?.nodes[0]?.url ?? ''}/api2/json/${path}`, { dispatcher: trusting, headers: { Authorization: `PVEAPIToken=root@pam!lab=${lab.secrets.root}`, 'User-Agent': testsOwn } });
      return ((await answer.body.json()) as { data: T }).data;
    },
    netboxLab: netboxLabOf(lab.netboxUrl),
    service: client(base, { Authorization: `Bearer ${lab.secrets.serviceToken}` }),
    netbox: (as) => client(() => lab.netboxUrl, { Authorization: `Token ${lab.secrets.netbox[as]}`, 'User-Agent': testsOwn }),
    signIn: (role) => story.signInAs(role, lab.secrets.passwords[role]),
    async signInAs(username, password) {
      const answer = await fetch(`${base()}/api/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ username, password }) });
      if (answer.status !== 204) throw new Error(`sign-in answered ${answer.status}: ${await answer.text()}`);
      const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
      const { csrfToken } = (await (await fetch(`${base()}/api/session`, { headers: { Cookie: cookie } })).json()) as { csrfToken: string };
      return client(base, { Cookie: cookie, 'X-CSRF-Token': csrfToken });
    },
    async merge(branchId, as = 'engineer') {
      const netbox = story.netbox(as);
      const begun = await netbox.post<NetBoxJob>(`/api/plugins/branching/branches/${branchId}/merge/`, { commit: true });
      if (begun.status !== 200) throw new Error(`merge answered ${begun.status}: ${JSON.stringify(begun.body)}`);
      let job = begun.body;
      await until(async () => {
        job = (await netbox.get<NetBoxJob>(`/api/core/jobs/${begun.body.id}/`)).body;
        return job.status.value === 'completed' || job.status.value === 'errored';
      }, 'the end of the merge job', 20_000);
      return job;
    },
    async asRole(role, sql) {
      const db = await openDatabase(roleUrl(database.url, role, { api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' }), { role, poolSize: 1 });
      try {
        return await db.rows(sql);
      } finally {
        await db.close();
      }
    },
    stopSluice: async () => { await sluice?.stop(); sluice = null; },
    restartSluice: async (more) => { await sluice?.stop(); await start(more); },
    async end() {
      await sluice?.stop();
      const found = await watch.end();
      await lab.stop();
      await owner.close();
      await dropDatabase(database.name);
      rmSync(directory, { recursive: true, force: true });
      complain(found);
    },
  };
  return story;
}

function client(base: () => string, headers: Readonly<Record<string, string>>): Person {
  const call = async <T>(method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}): Promise<Answer<T>> => {
    const response = await fetch(`${base()}${path}`, { method, headers: { ...headers, ...more, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json') && text !== '';
    return { status: response.status, body: (json ? JSON.parse(text) : text) as T, headers: response.headers };
  };
  return { get: (path) => call('GET', path), post: (path, body, more) => call('POST', path, body ?? {}, more) };
}
