import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sameSignature, signCall } from '../../../kernel/signature';
import { changeDigest } from '../../../netbox/change-digest';
import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Shown, Small } from '../../../../test/setup/small-netbox';

const SECRET = 'shared-gate-secret';
const VM = 'virtualization/virtual-machines/1/';

interface Question { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }
interface Manner { readonly status?: number; readonly body?: unknown; readonly secret?: string; readonly nonce?: string; readonly timestamp?: string; readonly silent?: boolean }

let netbox: Small;
let server: Server;
let url: string;
let manner: Manner;
let asked: Question[];

function answer(question: Question, response: ServerResponse): void {
  if (manner.silent === true) return;
  const body = typeof manner.body === 'string' ? manner.body : JSON.stringify(manner.body ?? { permitted: true, message: 'plan p-1 is ready', planId: 'p-1', digest: 'd' });
  const status = manner.status ?? 200;
  const timestamp = manner.timestamp ?? String(Math.floor(Date.now() / 1000));
  const nonce = manner.nonce ?? String(question.headers['x-sluice-nonce']);
  const signature = signCall({ secret: manner.secret ?? SECRET, methodOrStatus: String(status), pathAndQuery: question.path, timestamp, nonce, body });
  response.writeHead(status, { 'X-Sluice-Timestamp': timestamp, 'X-Sluice-Nonce': nonce, 'X-Sluice-Signature': signature }).end(body);
}

beforeEach(async () => {
  [manner, asked] = [{}, []];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const question = { path: request.url ?? '', headers: request.headers, body };
      asked.push(question);
      answer(question, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  netbox = await smallNetBox();
  await netbox.lab.gate({ url, secret: SECRET });
});
afterEach(async () => {
  await netbox.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

async function changed(name = 'CHG-1'): Promise<{ readonly id: number; readonly schema: string }> {
  const branch = await netbox.branch(name);
  await netbox.ask('alice', 'PATCH', VM, { memory: 4096 }, branch.schema);
  return branch;
}
const memory = async (): Promise<unknown> => (await netbox.ask('svc', 'GET', VM)).body['memory'];
const statusOf = async (id: number): Promise<string> => (await netbox.ask('svc', 'GET', `plugins/branching/branches/${id}/`)).body.status.value;

describe('Asking Sluice before a merge', () => {
  it('asks one signed question with the digest of the change diffs, and merges when permitted', async () => {
    const { id } = await changed();
    const rows = (await netbox.ask('svc', 'GET', `plugins/branching/changes/?branch_id=${id}`)).body.results;
    const digest = changeDigest(rows.map((row) => ({ objectType: String(row['object_type']), objectId: Number(row['object_id']), action: (row['action'] as { value: string }).value, lastUpdated: String(row['last_updated']) })));
    expect((await netbox.job('bob', id, 'merge')).status.value).toBe('completed');
    const [question] = asked;
    expect(JSON.parse(question?.body ?? '')).toEqual({ netbox: 'netbox', branchId: id, action: 'merge', changeDigest: digest });
    const header = (name: string): string => String(question?.headers[name]);
    const expected = signCall({ secret: SECRET, methodOrStatus: 'POST', pathAndQuery: '/api/intent/gate', timestamp: header('x-sluice-timestamp'), nonce: header('x-sluice-nonce'), body: question?.body ?? '' });
    expect(sameSignature(header('x-sluice-signature'), expected)).toBe(true);
    expect(await memory()).toBe(4096);
  });

  it.each<readonly [string, Manner, string]>([
    ['Sluice says no', { body: { permitted: false, message: 'still planning' } }, 'still planning'],
    ['the answer is not 200', { status: 503, body: { message: 'freeze' } }, 'freeze'],
    ['"permitted" is not the boolean true', { body: { permitted: 'true', message: 'odd' } }, 'odd'],
    ['the answer is signed with another secret', { secret: 'other' }, 'not signed'],
    ['the answer carries an old nonce', { nonce: 'n-0' }, 'not signed'],
    ['the answer carries an old timestamp', { timestamp: '1000000000' }, 'not signed'],
    ['the answer is no JSON', { body: 'yes' }, 'cannot be read'],
  ])('P30 ends the job with an error, and main untouched, when %s', async (_name, how, words) => {
    manner = how;
    const { id } = await changed();
    const job = await netbox.job('bob', id, 'merge');
    expect(job.status.value).toBe('errored');
    expect(job.error).toMatch(/^RuntimeError\(['"]Sluice does not permit this: /);
    expect(job.error).toContain(words);
    expect([await memory(), await statusOf(id)]).toEqual([2048, 'ready']);
  });

  it('P30 takes silence and a closed port for a no', async () => {
    manner = { silent: true };
    const { id } = await changed();
    expect((await netbox.job('bob', id, 'merge')).error).toContain('did not answer within 3 s');
    await netbox.lab.gate({ url: 'http://127.0.0.1:9', secret: SECRET });
    expect((await netbox.job('bob', id, 'merge')).error).toContain('did not answer');
    expect([await memory(), await statusOf(id)]).toEqual([2048, 'ready']);
  });

  it('does not ask for a dry run, and asks with "revert" before a revert, which a no leaves merged', async () => {
    const { id } = await changed();
    await netbox.job('bob', id, 'merge', { commit: false });
    expect(asked).toHaveLength(0);
    await netbox.job('bob', id, 'merge');
    manner = { body: { permitted: false, message: 'the guest exists' } };
    expect((await netbox.job('bob', id, 'revert')).error).toContain('the guest exists');
    expect([(JSON.parse(asked.at(-1)?.body ?? '') as Shown)['action'], await statusOf(id), await memory()]).toEqual(['revert', 'merged', 4096]);
  });

  it('merges ungated when the gate is taken away', async () => {
    await netbox.lab.noGate();
    const { id } = await changed();
    expect((await netbox.job('bob', id, 'merge')).status.value).toBe('completed');
    expect(asked).toHaveLength(0);
  });
});
