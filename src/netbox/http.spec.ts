// What a NetBox behind a bad day says, and what the client makes of it (P26, P30, P40).
import type { ServerResponse } from 'node:http';
import { scriptedHttp, sendJson, type Asked, type ScriptedHttp } from '../../test/setup/scripted-http';
import { until } from '../../test/setup/until';
import { openNetBox, type NetBoxHttp } from './http';
import { netboxReader } from './reader';

const statusBody = { 'netbox-version': '4.5.10', plugins: { netbox_branching: '1.1.2' }, 'rq-workers-running': 1 };
let server: ScriptedHttp | undefined;
let http: NetBoxHttp | undefined;

async function client(answer: (asked: Asked, response: ServerResponse, nth: number) => void, options: { readonly token?: string; readonly timeoutMillis?: number; readonly path?: string } = {}): Promise<NetBoxHttp> {
  server = await scriptedHttp(answer);
  http = openNetBox({ name: 'main', url: `${server.url}${options.path ?? ''}`, token: options.token ?? 'nbt_k.verysecret', retryMillis: 1, timeoutMillis: options.timeoutMillis ?? 5_000 });
  return http;
}
afterEach(async () => {
  await http?.close();
  await server?.close();
});

describe('tokens', () => {
  it.each([['nbt_abcdefghijkl.secret', 'Bearer nbt_abcdefghijkl.secret'], ['0123456789abcdef0123456789abcdef01234567', 'Token 0123456789abcdef0123456789abcdef01234567']])('tells v2 from v1 by shape: %s', async (token, header) => {
    await netboxReader(await client((_asked, response) => sendJson(response, 200, statusBody), { token })).status();
    expect(server?.asked[0]?.headers.authorization).toBe(header);
  });

  it('P40 never says the token in a fault', async () => {
    const seen = await netboxReader(await client((asked, response) => sendJson(response, 500, { error: `bad header ${asked.headers.authorization}` }))).status();
    expect(seen.ok).toBe(false);
    expect(JSON.stringify(seen)).not.toContain('verysecret');
  });
});

describe('an answer that cannot be believed is not observed, in words', () => {
  const cases: readonly [string, (response: ServerResponse) => void, RegExp][] = [
    ['a proxy page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>'), /text\/html instead of JSON: <html>welcome/],
    ['a cut body', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"netbox-ver'), /cut or no JSON/],
    ['a connection that breaks in the body', (response) => { response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' }).write('{"netb'); response.socket?.destroy(); }, /closed|terminated|socket|reset/i],
    ['a 500 in JSON', (response) => sendJson(response, 500, { error: 'boom', exception: 'AttributeError' }), /500: .*boom/],
    ['a wrong token (always 403)', (response) => sendJson(response, 403, { detail: 'Invalid token' }), /403: .*Invalid token/],
    ['a redirect', (response) => response.writeHead(301, { location: 'https://elsewhere/' }).end(), /redirects/],
    ['JSON of another kind', (response) => sendJson(response, 200, { hello: 'world' }), /not a status of NetBox/],
  ];
  it.each(cases)('%s', async (_name, answer, words) => {
    const seen = await netboxReader(await client((_asked, response) => answer(response))).status();
    expect(seen.ok ? 'observed' : seen.error.kind).toBe('not-observed');
    expect(seen.ok ? '' : seen.error.text).toMatch(words);
    expect(seen.ok ? '' : seen.error.where).toContain('NetBox main');
  });

  it('a slow answer, once, without trying again', async () => {
    const seen = await netboxReader(await client(() => undefined, { timeoutMillis: 60 })).status();
    expect(seen.ok ? '' : seen.error.text).toMatch(/no answer within 60 ms/);
    expect(server?.asked).toHaveLength(1);
  });

  it('nobody listening', async () => {
    const reader = netboxReader(await client((_asked, response) => sendJson(response, 200, statusBody)));
    await server?.close();
    const seen = await reader.status();
    expect(seen.ok ? '' : seen.error.text).toMatch(/ECONNREFUSED/);
  });
});

describe('reads are tried again', () => {
  it.each([429, 502, 503])('after %i, resting as long as Retry-After says', async (status) => {
    const reader = netboxReader(await client((_asked, response, nth) => (nth < 3 ? sendJson(response, status, {}, { 'retry-after': '0' }) : sendJson(response, 200, statusBody))));
    expect(await reader.status()).toMatchObject({ ok: true, value: { version: '4.5.10', branching: '1.1.2', workers: 1 } });
    expect(server?.asked).toHaveLength(3);
  });

  it('not when the server asks for a long rest, not after 500, and three times at most', async () => {
    const reader = netboxReader(await client((_asked, response) => sendJson(response, 503, {}, { 'retry-after': '3600' })));
    await reader.status();
    expect(server?.asked).toHaveLength(1);
    await server?.close();
    await netboxReader(await client((_asked, response) => sendJson(response, 500, {}))).status();
    expect(server?.asked).toHaveLength(1);
    await server?.close();
    const seen = await netboxReader(await client((_asked, response) => sendJson(response, 503, { detail: 'busy' }))).status();
    expect(server?.asked).toHaveLength(3);
    expect(seen.ok).toBe(false);
  });
});

it('keeps at most four calls in flight', async () => {
  const held: ServerResponse[] = [];
  let most = 0;
  const reader = netboxReader(await client((_asked, response) => { held.push(response); most = Math.max(most, held.length); }));
  const all = Promise.all(Array.from({ length: 9 }, () => reader.status()));
  for (let answered = 0; answered < 9; answered += 1) {
    await until(() => held.length === Math.min(4, 9 - answered), 'the next four calls');
    const one = held.shift();
    if (one !== undefined) sendJson(one, 200, statusBody);
  }
  expect((await all).every((seen) => seen.ok)).toBe(true);
  expect(most).toBe(4);
});

it('keeps a path in front of /api', async () => {
  await netboxReader(await client((_asked, response) => sendJson(response, 200, statusBody), { path: '/netbox/' })).status();
  expect(server?.asked[0]?.path).toBe('/netbox/api/status/');
});
