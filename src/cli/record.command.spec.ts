// `sluice lab record` against both simulators: only GET goes out, no secret comes in, and the readers of the contract read it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Reader from '../../test/contract/netbox/recording';
import type { Exchange, Recorded } from '../../test/contract/netbox/recording';
import { readExchanges } from '../../test/contract/proxmox/recording';
import { specCluster, specContainer, specGuest, type SpecCluster } from '../../test/setup/proxmox-cluster';
import { secretOf, smallNetBox, type Small } from '../../test/setup/small-netbox';
import { makeCertificate } from '../lab/proxmox/certificate';
import { runCli } from './run-cli';

let cwd: string;
beforeEach(() => { cwd = mkdtempSync(join(tmpdir(), 'sluice-record-')); });
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const sluice = async (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }> => {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(['lab', 'record', ...args], { env: {}, cwd, out: (line) => void out.push(line), err: (line) => void err.push(line) });
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const file = (name: string, content: string): string => {
  writeFileSync(join(cwd, name), content);
  return name;
};
const everything = (directory: string): string => readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)).filter((name) => statSync(name).isFile()).map((name) => readFileSync(name, 'utf8')).join('\n');

const progress = expect.stringMatching(/^(?:\d+ recorded, \d+ known and not yet read\n?)*$/) as string;
const canaries = ['canary-in-a-note', 'canary-cloud-password', 'canary.person@example.org', 'AAAAC3NzaCanaryKey', 'canary-in-a-task'];

describe('sluice lab record proxmox', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    cluster = await specCluster([
      specGuest(100, { running: true }, { description: 'root password is canary-in-a-note', cipassword: 'canary-cloud-password', sshkeys: 'ssh-ed25519%20AAAAC3NzaCanaryKey%20canary.person%40example.org', tags: 'kept' }),
      specContainer(200, {}, { description: 'canary-in-a-note, see canary.person@example.org' }),
    ]);
    await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { memory: 2048, description: 'pending canary-in-a-note' });
    await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/100/snapshot', { snapname: 'before', description: 'canary-in-a-note' }));
  });
  afterAll(() => cluster.close());
  const place = (): readonly string[] => ['--url', cluster.sim.nodes[0]?.url ?? '', '--token-file', file('token', `${cluster.sim.tokenIds.root}=root-secret\n`), '--ca', file('ca.pem', cluster.sim.caPem), '--out', 'new/recording'];

  it('P40 writes an inventory that the reader of the contract reads, by GET alone, and no secret of the installation is in it', async () => {
    const before = (await cluster.lab.requests()).last;
    const { code, out, err } = await sluice('proxmox', ...place());
    expect([code, err]).toEqual([0, progress]);
    const directory = join(cwd, 'new', 'recording');
    expect(readdirSync(directory)).toEqual(['README.md', expect.stringMatching(/^pve-8\.4[.\d]*\.jsonl$/)]);
    const exchanges = readExchanges(join(directory, readdirSync(directory)[1] ?? ''));
    expect(exchanges.map(({ seq }) => seq)).toEqual(exchanges.map((_exchange, index) => index));
    const asked = (await cluster.lab.requests(before)).entries;
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(exchanges).toHaveLength(asked.length);
    const config = exchanges.find(({ path, params }) => path === '/api2/json/nodes/pve1/qemu/100/config' && params.length === 0);
    expect(config).toMatchObject({ method: 'GET', status: 200, reason: 'OK', body: { data: { name: 'guest-100', tags: 'kept', description: '[removed]', cipassword: '[removed]', sshkeys: '[removed]', digest: expect.stringMatching(/^[0-9a-f]{40}$/) as string } }, task_status: null, task_log: null });
    expect(exchanges.map(({ path }) => path.replace('/api2/json', ''))).toEqual(expect.arrayContaining(['/version', '/cluster/status', '/nodes/pve1/lxc/200/config', '/nodes/pve1/qemu/100/pending', '/nodes/pve1/qemu/100/snapshot/before/config', '/nodes/pve1/storage/disks/content', '/access/acl', '/nodes/pve2/status']));
    expect(exchanges.some(({ path }) => /\/tasks\/UPID[^/]*\/log$/.test(path))).toBe(true);
    const written = everything(directory);
    for (const secret of [...canaries, 'root-secret']) expect(written).not.toContain(secret);
    expect(out).toContain('data.description (free text) in /nodes/{node}/qemu/{vmid}/config');
    expect(out).toContain('cipassword (secret) in /nodes/{node}/qemu/{vmid}/config');
    expect(out).toContain('data[].description (free text) in /nodes/{node}/qemu/{vmid}/pending');
    expect(out).toMatch(/^\d+ answers of Proxmox VE \S+ were recorded in /);
  });

  it('stops at its bound and says what is left; the summary is JSON where that is asked for', async () => {
    const { code, out, err } = await sluice('proxmox', ...place(), '--max', '5', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ product: 'Proxmox VE', recorded: 5, refused: null });
    expect(err).toMatch(/^\d+ more were known and not read: --max 5 was reached\.$/);
  });

  it('refuses a directory that is there, and leaves it alone', async () => {
    await sluice('proxmox', ...place(), '--max', '1');
    const first = everything(join(cwd, 'new', 'recording'));
    const again = await sluice('proxmox', ...place());
    expect(again).toMatchObject({ code: 64, err: expect.stringContaining('is there already') as string });
    expect(everything(join(cwd, 'new', 'recording'))).toBe(first);
  });

  it.each([
    ['a wrong token', ['--token-file', 'wrong'], 3, 'refused the token (401 '],
    ['a CA that did not sign it', ['--ca', 'other.pem'], 4, 'is not trusted'],
    ['a CA file without a certificate', ['--ca', 'empty'], 4, 'holds no certificate'],
    ['a token file without a token', ['--token-file', 'empty'], 4, 'holds no token of this kind'],
    ['a token file that is not there', ['--token-file', 'nowhere'], 4, 'cannot be read (ENOENT)'],
    ['plain HTTP', ['--url', 'http://127.0.0.1:1'], 64, 'it has to be like https://<node>:8006'],
    ['a port where nobody listens', ['--url', 'https://127.0.0.1:1'], 4, 'could not be reached (ECONNREFUSED)'],
    ['a bound of nothing', ['--max', '0'], 64, 'whole number from 1'],
  ])('says in a sentence what is wrong with %s, and leaves no directory', async (_what, more, code, text) => {
    file('wrong', 'root@pam!lab=not-the-secret');
    file('empty', '\n');
    file('other.pem', (await makeCertificate('other')).cert);
    const ended = await sluice('proxmox', ...place(), ...more);
    expect(ended).toMatchObject({ code, out: '', err: expect.stringContaining(text) as string });
    expect(ended.err).not.toMatch(/not-the-secret|root-secret/);
    expect(readdirSync(cwd)).not.toContain('new');
  });
});

describe('sluice lab record netbox', () => {
  let netbox: Small;
  const { key, secret } = secretOf('admin');
  beforeAll(async () => {
    netbox = await smallNetBox();
    await netbox.ask('admin', 'PATCH', 'virtualization/virtual-machines/1/', { comments: 'canary-in-a-note', description: 'ask canary.person@example.org', local_context_data: { password: 'canary-cloud-password' } });
    await netbox.ask('admin', 'POST', 'virtualization/virtual-machines/', Array.from({ length: 120 }, (_each, number) => ({ name: `many-${number}`, cluster: { name: 'pve-b' } })));
    const { schema } = await netbox.branch('ideas');
    await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { comments: 'canary-in-a-task', vcpus: 4 }, schema);
  });
  afterAll(() => netbox.close());
  const place = (): readonly string[] => ['--url', netbox.url, '--token-file', file('token', `nbt_${key}.${secret}`), '--out', 'recordings/netbox'];

  it('P40 writes a scenario that the reader of the contract reads, by GET alone, page after page and in branches, and no secret is in it', async () => {
    const before = await netbox.lab.lastRequest();
    const { code, out, err } = await sluice('netbox', ...place());
    expect([code, err]).toEqual([0, progress]);
    const asked = await netbox.lab.requests(before);
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    const written = everything(join(cwd, 'recordings'));
    for (const canary of [...canaries, secret, netbox.url]) expect(written).not.toContain(canary);
    expect(out).toContain('results[].comments (free text) in /api/virtualization/virtual-machines/');
    const exchanges = readScenario(cwd);
    expect(exchanges).toHaveLength(asked.length);
    expect(exchanges.every(({ person, method }) => person === 'recorder' && method === 'GET')).toBe(true);
    const pages = exchanges.filter(({ path, headers }) => path === '/api/virtualization/virtual-machines/' && headers['X-NetBox-Branch'] === undefined);
    expect(pages.map(({ query }) => query)).toEqual([{ limit: '100', exclude: 'config_context' }, { exclude: 'config_context', limit: '100', offset: '100' }]);
    expect(exchanges.find(({ file: name }) => name === '01-instance/001-status.json')).toMatchObject({ status: 200, headers: { Authorization: 'Bearer REDACTED' }, answer: { 'netbox-version': '4.5.10' } });
    expect(exchanges.find(({ path }) => path === '/api/plugins/branching/changes/')).toMatchObject({ status: 200, answer: { count: 1, results: [{ object_repr: 'web-01' }] } });
    expect(exchanges.filter(({ headers }) => headers['X-NetBox-Branch'] !== undefined).length).toBeGreaterThan(0);
  });

  it('says in a sentence that a token is refused', async () => {
    const { code, err } = await sluice('netbox', ...place(), '--token-file', file('wrong', `nbt_${key}.${'0'.repeat(40)}`));
    expect([code, err]).toEqual([3, expect.stringContaining('refused the token (403 ')]);
  });
});

describe('a server that goes away', () => {
  let server: Server;
  let answers: number;
  beforeAll((done) => {
    server = createServer((_request, response) => {
      answers -= 1;
      if (answers < 0) response.destroy();
      else response.setHeader('Content-Type', 'application/json').end('{"netbox-version":"4.5.10"}');
    });
    server.listen(0, '127.0.0.1', done);
  });
  afterAll((done) => {
    server.close(done);
    server.closeAllConnections();
  });

  it('is left alone after three questions without an answer; what was recorded stays, and the code says that it is not all', async () => {
    answers = 2;
    const { code, err } = await sluice('netbox', '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--token-file', file('token', 'a'.repeat(40)), '--out', 'half');
    expect(code).toBe(4);
    expect(err.match(/^No answer to GET /gm)).toHaveLength(3);
    expect(err).toMatch(/The recording stopped: no answers came any more, and \d+ known ones were not read\./);
    expect(readdirSync(join(cwd, 'half', '01-instance'))).toHaveLength(2);
  });
});

/** The contract's reader looks where SLUICE_RECORDINGS pointed when it was loaded. */
function readScenario(root: string): readonly Exchange[] {
  const kept = process.env['SLUICE_RECORDINGS'];
  process.env['SLUICE_RECORDINGS'] = root;
  try {
    let read: readonly Recorded[] = [];
    jest.isolateModules(() => { read = jest.requireActual<typeof Reader>('../../test/contract/netbox/recording').scenario(); });
    return read.filter((step) => step.kind === 'exchange');
  } finally {
    if (kept === undefined) delete process.env['SLUICE_RECORDINGS'];
    else process.env['SLUICE_RECORDINGS'] = kept;
  }
}
