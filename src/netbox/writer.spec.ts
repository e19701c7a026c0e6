// One write: compared before, sent once, read back after; three outcome classes and nothing in between (P10, P11, P26).
import type { ServerResponse } from 'node:http';
import { scriptedHttp, sendJson, type Asked, type ScriptedHttp } from '../../test/setup/scripted-http';
import { openNetBox, type NetBoxHttp } from './http';
import type { NetBoxWriter } from './ports';
import { netboxWriter } from './writer';

const stamp = '2026-11-20T19:30:46.070960Z';
const vm = { id: 9, name: 'a', status: { value: 'active', label: 'Active' }, cluster: { id: 1 }, description: 'old', last_updated: stamp, custom_fields: { sluice_guest_id: null, other: 'kept' } };
let server: ScriptedHttp;
let http: NetBoxHttp;

async function writing(answer: (asked: Asked, response: ServerResponse, nth: number) => void): Promise<NetBoxWriter> {
  server = await scriptedHttp(answer);
  http = openNetBox({ name: 'main', url: server.url, token: 'nbt_k.s', retryMillis: 1, timeoutMillis: 300 });
  return netboxWriter(http);
}
afterEach(async () => {
  await http.close();
  await server.close();
});
const writes = (): readonly Asked[] => server.asked.filter((asked) => asked.method !== 'GET');
/** Reads answer the VM, with the fields of the write once one was answered. */
const holding = (write: (asked: Asked, response: ServerResponse) => void, after: object = {}) => (asked: Asked, response: ServerResponse): void => {
  if (asked.method === 'GET') sendJson(response, 200, { ...vm, ...(writes().length > 0 ? after : {}) });
  else write(asked, response);
};
const target = 'virtualization/virtual-machines';

describe('patch', () => {
  it('P11 is written when it reads back as sent, with the message in the change log', async () => {
    const writer = await writing(holding((_asked, response) => sendJson(response, 200, vm), { description: 'new', custom_fields: { sluice_guest_id: 'g', other: 'kept' } }));
    const end = await writer.patch(target, 9, { description: 'new', status: 'active', cluster: 1, custom_fields: { sluice_guest_id: 'g' } }, 'Sluice job 7', stamp);
    expect(end).toMatchObject({ class: 'written', value: { id: 9, description: 'new' } });
    expect(writes()[0]?.body).toMatchObject({ changelog_message: 'Sluice job 7', description: 'new' });
    expect(server.asked.map((asked) => asked.method)).toEqual(['GET', 'PATCH', 'GET']);
  });

  it('P10 sends nothing when somebody else touched the object since it was read', async () => {
    const writer = await writing(holding((_asked, response) => sendJson(response, 200, vm)));
    expect(await writer.patch(target, 9, { description: 'new' }, 'm', '2026-11-20T00:00:00Z')).toMatchObject({ class: 'not-written', status: 412, text: expect.stringContaining(stamp) as string });
    expect(await writer.patch(target, 9, { description: 'new' }, 'm', null)).toMatchObject({ class: 'not-written', status: 412 });
    expect(writes()).toHaveLength(0);
  });

  it('compares null too: an object made by a merge was never updated', async () => {
    const writer = await writing((asked, response) => sendJson(response, 200, { ...vm, last_updated: writes().length > 0 ? stamp : null, description: 'new', method: asked.method }));
    expect(await writer.patch(target, 9, { description: 'new' }, 'm', null)).toMatchObject({ class: 'written' });
  });

  it('P10 sends If-Match where NetBox gives an ETag (4.6)', async () => {
    const writer = await writing((asked, response) => (asked.method === 'GET' ? sendJson(response, 200, vm, { etag: `W/"${stamp}"` }) : sendJson(response, 412, { detail: 'Precondition failed.' })));
    expect(await writer.patch(target, 9, { description: 'new' }, 'm', stamp)).toMatchObject({ class: 'not-written', status: 412 });
    expect(writes()[0]?.headers['if-match']).toBe(`W/"${stamp}"`);
  });

  it('P11 is not called written when NetBox ignored a field that it does not know', async () => {
    const writer = await writing(holding((_asked, response) => sendJson(response, 200, vm)));
    expect(await writer.patch(target, 9, { sluice_typo: 'x' }, 'm', stamp)).toMatchObject({ class: 'unknown', text: expect.stringContaining('sluice_typo') as string });
  });

  const outcomes: readonly [string, (response: ServerResponse) => void, string, number | undefined][] = [
    ['400 with field errors', (response) => sendJson(response, 400, { custom_fields: ['Unknown field name'] }), 'not-written', 400],
    ['403', (response) => sendJson(response, 403, { detail: 'no' }), 'not-written', 403],
    ['404 outside the token\'s constraint', (response) => sendJson(response, 404, { detail: 'Not found.' }), 'not-written', 404],
    ['429', (response) => sendJson(response, 429, {}), 'not-written', 429],
    ['500', (response) => sendJson(response, 500, { error: 'x' }), 'unknown', undefined],
    ['502', (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>'), 'unknown', undefined],
    ['503', (response) => sendJson(response, 503, {}), 'unknown', undefined],
    ['200 in HTML', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 'unknown', undefined],
    ['200 cut', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": 9'), 'unknown', undefined],
    ['a connection that breaks', (response) => response.socket?.destroy(), 'unknown', undefined],
    ['silence', () => undefined, 'unknown', undefined],
  ];
  it.each(outcomes)('P26 %s is sent once and classed', async (_name, answer, wanted, status) => {
    const writer = await writing(holding((_asked, response) => answer(response)));
    const end = await writer.patch(target, 9, { description: 'new' }, 'm', stamp);
    expect(end).toMatchObject({ class: wanted, ...(status === undefined ? {} : { status }) });
    expect(writes()).toHaveLength(1);
  });

  it('P26 is unknown when the read-back fails, and not written when nothing could be sent', async () => {
    const writer = await writing((asked, response) => (asked.method === 'GET' && writes().length > 0 ? sendJson(response, 500, {}) : sendJson(response, 200, vm)));
    expect(await writer.patch(target, 9, { description: 'old' }, 'm', stamp)).toMatchObject({ class: 'unknown' });
    await server.close();
    expect(await writer.patch(target, 9, { description: 'old' }, 'm', stamp)).toMatchObject({ class: 'not-written', status: 0 });
  });
});

describe('create', () => {
  it('P11 reads the new object back', async () => {
    const writer = await writing((asked, response) => (asked.method === 'POST' ? sendJson(response, 201, { ...vm, id: 12 }) : sendJson(response, 200, { ...vm, id: 12 })));
    expect(await writer.create(target, { name: 'a', cluster: 1, tags: [{ slug: 't' }] }, 'm')).toMatchObject({ class: 'written', value: { id: 12 } });
    expect(server.asked[1]?.path).toBe('/api/virtualization/virtual-machines/12/');
  });

  it('P26 is unknown when the answer was lost, and never sent again', async () => {
    const writer = await writing((_asked, response) => { response.socket?.destroy(); });
    expect(await writer.create(target, { name: 'a' }, 'm')).toMatchObject({ class: 'unknown' });
    expect(writes()).toHaveLength(1);
  });
});
