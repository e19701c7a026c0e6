import { createServer as createPlain } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, createServer as createTcp, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { generate } from 'selfsigned';
import { Bug, type ConfigDigest, type Fresh, type GuestId, type Vmid } from '../kernel';
import type { GuestIdentity } from '../guest';
import { openProxmox, type ProxmoxHttp, type ProxmoxHttpOptions } from './http';
import type { ProxmoxConnection } from './connection';
import { writeOutcome } from './outcome';
import { until } from '../../test/setup/until';
import { configure, destroy, lend, reads, start, type WriteRequest } from './requests';

const secret = 'canary-5f1c-secret';
const token = { id: 'u@pve!t', secret };
const guest = { value: { kind: 'qemu', cluster: 'c', vmid: 100 as Vmid, uuid: 'u', ctime: null, guestId: 'g' as GuestId }, digest: 'a'.repeat(40) as ConfigDigest, node: 'pve1' } as unknown as Fresh<GuestIdentity>;
const upid = 'UPID:pve1:0001E240:00BC614E:6774A5C0:qmstart:100:u@pve!t:';

interface Asked { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }
type Answering = (response: ServerResponse, nth: number, asked: Asked) => void;
interface Node { readonly url: string; readonly asked: Asked[]; answer: Answering; close(): Promise<void> }

/** Long enough for a busy machine to connect, short enough to wait for. */
const short = { readMillis: 1500, writeMillis: 1500 };

const json = (status: number, body: unknown): Answering => (response) => { response.writeHead(status, { 'content-type': 'application/json', connection: status >= 400 ? 'close' : 'keep-alive' }).end(JSON.stringify(body)); };
const data = (value: unknown): Answering => json(200, { data: value });
const reset: Answering = (response) => { response.socket?.destroy(); };
const silence: Answering = () => undefined;
const html: Answering = (response) => { response.writeHead(200, { 'content-type': 'text/html' }).end('<html>maintenance</html>'); };
const truncated: Answering = (response) => { response.writeHead(200, { 'content-length': '100' }).write('{"data":"UPID', () => response.socket?.destroy()); };

describe('the way out to Proxmox', () => {
  let certificate: { readonly cert: string; readonly private: string };
  const nodes: Node[] = [];
  const clients: ProxmoxHttp[] = [];
  const servers: (Server | TcpServer)[] = [];

  beforeAll(async () => {
    certificate = await generate([{ name: 'commonName', value: 'spec' }], { keyType: 'ec', extensions: [{ name: 'basicConstraints', cA: true }, { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }] });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function node(answer: Answering): Promise<Node> {
    const asked: Asked[] = [];
    const server = createServer({ cert: certificate.cert, key: certificate.private }, (request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece)).on('end', () => {
        const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString('utf8') };
        asked.push(one);
        made.answer(response, asked.length, one);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const made: Node = { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answer, close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }) };
    nodes.push(made);
    return made;
  }

  function client(urls: ProxmoxConnection['urls'], options: ProxmoxHttpOptions = {}, tls: Partial<ProxmoxConnection> = {}): ProxmoxHttp {
    const made = openProxmox({ cluster: 'c', urls, caPem: certificate.cert, verifyTls: true, version: '8.4', ...tls }, { readMillis: 15_000, writeMillis: 15_000, connectMillis: 10_000, pause: () => Promise.resolve(), ...options });
    clients.push(made);
    return made;
  }
  const outcome = async (http: ProxmoxHttp, request: WriteRequest) => writeOutcome(await http.send(token, request), request);
  const freePort = async (): Promise<string> => {
    const server = createTcp();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return `https://127.0.0.1:${port}`;
  };

  describe('what goes over the wire', () => {
    it('sends the token, a form with a length and no chunks, and asks for no compression', async () => {
      const one = await node(data(null));
      await client([one.url]).send(token, configure(guest, { kind: 'description', text: 'a b=ä;&\n%' }));
      expect(one.asked).toEqual([{ method: 'PUT', url: '/api2/json/nodes/pve1/qemu/100/config', body: `description=a%20b%3D%C3%A4%3B%26%0A%25&digest=${'a'.repeat(40)}`, headers: expect.objectContaining({ authorization: `PVEAPIToken=u@pve!t=${secret}`, 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(one.asked[0]?.body.length) }) as unknown }]);
      expect(one.asked[0]?.headers['transfer-encoding']).toBeUndefined();
      expect(one.asked[0]?.headers['accept-encoding']).toBeUndefined();
    });

    it('P16 puts parameters of GET into the query and nothing at all into a DELETE', async () => {
      const one = await node(data(upid));
      const http = client([one.url]);
      await http.send(token, reads.isVmidFree(100 as Vmid));
      await http.send(token, destroy(guest));
      expect(one.asked.map(({ method, url, body, headers }) => [method, url, body, headers['content-length']])).toEqual([['GET', '/api2/json/cluster/nextid?vmid=100', '', undefined], ['DELETE', '/api2/json/nodes/pve1/qemu/100', '', undefined]]);
    });

    it('gives a POST without parameters a length of zero', async () => {
      const one = await node(data(upid));
      expect(await outcome(client([one.url]), start(guest))).toEqual({ class: 'started', upid });
      expect([one.asked[0]?.body, one.asked[0]?.headers['content-length']]).toEqual(['', '0']);
    });

    it('does not send what Proxmox\'s schema refuses', async () => {
      const one = await node(data(null));
      await expect(client([one.url]).send(token, configure(guest, { kind: 'cores', cores: 0 }))).rejects.toThrow(Bug);
      await expect(client([one.url]).send(token, { ...start(guest), params: { skipplock: 1 } })).rejects.toThrow('skipplock');
      expect(one.asked).toEqual([]);
    });

    it('asks at most two things at once of a node', async () => {
      const waiting: (() => void)[] = [];
      const one = await node((response, nth, asked) => {
        if (asked.url.includes('/pve2/')) data(null)(response, nth, asked);
        else waiting.push(() => { data(null)(response, nth, asked); });
      });
      const http = client([one.url], { readMillis: 15_000 });
      const all = Array.from({ length: 4 }, () => http.send(token, reads.nodeFacts('pve1')));
      // What is asked of another node afterwards is answered: whatever was let through had arrived by then.
      await until(() => waiting.length === 2);
      await http.send(token, reads.nodeFacts('pve2'));
      expect(waiting).toHaveLength(2);
      for (let answered = 0; answered < 4; answered++) {
        await until(() => waiting.length > answered);
        waiting[answered]?.();
      }
      expect((await Promise.all(all)).map((each) => each.kind)).toEqual(Array.from({ length: 4 }, () => 'answered'));
    });
  });

  describe('P26 writes', () => {
    it.each([['a reset', reset], ['silence', silence], ['a page of HTML', html], ['a truncated answer', truncated], ['a slow drip', ((response) => { response.writeHead(200).write('{'); }) as Answering]])('go out once and end unknown after %s', async (_name, answering) => {
      const one = await node(answering);
      const other = await node(data(upid));
      expect((await outcome(client([one.url, other.url], short), start(guest))).class).toBe('unknown');
      expect([one.asked.length, other.asked.length]).toEqual([1, 0]);
    });

    it('go to the next node when the first refused the connection, or answered 595', async () => {
      const other = await node(data(upid));
      expect((await outcome(client([await freePort(), other.url]), start(guest))).class).toBe('started');
      const away = await node((response) => { response.writeHead(595, 'No route to host', { connection: 'close' }).end(); });
      expect((await outcome(client([away.url, other.url]), start(guest))).class).toBe('started');
      expect([away.asked.length, other.asked.length]).toEqual([1, 2]);
    });

    it('do not go to the next node after 596 or 502', async () => {
      const other = await node(data(upid));
      for (const status of [596, 502]) {
        const one = await node((response) => { response.writeHead(status, 'x', { connection: 'close' }).end(); });
        expect((await outcome(client([one.url, other.url]), start(guest))).class).toBe('unknown');
      }
      expect(other.asked).toEqual([]);
    });

    it('are certainly not applied when nobody could be reached', async () => {
      expect(await outcome(client([await freePort()]), start(guest))).toMatchObject({ class: 'not-applied', transient: true, text: expect.stringContaining('ECONNREFUSED') as string });
    });

    it('P15 send a loan to the guest\'s own node alone', async () => {
      const own = await freePort();
      const other = await node(data(null));
      const http = client([{ node: 'pve2', url: other.url }, { node: 'pve1', url: own }]);
      expect((await outcome(http, lend(guest, 'user', 'd@pve!d'))).class).toBe('not-applied');
      expect(other.asked).toEqual([]);
      expect((await outcome(client([other.url]), lend(guest, 'user', 'd@pve!d'))).class).toBe('applied');
    });
  });

  describe('reads', () => {
    const version = reads.version();

    it.each([['a reset', reset], ['502', json(502, {})], ['503', json(503, {})], ['429', json(429, {})], ['a page of HTML', html], ['a truncated answer', truncated]])('are asked again after %s', async (_name, bad) => {
      const one = await node((response, nth, asked) => (nth < 3 ? bad : data({ version: '8.4' }))(response, nth, asked));
      expect(await client([one.url]).send(token, version)).toMatchObject({ kind: 'answered', status: 200 });
      expect(one.asked).toHaveLength(3);
    });

    it('are asked three times at most, with pauses that differ', async () => {
      const one = await node(reset);
      const pauses: number[] = [];
      expect(await client([one.url], { pause: (millis) => { pauses.push(millis); return Promise.resolve(); } }).send(token, version)).toMatchObject({ kind: 'lost' });
      expect(one.asked).toHaveLength(3);
      expect(pauses).toHaveLength(2);
      expect((pauses[0] ?? 0) >= 200 && (pauses[0] ?? 0) <= 600 && (pauses[1] ?? 0) >= 400 && (pauses[1] ?? 0) <= 1200).toBe(true);
    });

    it.each([[400], [401], [403], [500], [501]])('are not asked again after %i', async (status) => {
      const one = await node(json(status, { data: null, message: 'x' }));
      const other = await node(data(null));
      expect(await client([one.url, other.url]).send(token, version)).toMatchObject({ status });
      expect([one.asked.length, other.asked.length]).toEqual([1, 0]);
    });

    it('go to the other node when the first is silent, and there first from then on', async () => {
      const one = await node(silence);
      const other = await node(data({}));
      const http = client([one.url, other.url], short);
      expect(await http.send(token, version)).toMatchObject({ status: 200 });
      expect(await http.send(token, version)).toMatchObject({ status: 200 });
      expect([one.asked.length, other.asked.length]).toEqual([1, 2]);
    });

    it('give up on a half-open connection at the deadline', async () => {
      const one = await node(silence);
      expect(await client([one.url], short).send(token, version)).toMatchObject({ kind: 'lost', timedOut: true, text: expect.stringContaining('within 1.5 s') as string });
      expect(one.asked).toHaveLength(1);
    });

    it('survive a server that closes kept connections', async () => {
      const one = await node((response, nth, asked) => { data(nth)(response, nth, asked); if (nth === 1) response.on('finish', () => { setImmediate(() => response.socket?.destroy()); }); });
      const http = client([one.url]);
      expect(await http.send(token, version)).toMatchObject({ data: 1 });
      expect(await http.send(token, version)).toMatchObject({ status: 200 });
    });
  });

  describe('the two classic mistakes get a sentence', () => {
    it('a certificate that is not trusted names caFile and verifyTls, and nothing was sent', async () => {
      const one = await node(data({}));
      expect(await client([one.url], {}, { caPem: null }).send(token, reads.version())).toMatchObject({ kind: 'not-sent', passing: false, text: expect.stringMatching(/not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\).*caFile.*verifyTls/) as string });
      expect(one.asked).toEqual([]);
      expect(await client([one.url], {}, { caPem: null, verifyTls: false }).send(token, reads.version())).toMatchObject({ status: 200 });
    });

    it('a certificate of another name is not trusted either', async () => {
      const one = await node(data({}));
      expect(await client([one.url.replace('127.0.0.1', 'localhost')]).send(token, reads.version())).toMatchObject({ kind: 'not-sent', text: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string });
    });

    it('plain HTTP on an HTTPS port, and the reverse', async () => {
      const one = await node(data({}));
      expect(await client([one.url.replace('https', 'http')]).send(token, reads.version())).toMatchObject({ text: expect.stringContaining('has to begin with https://') as string });
      const plain = createPlain((_request, response) => response.end('{"data":null}'));
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
      servers.push(plain as unknown as Server);
      expect(await client([`https://127.0.0.1:${(plain.address() as AddressInfo).port}`]).send(token, reads.version())).toMatchObject({ kind: 'not-sent', text: expect.stringContaining('does not speak TLS') as string });
      const redirecting = createPlain((_request, response) => response.writeHead(301, { location: 'https://pve1:8006/', connection: 'close' }).end());
      await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
      servers.push(redirecting as unknown as Server);
      expect(await client([`http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`]).send(token, reads.version())).toMatchObject({ status: 301, message: expect.stringContaining('has to begin with https://') as string });
    });
  });

  it('P26 gives each write a connection of its own, so that no dying one makes its outcome unknown', async () => {
    const ports = { GET: [] as unknown[], POST: [] as unknown[] };
    const one = await node((response, nth, asked) => { ports[asked.method === 'GET' ? 'GET' : 'POST'].push(response.socket?.remotePort); (asked.method === 'GET' ? data({}) : data(upid))(response, nth, asked); });
    const http = client([one.url]);
    for (let n = 0; n < 3; n++) {
      await http.send(token, reads.version());
      expect((await outcome(http, start(guest))).class).toBe('started');
    }
    expect(new Set(ports.POST).size).toBe(3);
    expect(ports.POST.filter((port) => ports.GET.includes(port))).toEqual([]);
  });

  it('P26 does not send later what ran into its deadline before there was a connection', async () => {
    const one = await node(data(upid));
    const { port } = new URL(one.url);
    const held: Socket[] = [];
    let open = false;
    const through = (socket: Socket): void => {
      const onward = connect(Number(port), '127.0.0.1');
      socket.on('error', () => onward.destroy()).pipe(onward).on('error', () => socket.destroy()).pipe(socket);
    };
    const slow = createTcp((socket) => {
      held.push(socket);
      if (open) through(socket);
    });
    servers.push(slow);
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    const http = client([`https://127.0.0.1:${(slow.address() as AddressInfo).port}`], { writeMillis: 100, readMillis: 15_000, connectMillis: 20_000 });
    expect(await outcome(http, start(guest))).toMatchObject({ class: 'not-applied' });
    open = true;
    held.forEach(through);
    await until(() => held[0]?.destroyed === true || one.asked.length > 0);
    expect(await http.send(token, reads.version())).toMatchObject({ status: 200 });
    expect(one.asked.map((each) => each.method)).toEqual(['GET']);
    for (const socket of held) socket.destroy();
  });

  it('P26 sends nothing after it was closed, and what was under way then is unknown', async () => {
    const one = await node(silence);
    const http = client([one.url], { writeMillis: 20_000 });
    const underWay = outcome(http, start(guest));
    await until(() => one.asked.length === 1);
    await http.close();
    expect((await underWay).class).toBe('unknown');
    expect((await outcome(http, start(guest))).class).toBe('not-applied');
    expect(one.asked).toHaveLength(1);
  });

  it.each(['https://u:p@pve1:8006', 'https://pve1:8006/api2', 'pve1:8006', ''])('refuses the URL %j and says how it looks', (url) => {
    expect(() => openProxmox({ cluster: 'c', urls: [url], caPem: null, verifyTls: true, version: '8.4' })).toThrow('https://pve1.example.org:8006');
  });

  it('P40 lets no secret into a text, whoever echoes it', async () => {
    const echo: Answering = (response, _nth, asked) => { response.writeHead(500, { connection: 'close' }).end(JSON.stringify({ data: null, message: `you sent ${asked.headers.authorization}; once more: ${secret}`, errors: { x: secret } })); };
    const one = await node(echo);
    expect(JSON.stringify(await client([one.url]).send(token, reads.version()))).not.toContain(secret);
    one.answer = (response) => { response.writeHead(200).end(`<html>${secret}</html>`); };
    expect(JSON.stringify(await client([one.url]).send(token, reads.version()))).not.toContain(secret);
  });
});
