// Bytes on the wire beside transcripts of the real HTTP server (its AnyEvent.pm, with methods of a probe). The simulator has no
// such methods: each transport fact is played on a real one, and the table says on which.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRecorded } from '../setup/recordings';
import { headerOf, parsed, rawHttps, type RawAnswer, type RawConnection } from '../setup/raw-https';
import { secretOf, specCluster, specGuest, type SpecCluster } from '../setup/proxmox-cluster';
import { tokenIdOf, userOf } from '../../src/lab/proxmox';

const file = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared'), 'recordings', 'proxmox', 'http-wire-vectors.txt');
const base = '/api2/json';
const rootCredential = 'PVEAPIToken=root@pam!lab=root-secret';
const credentialOf = (name: 'destroy' | 'create'): string => `PVEAPIToken=${tokenIdOf(name)}=${secretOf(name)}`;
const form = 'application/x-www-form-urlencoded';

interface Ask { readonly method: string; readonly path: string; readonly type?: string; readonly body?: string; readonly credential?: string; readonly more?: string }
const wire = ({ method, path, type, body, credential = rootCredential, more = '' }: Ask): string =>
  `${method} ${path} HTTP/1.1\r\nHost: pve\r\nAuthorization: ${credential}\r\n${type === undefined ? '' : `Content-Type: ${type}\r\n`}${body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`}${more}\r\n${body ?? ''}`;

/** Transcript by its words -> what is asked here, and whether the texts are the same ones, not only the shape. */
const rows: Readonly<Record<string, { readonly ask: Ask; readonly sameTexts?: true; readonly sameParams?: true }>> = {
  '/die': { ask: { method: 'DELETE', path: `${base}/nodes/pve1/qemu/100` }, sameTexts: true },
  '/multi': { ask: { method: 'PUT', path: `${base}/access/acl`, type: form, body: `path=%2Fvms%2F102&roles=SluiceDestroyOne&users=${userOf('create')}&propagate=0`, credential: credentialOf('create') } },
  '/param': { ask: { method: 'POST', path: `${base}/nodes/pve1/qemu`, type: form, body: 'vmid=99&name=_' } },
  '/perm': { ask: { method: 'GET', path: `${base}/nodes/pve1/qemu/100/config`, credential: credentialOf('destroy') }, sameTexts: true },
  '/null': { ask: { method: 'PUT', path: `${base}/nodes/pve1/qemu/101/config`, type: form, body: 'description=x' }, sameTexts: true },
  '/total': { ask: { method: 'GET', path: `${base}/nodes/pve1/tasks` } },
  '/nothing': { ask: { method: 'GET', path: `${base}/nothing` }, sameTexts: true },
  '/noauth': { ask: { method: 'GET', path: `${base}/version`, credential: 'PVEAPIToken=root@pam!lab=wrong' }, sameTexts: true },
  '/echo?a=1&a=2&b=x%3By;c=3&d=a+b&e=%C3%BC&f': { ask: { method: 'GET', path: `${base}/nodes?a=1&a=2&b=x%3By;c=3&d=a+b&e=%C3%BC&f` }, sameParams: true },
  '-X POST -d a=1&a=2&sshkeys=ssh-rsa%2520AAA%252Bb': { ask: { method: 'POST', path: `${base}/pools`, type: form, body: 'a=1&a=2&sshkeys=ssh-rsa%2520AAA%252Bb' }, sameParams: true },
  '-X POST -H Content-Type: application/json -d {"a":true,"b":["x","y"],"n":5}': { ask: { method: 'POST', path: `${base}/pools?q=1`, type: 'application/json', body: '{"a":true,"b":["x","y"],"n":5}' }, sameParams: true },
  '-X PUT -H Content-Type: application/json -d {}': { ask: { method: 'PUT', path: `${base}/access/users/root@pam`, type: 'application/json', body: '{}' } },
  '-X DELETE -d purge=1': { ask: { method: 'DELETE', path: `${base}/nodes/pve1/qemu/101`, type: form, body: 'purge=1' }, sameTexts: true },
  '-X DELETE': { ask: { method: 'DELETE', path: `${base}/nodes/pve1/qemu/101?purge=1` } },
  '-X POST -H Content-Type: text/plain -d x': { ask: { method: 'POST', path: `${base}/pools`, type: 'text/plain', body: 'x' }, sameTexts: true },
  '-X POST -H Transfer-Encoding: chunked -d a=1': { ask: { method: 'POST', path: `${base}/pools`, type: form, more: 'Transfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n' }, sameTexts: true },
  '-X PATCH': { ask: { method: 'PATCH', path: `${base}/version` }, sameTexts: true },
  '-I': { ask: { method: 'HEAD', path: `${base}/version` }, sameTexts: true },
  '-X POST': { ask: { method: 'POST', path: `${base}/nodes/pve1/qemu/102/status/start` } },
  '-X POST -H Content-Type: application/json -d {bad': { ask: { method: 'POST', path: `${base}/pools`, type: 'application/json', body: '{bad' }, sameTexts: true },
  '/echo/UPID%3Apve1%3A00/status': { ask: { method: 'GET', path: `${base}/nodes/pve1/qemu/%31%30%30/status/current` } },
  '/api2/extjs/die': { ask: { method: 'DELETE', path: '/api2/extjs/nodes/pve1/qemu/100' }, sameTexts: true },
  '/api2/yaml/die': { ask: { method: 'GET', path: '/api2/yaml/die' }, sameTexts: true },
  '/api2/': { ask: { method: 'GET', path: '/api2/' }, sameTexts: true },
  '-X POST --data-binary @big -H Expect:': { ask: { method: 'POST', path: `${base}/pools`, type: form, body: 'x'.repeat(512 * 1024 + 1) }, sameTexts: true },
};

/** `### curl WORDS http://127.0.0.1:18985/api2/json/echo`: the words, or the path where there are none. */
function transcripts(): readonly { readonly words: string; readonly answer: RawAnswer }[] {
  return readFileSync(file, 'utf8').split(/^### curl /m).slice(1).map((block) => {
    const [command = '', ...rest] = block.split('\n');
    const [, words = '', path = ''] = /^(.*?) ?http:\/\/127\.0\.0\.1:18985(\S+)$/.exec(command) ?? [];
    const answer = parsed(rest.join('\n').replace(/\n\n?(?:### [\s\S]*)?$/, ''), true);
    if (answer === null) throw new Error(`not read: ${command}`);
    return { words: words === '' ? path.replace(/^\/api2\/json/, '') : words, answer };
  });
}

/** Where Perl stood, and which VM it was about, is the probe's own. */
const text = (given: string): string => given.replace(/ at \S*AnyEvent\.pm line \d+\./, ' at AnyEvent.pm').trim();
const inOrder = (body: string): unknown => (body.trim().startsWith('{') ? JSON.parse(body) as unknown : text(body));

describe('the wire of the simulated Proxmox', () => {
  let cluster: SpecCluster;
  const raw = (): Promise<RawConnection> => rawHttps(cluster.sim.nodes[0]?.url ?? '', cluster.sim.caPem);
  const once = async (ask: string): Promise<RawAnswer | null> => {
    const connection = await raw();
    const answer = await connection.ask(ask);
    connection.close();
    return answer;
  };
  beforeAll(async () => { cluster = await specCluster([specGuest(100, { running: true }), specGuest(101), specGuest(102, { pool: 'sluice-intake' })], { unauthorizedDelayMillis: 60, idleMillis: 250 }); });
  afterAll(() => cluster.close());

  describeRecorded('proxmox', 'beside the transcripts', () => {
    it('has a stand-in for each', () => {
      expect(transcripts().map(({ words }) => words).sort()).toEqual(Object.keys(rows).sort());
    });

    it.each(Object.keys(rows))('%s', async (words) => {
      const real = transcripts().find((each) => each.words === words)?.answer;
      const { ask, sameTexts, sameParams } = rows[words] ?? { ask: { method: '', path: '' } };
      const ours = await once(wire(ask));
      if (real === undefined || ours === null) throw new Error('no answer');
      const names = (answer: RawAnswer): readonly string[] => [...new Set(answer.headers.map(([name]) => name))].sort();
      expect(names(ours)).toEqual(names(real));
      for (const name of ['Cache-Control', 'Pragma', 'Server', 'Content-Type']) expect([name, headerOf(ours, name)]).toEqual([name, headerOf(real, name)]);
      // Parameters that no method takes are refused here; the probe took any.
      if (sameParams === true) {
        const noted = (await cluster.lab.requests()).entries.at(-1);
        expect({ ...noted?.params }).toEqual((JSON.parse(real.body) as { data: { params: unknown } }).data.params);
        return;
      }
      // The probe stood alone; here a daemon behind may have said its word before.
      expect(headerOf(ours, 'Connection').at(-1)).toBe(headerOf(real, 'Connection').at(-1));
      expect(ours.status).toBe(real.status);
      if (ours.status >= 400 && headerOf(ours, 'Content-Length').length > 0 && ask.method !== 'HEAD') expect(Buffer.byteLength(ours.body)).toBe(Number(headerOf(ours, 'Content-Length')[0]));
      if (sameTexts === true) expect([text(ours.reason), inOrder(ours.body)]).toEqual([text(real.reason), inOrder(real.body)]);
      else if (ours.body.startsWith('{')) expect(Object.keys(JSON.parse(ours.body) as object).sort()).toEqual(Object.keys(JSON.parse(real.body) as object).sort());
    });
  });

  it('sends the first line of a text of several as the reason, all of it in the body', async () => {
    const answer = await once(wire(rows['/multi']?.ask ?? { method: '', path: '' }));
    const message = (JSON.parse(answer?.body ?? '{}') as { message?: string }).message ?? '';
    expect([answer?.reason, message.split('\n').length]).toEqual(['ACL update failed: 400 Parameter verification failed.', 3]);
  });

  it('ends a connection with its hundredth answer', async () => {
    const connection = await raw();
    const said: (readonly string[])[] = [];
    for (let n = 0; n < 100; n += 1) said.push(headerOf(await connection.ask(wire({ method: 'GET', path: `${base}/version` })) ?? { status: 0, reason: '', headers: [], body: '' }, 'Connection'));
    expect([...new Set(said.slice(0, 99).flat()), said.at(-1)]).toEqual(['Keep-Alive', ['close']]);
    await connection.closed;
  });

  it('closes a connection that is silent for its time, and nothing before', async () => {
    const connection = await raw();
    await connection.ask(wire({ method: 'GET', path: `${base}/version` }));
    const before = Date.now();
    await connection.closed;
    expect(Date.now() - before).toBeGreaterThanOrEqual(200);
  });

  it('takes a head of less than 8 KiB and 64 lines, and hangs up on more without a word', async () => {
    const lines = (count: number): string => Array.from({ length: count }, (_each, index) => `X-${index}: y\r\n`).join('');
    const version = { method: 'GET', path: `${base}/version` };
    expect((await once(wire({ ...version, more: `X-Long: ${'y'.repeat(7000)}\r\n` })))?.status).toBe(200);
    expect(await once(wire({ ...version, more: `X-Long: ${'y'.repeat(9000)}\r\n` }))).toBeNull();
    expect((await once(wire({ ...version, more: lines(60) })))?.status).toBe(200);
    expect(await once(wire({ ...version, more: lines(63) }))).toBeNull();
  });

  it('takes a body of 512 KiB', async () => {
    expect((await once(wire({ method: 'POST', path: `${base}/pools`, type: form, body: `poolid=big&comment=${'x'.repeat(512 * 1024 - 19)}` })))?.status).not.toBe(501);
  });

  it('holds back a refusal of the caller', async () => {
    const before = Date.now();
    const answer = await once(`GET ${base}/nodes HTTP/1.1\r\nHost: pve\r\n\r\n`);
    expect([answer?.status, answer?.reason, answer?.body]).toEqual([401, 'No ticket', '']);
    expect(Date.now() - before).toBeGreaterThanOrEqual(55);
  });

  it('dies over a text that latin-1 cannot say, and lets the connection run out', async () => {
    expect(await once(wire({ method: 'GET', path: `${base}/nodes/${encodeURIComponent('Ж')}/qemu` }))).toBeNull();
  });
});
