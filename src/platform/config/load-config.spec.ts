import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { CannotStart } from '../database/cannot-start';
import { policyOf, readPolicy } from '../../policy';
import { configProblems, defaultConfig, durationSeconds, loadConfig } from '.';
import { ConfigDocument } from './document';
import { keys, variableOf } from './keys';

const canary = 'canary-9f3b1c';
let cwd: string;
beforeEach(() => { cwd = mkdtempSync(join(tmpdir(), 'sluice-config-')); });
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const write = (name: string, text: string): void => { mkdirSync(join(cwd, name, '..'), { recursive: true }); writeFileSync(join(cwd, name), text); };
const secret = (name: string): string => { write(`secrets/${name}`, `${canary}-${name}\n`); return `secrets/${name}`; };
const refusal = (env: NodeJS.ProcessEnv): string => {
  try {
    loadConfig(env, cwd);
  } catch (trouble) {
    if (trouble instanceof CannotStart) return trouble.message;
    throw trouble;
  }
  throw new Error('the configuration was taken');
};

const netbox = (): object => ({ name: 'main', url: 'https://netbox.example.org/', tokenFile: secret('token'), webhookSecretFile: secret('hook'), gateSecretFile: secret('gate') });
const token = (use: string): object => ({ id: `sluice-${use}@pve!${use}`, secretFile: secret(use) });
const cluster = (more: object = {}): object => ({
  name: 'west-1', netbox: 'main', netboxCluster: 'West', connections: [{ url: 'https://pve1.example.org:8006' }], managedPools: ['sluice-managed'], deletablePools: ['sluice-managed'],
  vmidRange: { first: 90000, last: 99999 }, tokens: { reflect: token('reflect'), create: token('create'), update: token('update'), lender: token('lender'), destroy: token('destroy') }, ...more,
});
const file = (content: object): void => write('config/local.yaml', JSON.stringify(content));

describe('loadConfig', () => {
  it('starts the lab when nothing at all is configured', () => {
    expect(loadConfig({ PATH: '/bin' }, cwd)).toMatchObject({ mode: 'lab', startLab: true, roles: ['api', 'worker', 'deleter', 'scheduler'], database: { url: null } });
    expect(loadConfig({ SLUICE_RECORDINGS: '../x', SLUICE_TEST_POSTGRES: 'x' }, cwd).mode).toBe('lab');
  });

  it.each([[{ NODE_ENV: 'production' }], [{ DATABASE_URL: 'postgres://o@h/d' }], [{ SLUICE_HTTP_PORT: '80' }]])('does not take %j for nothing configured', (env) => {
    expect(refusal(env)).toContain('no NetBox in mode live');
  });

  it('does not start the lab beside a configuration file, even an empty one', () => {
    write('config/local.yaml', '# nothing yet\n');
    expect(refusal({})).toContain('no NetBox in mode live');
  });

  it('starts the lab when asked to, with the settings given', () => {
    expect(loadConfig({ SLUICE_MODE: 'lab', SLUICE_HTTP_PORT: '0', SLUICE_DELETION_WINDOW: '5s', SLUICE_DATA: 'here' }, cwd))
      .toMatchObject({ mode: 'lab', startLab: true, http: { port: 0 }, deletion: { window: 5 }, dataDirectory: resolve(cwd, 'here') });
    expect(loadConfig({ SLUICE_MODE: 'lab', SLUICE_LAB_START: 'false' }, cwd).startLab).toBe(false);
  });

  it('reads a whole live configuration with its secrets from files and gives documented defaults', () => {
    file({ netbox: [netbox()], clusters: [cluster()], database: { url: 'postgres://o@h/d' } });
    const config = loadConfig({}, cwd);
    expect(config.netbox[0]).toEqual({ name: 'main', url: 'https://netbox.example.org', token: `${canary}-token`, webhookSecret: `${canary}-hook`, gateSecret: `${canary}-gate`, caFile: null, fields: {} });
    expect(config.clusters[0]?.tokens).toEqual(Object.fromEntries(['reflect', 'create', 'update', 'lender', 'destroy'].map((use) => [use, { id: `sluice-${use}@pve!${use}`, secret: `${canary}-${use}` }])));
    expect(config).toMatchObject({ mode: 'live', startLab: false, deletion: { threshold: 1, window: 86_400, approveWithin: 604_800, startWithin: 86_400, maxPerHour: 3, powerOff: 'refuse' }, plan: { expiresAfter: 86_400, startWithin: 3600 }, reconcileEvery: 60 });
    expect(Object.isFrozen(config.clusters[0]?.tokens)).toBe(true);
  });

  it('lets a variable win over the file, takes lists as JSON, and DATABASE_URL as the database', () => {
    file({ netbox: [netbox()], deletion: { window: '48h' }, log: { level: 'warn' } });
    const config = loadConfig({ SLUICE_DELETION_WINDOW: '36h', SLUICE_CLUSTERS: JSON.stringify([cluster()]), DATABASE_URL: 'postgres://o:p@h/d', SLUICE_ROLES: 'worker,api' }, cwd);
    expect(config).toMatchObject({ deletion: { window: 129_600 }, log: { level: 'warn' }, database: { url: 'postgres://o:p@h/d' }, roles: ['api', 'worker'] });
    expect(config.clusters).toHaveLength(1);
  });

  it('takes the secret of a named thing from its own variable or the file that the variable names', () => {
    file({ netbox: [{ name: 'main', url: 'https://n', webhookSecretFile: secret('hook') }], clusters: [cluster({ tokens: { reflect: { id: 'a@pve!r' } }, deletablePools: [] })] });
    const config = loadConfig({ SLUICE_NETBOX_MAIN_TOKEN: 't', SLUICE_NETBOX_MAIN_GATE_SECRET_FILE: secret('g'), SLUICE_CLUSTERS_WEST_1_TOKENS_REFLECT_SECRET: 'r' }, cwd);
    expect(config.netbox[0]).toMatchObject({ token: 't', webhookSecret: `${canary}-hook`, gateSecret: `${canary}-g` });
    expect(config.clusters[0]?.tokens).toEqual({ reflect: { id: 'a@pve!r', secret: 'r' } });
  });

  it('P16 reads the secrets of lender and destroy for the deleter only, and those of create and update for the worker only', () => {
    file({ netbox: [netbox()], clusters: [cluster()] });
    const uses = (roles: string): readonly string[] => Object.keys(loadConfig({ SLUICE_ROLES: roles }, cwd).clusters[0]?.tokens ?? {}).sort();
    expect(uses('api,scheduler')).toEqual(['reflect']);
    expect(uses('worker')).toEqual(['create', 'reflect', 'update']);
    expect(uses('deleter')).toEqual(['destroy', 'lender', 'reflect']);
    for (const use of ['lender', 'destroy']) rmSync(join(cwd, 'secrets', use));
    expect(uses('api,worker,scheduler')).toEqual(['create', 'reflect', 'update']);
    expect(refusal({ SLUICE_ROLES: 'deleter' })).toContain('clusters[0].tokens.lender.secretFile: observed secrets/lender, which cannot be read (ENOENT)');
  });

  it('refuses a secret that stands in the file itself, in words and without repeating it', () => {
    file({ netbox: [{ ...netbox(), token: canary }], clusters: [cluster({ tokens: { reflect: { id: 'a@pve!r', secret: canary } } })], database: { url: `postgres://o:${canary}@h/d` } });
    const message = refusal({});
    expect(message).toContain('netbox[0].token: observed a secret written into config/local.yaml. Move it into a file of its own and name that with tokenFile, or give it as SLUICE_NETBOX_MAIN_TOKEN');
    expect(message).toContain('SLUICE_CLUSTERS_WEST_1_TOKENS_REFLECT_SECRET');
    expect(message).toContain('database.url: observed a password written into config/local.yaml');
    expect(message).not.toContain(canary);
  });

  it('tells every problem at once, each with its key, what stands there, and the fix', () => {
    file({ deletion: { window: 'soon', treshold: 2 }, netbox: [{ name: 'Main', url: 'ftp://x' }], clusters: [cluster({ netbox: 'other', connections: [], version: '7' })], http: { port: 99_999 }, roles: ['api', 'boss'] });
    const message = refusal({ SLUICE_DELETION_TRESHOLD: '2', SLUICE_PLAN_MAX_CORES: 'many', SLUICE_SERVICE_TOKENS: '[{' });
    for (const expected of [
      'deletion.window (SLUICE_DELETION_WINDOW): observed "soon". Write a duration: 24h',
      'deletion.treshold: observed a key that nothing reads',
      'netbox[0].name: observed "Main". Give it a short name',
      'netbox[0].url: observed "ftp://x". Write an address such as https://netbox.example.org',
      'netbox[0].token: observed nothing. Give the secret in a file',
      'clusters[0].connections: observed []. Name at least one way',
      'clusters[0].version: observed "7". Write one of: 8.4, 9.0',
      'http.port (SLUICE_HTTP_PORT): observed 99999. Write at most 65535',
      'roles (SLUICE_ROLES): observed ["api","boss"]. Write some of: api, worker, deleter, scheduler',
      'SLUICE_DELETION_TRESHOLD: observed a variable that nothing reads. Remove it, or write it as one of the keys of config/default.yaml (perhaps SLUICE_DELETION_THRESHOLD)',
      'plan.maxCores (SLUICE_PLAN_MAX_CORES): observed "many". Write a whole number',
      'serviceTokens (SLUICE_SERVICE_TOKENS): observed text that is not JSON',
    ]) expect(message).toContain(expected);
    expect(message).toMatch(/^The configuration \(config\/local\.yaml and the environment\) has 1[2-9] problems:/);
  });

  it('refuses what only shows between keys', () => {
    file({
      netbox: [netbox(), { ...netbox(), fields: { vmid: '', colour: 'x' } }], deletion: { window: '30m' }, plan: { expiresAfter: '1h', startWithin: '2h' },
      clusters: [cluster({ netbox: 'other', deletablePools: ['web'], diskPools: ['db'], migratePools: ['mail'], intakePool: 'sluice-managed', vmidRange: { first: 200, last: 100 }, caFile: 'gone.pem', tokens: { reflect: token('reflect'), update: token('reflect') } })],
    });
    const message = refusal({});
    for (const expected of ['netbox[1].name: observed "main", a second time', 'netbox[1].fields.vmid: observed ""', 'netbox[1].fields.colour: observed a word', 'deletion.window: observed 1800s. The recovery window is at least 1h', 'plan.startWithin: observed 7200s',
      'clusters[0].netbox: observed "other". Name one of: main', 'clusters[0].deletablePools: observed web', 'clusters[0].diskPools: observed db. Pools whose disks may be changed are some of managedPools', 'clusters[0].migratePools: observed mail', 'clusters[0].intakePool', 'clusters[0].vmidRange: observed first 200 above last 100', 'clusters[0].caFile', 'clusters[0].tokens.update.id: observed sluice-reflect@pve!reflect, which reflect uses too',
      'clusters[0].tokens.lender: observed nothing, although deletablePools names pools']) expect(message).toContain(expected);
  });

  it('P32 takes no number that a start would refuse as policy', () => {
    file({ netbox: [netbox()], deletion: { window: '367d', maxPerHour: 1001 }, plan: { expiresAfter: '9000h', maxMemoryMib: 67_108_865 } });
    const message = refusal({});
    for (const expected of ['(SLUICE_DELETION_WINDOW): observed 31708800. Write at most 366d.', '(SLUICE_DELETION_MAX_PER_HOUR): observed 1001. Write at most 1000.', '(SLUICE_PLAN_EXPIRES_AFTER): observed 32400000. Write at most 366d.', '(SLUICE_PLAN_MAX_MEMORY_MIB): observed 67108865. Write at most 67108864.']) expect(message).toContain(expected);

    file({ netbox: [netbox()], deletion: { threshold: 20, window: '366d', approveWithin: '366d', startWithin: '366d', maxPerHour: 1000 }, plan: { expiresAfter: '366d', startWithin: '366d', maxCores: 8192, maxMemoryMib: 67_108_864 } });
    expect(readPolicy(policyOf(loadConfig({}, cwd)), 'live').ok).toBe(true);
    file({ netbox: [netbox()], deletion: { threshold: 1, window: '1h', approveWithin: '1s', startWithin: '1s', maxPerHour: 1 }, plan: { expiresAfter: '1s', startWithin: '1s', maxCores: 1, maxMemoryMib: 16 } });
    expect(readPolicy(policyOf(loadConfig({}, cwd)), 'live').ok).toBe(true);
  });

  it('sends nothing to Proxmox until the phrase and each cluster say so, and allows it in a lab', () => {
    const consent = (more: object, ofCluster: object = {}, env: NodeJS.ProcessEnv = {}) => {
      file({ netbox: [netbox()], clusters: [cluster(ofCluster)], ...more });
      const { intent, clusters } = loadConfig(env, cwd);
      return [intent.allow, clusters[0]?.allowWrites];
    };
    expect(consent({})).toEqual([null, false]);
    expect(consent({ intent: { allow: 'allow-edit-and-add-actions' } }, { allowWrites: true })).toEqual(['allow-edit-and-add-actions', true]);
    expect(consent({}, {}, { SLUICE_INTENT_ALLOW: 'allow-edit-and-add-actions' })).toEqual(['allow-edit-and-add-actions', false]);
    expect(consent({ mode: 'lab', lab: { start: false } })).toEqual(['allow-edit-and-add-actions', true]);
    expect([defaultConfig().intent.allow, defaultConfig({ mode: 'live' }).intent.allow]).toEqual(['allow-edit-and-add-actions', null]);
  });

  it('tells every trouble with consent, limits, protected guests and soft rules at once', () => {
    file({ netbox: [netbox()], clusters: [cluster({ allowWrites: 'yes' })], intent: { allow: true }, plan: { maxDeletions: -1 }, protected: { guests: ['101'] }, rules: { addressFree: 'off', authorPermission: 'warning' } });
    const text = refusal({ SLUICE_INTENT_ENABLED: 'true' });
    for (const part of [
      'clusters[0].allowWrites: observed "yes". Write true or false.', 'intent.allow (SLUICE_INTENT_ALLOW): observed true. Write the phrase allow-edit-and-add-actions', 'plan.maxDeletions (SLUICE_PLAN_MAX_DELETIONS): observed -1. Write at least 0.',
      'protected.guests (SLUICE_PROTECTED_GUESTS): observed ["101"]. Write <cluster>/<VMID>', 'rules.addressFree (SLUICE_RULES_ADDRESS_FREE): observed "off". Write one of: refusal, warning.', 'rules.authorPermission: observed a key that nothing reads', 'SLUICE_INTENT_ENABLED: observed a variable that nothing reads',
    ]) expect(text).toContain(part);
    expect(refusal({ SLUICE_INTENT_ALLOW: 'true' })).toContain('intent.allow (SLUICE_INTENT_ALLOW): observed "true". Write the phrase');
  });

  it('P17 refuses a service token that may approve', () => {
    file({ netbox: [netbox()], serviceTokens: [{ name: 'robot', tokenFile: secret('a-long-token-for-a-robot'), permissions: ['view', 'approve_deletion'] }] });
    expect(refusal({})).toContain('serviceTokens[0].permissions: observed ["view","approve_deletion"]. Write some of: view, operate');
  });

  it('says what is wrong with a file that is missing or no YAML', () => {
    expect(refusal({ SLUICE_CONFIG: 'gone.yaml' })).toContain('SLUICE_CONFIG: observed gone.yaml, which cannot be read (ENOENT)');
    write('bad.yaml', 'a: [1\nb: 2');
    expect(refusal({ SLUICE_CONFIG: 'bad.yaml' })).toContain('bad.yaml: observed no YAML');
    write('list.yaml', '- a');
    expect(refusal({ SLUICE_CONFIG: 'list.yaml' })).toContain('list.yaml: observed no keys at the top');
  });

  it('gives the problems as a value for those who only look', () => {
    expect(configProblems({ SLUICE_MODE: 'prod' }, cwd)).toMatchObject({ config: null, problems: [{ key: 'mode (SLUICE_MODE)', observed: '"prod"' }] });
  });
});

describe('the written configuration', () => {
  const leaves = (value: object, above = ''): readonly string[] => Object.entries(value).flatMap(([key, member]: [string, unknown]) => (
    member !== null && typeof member === 'object' && !Array.isArray(member) ? leaves(member, `${above}${key}.`) : [`${above}${key}`]));

  it('has every key in config/default.yaml with the default that the code has, and as a variable', () => {
    const written = parse(readFileSync('config/default.yaml', 'utf8')) as object;
    const inCode = [...leaves(new ConfigDocument()), 'data'].filter((key, index, every) => every.indexOf(key) === index).sort();
    expect([...leaves(written)].sort()).toEqual(inCode);
    expect(Object.keys(keys).filter((key) => key !== 'database.urlFile').sort()).toEqual(inCode);
    const read = (tree: unknown, path: string): unknown => path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], tree);
    for (const key of inCode) {
      const [code, page] = [read(new ConfigDocument(), key) ?? null, read(written, key) ?? null];
      expect([key, durationSeconds(page) ?? page]).toEqual([key, code]);
    }
  });

  it.each(['one-cluster', 'deleter'])('has an example %s that is complete but for its secrets', (name) => {
    const { problems } = configProblems({ SLUICE_CONFIG: `config/examples/${name}.yaml` }, process.cwd());
    expect(problems.filter((problem) => !/File$/.test(problem.key))).toEqual([]);
    expect(problems.length).toBeGreaterThan(4);
  });

  it('names variables in one way', () => {
    expect(['deletion.window', 'http.publicUrl', 'clusters.lab-1.tokens.lender.secret', 'plan.maxMemoryMib'].map(variableOf)).toEqual(['SLUICE_DELETION_WINDOW', 'SLUICE_HTTP_PUBLIC_URL', 'SLUICE_CLUSTERS_LAB_1_TOKENS_LENDER_SECRET', 'SLUICE_PLAN_MAX_MEMORY_MIB']);
  });

  it('reads durations', () => {
    expect(['24h', '90s', '15m', '7d', '3600', 60].map(durationSeconds)).toEqual([86_400, 90, 900, 604_800, 3600, 60]);
    expect(['', '1w', '-5m', '1.5h', 'h', null, 1.5].map(durationSeconds)).toEqual([null, null, null, null, null, null, null]);
  });
});

describe('defaultConfig', () => {
  it('has the defaults of an empty lab configuration, and what the caller says', () => {
    const made = defaultConfig({ http: { port: 0 }, deletion: { window: 2 }, dataDirectory: '/somewhere' });
    const { startLab, ...empty } = loadConfig({ SLUICE_MODE: 'lab', SLUICE_DATA: '/somewhere', SLUICE_LOG_PRETTY: 'false' }, cwd);
    expect(startLab).toBe(true);
    expect(made).toEqual({ ...empty, startLab: false, http: { ...empty.http, port: 0 }, deletion: { ...empty.deletion, window: 2 } });
  });
});
