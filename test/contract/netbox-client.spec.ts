// Sluice's own client against the simulated NetBox: what the one says the other must understand, also when answers are lost.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openNetBox, netboxReader, netboxWriter, verifyHook } from '../../src/netbox';
import type { NetBoxHttp } from '../../src/netbox';
import { readBranchContent } from '../../src/intent/branch-reader';
import { secretOf, smallNetBox, webhookSeed, webhookSink } from '../setup/small-netbox';
import type { Sink, Small } from '../setup/small-netbox';

let sink: Sink;
let netbox: Small;
let http: NetBoxHttp;
beforeEach(async () => {
  sink = await webhookSink();
  netbox = await smallNetBox({ seed: webhookSeed(sink.url, ['branch_merged', 'branch_reverted']) });
  const { key, secret } = secretOf('svc');
  http = openNetBox({ name: 'netbox', url: netbox.url, token: `nbt_${key}.${secret}`, retryMillis: 1 });
});
afterEach(async () => {
  await http.close();
  await netbox.close();
  await sink.close();
});
const VMS = 'virtualization/virtual-machines';
const seen = async (id: number): Promise<Readonly<Record<string, unknown>>> => (await netbox.ask('admin', 'GET', `${VMS}/${id}/`)).body;

describe('Sluice\'s NetBox client and the simulated NetBox', () => {
  it('reads versions, branches, change diffs over several pages and who changed what', async () => {
    const reader = netboxReader(http);
    expect(await reader.status()).toMatchObject({ ok: true, value: { version: '4.5.10', branching: '1.1.2', workers: 1 } });
    const { id, schema } = await netbox.branch('CHG-1');
    await netbox.ask('alice', 'POST', `${VMS}/`, Array.from({ length: 120 }, (_none, index) => ({ name: `bulk-${index}`, cluster: 1 })), schema);
    const diffs = await reader.changeDiffs(id);
    expect(diffs.ok && diffs.value.length).toBe(120);
    const log = await reader.branchChangeLog(schema);
    expect(log.ok && [log.value.length, log.value[0]?.userName]).toEqual([120, 'alice']);
    const ready = await reader.branches('ready');
    expect(ready.ok && ready.value.map((branch) => [branch.name, branch.owner?.username])).toEqual([['CHG-1', 'alice']]);
    expect(await reader.object(VMS, 999)).toEqual({ ok: true, value: null });
  });

  it('names the branch to the gate by the digest that Sluice computes from its own reading', async () => {
    const asked: string[] = [];
    const gate = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => asked.push((JSON.parse(chunk.toString('utf8')) as { changeDigest: string }).changeDigest));
      request.on('end', () => response.writeHead(500).end());
    });
    await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
    await netbox.lab.gate({ url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`, secret: 's' });
    const { id, schema } = await netbox.branch('CHG-1');
    await netbox.ask('alice', 'PATCH', `${VMS}/1/`, { memory: 4096 }, schema);
    await netbox.ask('alice', 'POST', 'virtualization/virtual-disks/', { virtual_machine: 1, name: 'scsi0', size: 1024 }, schema);
    const read = await readBranchContent(netboxReader(http), id);
    await netbox.job('bob', id, 'merge');
    expect(read.ok && read.value.kind === 'content' && read.value.changeDigest).toBe(asked[0]);
    await new Promise<void>((resolve) => { gate.close(() => resolve()); gate.closeAllConnections(); });
  });

  it('believes the webhook of a merge and of a revert', async () => {
    const { id, schema } = await netbox.branch('CHG-1');
    await netbox.ask('alice', 'PATCH', `${VMS}/1/`, { memory: 4096 }, schema);
    await netbox.job('bob', id, 'merge');
    await netbox.job('bob', id, 'revert');
    const hooks = sink.got.map(({ text, signature }) => verifyHook('hook-secret', Buffer.from(text), signature));
    expect(hooks.map((hook) => hook.ok && [hook.value.kind, hook.value.kind === 'other' ? null : hook.value.branchId])).toEqual([['merged', id], ['reverted', id]]);
  });

  it('writes once under the expected last_updated and refuses a moved one', async () => {
    const writer = netboxWriter(http);
    const before = String((await seen(1))['last_updated']);
    expect((await writer.patch(VMS, 1, { memory: 3000 }, 'run 1', before)).class).toBe('written');
    expect((await writer.patch(VMS, 1, { memory: 3001 }, 'run 2', before)).class).toBe('not-written');
    expect((await writer.create(VMS, { name: 'made', cluster: 1 }, 'run 3')).class).toBe('written');
    expect((await writer.create(VMS, { name: 'elsewhere', cluster: 2 }, 'run 4')).class).toBe('not-written');
    expect((await seen(1))['memory']).toBe(3000);
  });

  it.each([['answer-lost', 5000], ['reset', 2048], ['html', 2048]] as const)('P26 calls a write unknown after "%s", whatever came of it', async (fault, memory) => {
    const before = String((await seen(1))['last_updated']);
    await netbox.lab.fault({ match: { method: 'PATCH' }, fault });
    expect((await netboxWriter(http).patch(VMS, 1, { memory: 5000 }, 'run', before)).class).toBe('unknown');
    expect((await seen(1))['memory']).toBe(memory);
  });
});
