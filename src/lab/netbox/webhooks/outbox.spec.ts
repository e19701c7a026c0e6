import { createHmac } from 'node:crypto';
import { smallNetBox, webhookSeed, webhookSink } from '../../../../test/setup/small-netbox';
import type { Sink, Small } from '../../../../test/setup/small-netbox';

let sink: Sink;
let netbox: Small;
beforeEach(async () => {
  sink = await webhookSink();
  netbox = await smallNetBox({ seed: webhookSeed(`${sink.url}/hook`, ['branch_merged', 'branch_reverted', 'object_created', 'object_updated', 'object_deleted']) });
});
afterEach(async () => {
  await netbox.close();
  await sink.close();
});
const VM = 'virtualization/virtual-machines/1/';
const edit = (memory: number, branch?: string): Promise<unknown> => netbox.ask('alice', 'PATCH', VM, { memory }, branch);
const memories = (): readonly unknown[] => sink.got.map(({ text }) => (JSON.parse(text) as { data: { memory: number } }).data.memory);

describe('Webhooks', () => {
  it('signs the bytes it sends with HMAC-SHA512, and sends nothing while the seed runs', async () => {
    expect(sink.got).toHaveLength(0);
    await edit(4096);
    await sink.count(1);
    const [first] = sink.got;
    expect(first?.signature).toBe(createHmac('sha512', 'hook-secret').update(first?.text ?? '', 'utf8').digest('hex'));
    expect(first?.text.startsWith('{"event": "updated", "timestamp": "')).toBe(true);
    expect(first?.text).toContain('"vcpus": 2.0');
    expect(JSON.parse(first?.text ?? '')).toMatchObject({ username: 'alice', object_type: 'virtualization.virtualmachine', snapshots: { prechange: { memory: 2048 }, postchange: { memory: 4096, vcpus: '2.00' } }, context: { active_branch: null } });
  });

  it('sends the object events of a merge first and in the author\'s name, then branch_merged with the branch alone', async () => {
    const { id, schema } = await netbox.branch('CHG-1');
    await edit(4096, schema);
    await sink.count(2);
    sink.got.length = 0;
    await netbox.job('bob', id, 'merge');
    expect(sink.got.map(({ event }) => event)).toEqual(['updated', 'branch_merged']);
    const merged = JSON.parse(sink.got[1]?.text ?? '') as { username: string; request_id: null; data: Record<string, unknown> };
    expect([merged.username, merged.request_id]).toEqual(['bob', null]);
    expect(Object.keys(merged.data)).toEqual(['created', 'last_updated', 'description', 'comments', 'name', 'owner', 'schema_id', 'status', 'applied_migrations', 'last_sync', 'merged_time', 'merged_by', 'merge_strategy', 'custom_fields', 'tags', 'id']);
    expect(merged.data).toMatchObject({ id, status: 'merged', merged_by: 3, owner: 2 });
  });

  it('sends nothing for a dry run and for a merge that failed', async () => {
    const { id, schema } = await netbox.branch('CHG-2');
    await edit(4096, schema);
    await netbox.ask('alice', 'POST', 'virtualization/virtual-machines/', { name: 'twin', cluster: 1 }, schema);
    await netbox.ask('admin', 'POST', 'virtualization/virtual-machines/', { name: 'twin', cluster: 1 });
    await netbox.lab.idle();
    sink.got.length = 0;
    await netbox.job('bob', id, 'merge', { commit: false });
    await netbox.job('bob', id, 'merge');
    expect(sink.got).toHaveLength(0);
  });

  it('loses, doubles and turns round the next deliveries on order, and sends the last one again', async () => {
    await netbox.lab.act({ do: 'tamper-webhooks', how: 'drop', next: 1 });
    await edit(1);
    await edit(2);
    await sink.count(1);
    expect(memories()).toEqual([2]);
    await netbox.lab.act({ do: 'tamper-webhooks', how: 'duplicate', next: 1 });
    await edit(3);
    await sink.count(3);
    expect(memories()).toEqual([2, 3, 3]);
    await netbox.lab.act({ do: 'tamper-webhooks', how: 'reorder', next: 2, event: 'updated' });
    await edit(4);
    await edit(5);
    await sink.count(5);
    expect(memories()).toEqual([2, 3, 3, 5, 4]);
    await netbox.lab.act({ do: 'redeliver-webhook' });
    await sink.count(6);
    expect(sink.got.at(-1)?.text).toBe(sink.got[4]?.text);
    expect((await netbox.lab.deliveries()).map(({ result }) => result)).toEqual(['dropped', 200, 200, 200, 200, 200, 200]);
  });

  it('does not try again when nobody answers', async () => {
    await netbox.ask('admin', 'PATCH', 'extras/webhooks/1/', { payload_url: 'http://127.0.0.1:9/hook' });
    await edit(7);
    await netbox.lab.idle();
    const deliveries = await netbox.lab.deliveries();
    expect(deliveries).toHaveLength(1);
    expect(typeof deliveries[0]?.result).toBe('string');
  });

  it('fires a rule only when its conditions hold', async () => {
    await netbox.ask('admin', 'PATCH', 'extras/event-rules/1/', { conditions: { and: [{ attr: 'memory', op: 'gte', value: 1000 }, { attr: 'status.value', value: 'active' }] } });
    await edit(999);
    await edit(1000);
    await netbox.lab.idle();
    expect(memories()).toEqual([1000]);
  });
});
