// What a simulated NetBox 4.6.8 does that a 4.5.10 does not. Each difference is seen from both sides.
import { testsOwn } from '../proxmox';
import { secretOf, smallNetBox, webhookSeed, webhookSink } from '../../../test/setup/small-netbox';
import type { Shown, Sink, Small } from '../../../test/setup/small-netbox';

const VMS = 'virtualization/virtual-machines/';
const VM = `${VMS}1/`;
const TYPES = 'virtualization/virtual-machine-types/';

interface Heard { readonly status: number; readonly etag: string | null; readonly body: Shown }

let sink: Sink;
let netbox46: Small;
let netbox45: Small;
const both = async <T>(ask: (netbox: Small) => Promise<T>): Promise<readonly [T, T]> => [await ask(netbox46), await ask(netbox45)];

async function say(netbox: Small, method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Heard> {
  const { key, secret } = secretOf('admin');
  const response = await fetch(`${netbox.url}/api/${path}`, { method, headers: { Authorization: `Bearer nbt_${key}.${secret}`, 'Content-Type': 'application/json', 'User-Agent': testsOwn, ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag'), body: (text === '' ? {} : JSON.parse(text)) as Shown };
}
const admin46 = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Heard> => say(netbox46, method, path, body, headers);
const make = async (path: string, body: unknown): Promise<Shown> => {
  const made = await admin46('POST', path, body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
};

beforeAll(async () => {
  sink = await webhookSink();
  const seed = webhookSeed(sink.url, ['object_updated', 'object_created']);
  netbox46 = await smallNetBox({ version: '4.6.8', seed });
  netbox45 = await smallNetBox({ seed });
});
afterAll(async () => {
  await netbox46.close();
  await netbox45.close();
  await sink.close();
});

describe('The version', () => {
  it('is told by the status and by every answer of the API', async () => {
    const [after, before] = await both(async ({ url }) => fetch(`${url}/api/status/`, { headers: { 'User-Agent': testsOwn, Authorization: `Bearer nbt_${secretOf('admin').key}.${secretOf('admin').secret}` } }));
    expect([after.headers.get('api-version'), before.headers.get('api-version')]).toEqual(['4.6', '4.5']);
    expect([((await after.json()) as Shown)['netbox-version'], ((await before.json()) as Shown)['netbox-version']]).toEqual(['4.6.8', '4.5.10']);
  });
});

describe('ETag and If-Match', () => {
  it('go with the answers about one object, and only with them', async () => {
    const [after, before] = await both((netbox) => say(netbox, 'GET', VM));
    expect(after.etag).toBe(`W/"${String(after.body['last_updated']).replace('Z', '+00:00')}"`);
    expect(before.etag).toBeNull();
    const made = await admin46('POST', VMS, { name: 'etag', cluster: 1 });
    expect(made.etag).toBe(`W/"${String(made.body['last_updated']).replace('Z', '+00:00')}"`);
    for (const path of [VMS, 'users/users/1/', 'status/']) expect((await admin46('GET', path)).etag).toBeNull();
    expect((await admin46('POST', VMS, [{ name: 'etag-bulk', cluster: 1 }])).etag).toBeNull();
    const { id } = await netbox46.branch('etags');
    expect((await admin46('GET', `plugins/branching/branches/${id}/`)).etag).toBeNull();
  });

  it('refuse a write to an object that has changed since, tell the current tag, and let a writer with it pass', async () => {
    const seen = await admin46('GET', VM);
    const changed = await admin46('PATCH', VM, { memory: 3000 }, { 'If-Match': String(seen.etag) });
    expect([changed.status, changed.etag === seen.etag]).toEqual([200, false]);
    for (const method of ['PATCH', 'PUT', 'DELETE']) {
      const refused = await admin46(method, VM, { memory: -1 }, { 'If-Match': String(seen.etag) });
      expect([refused.status, refused.body, refused.etag]).toEqual([412, { detail: 'Precondition failed.' }, changed.etag]);
    }
    expect((await admin46('PATCH', VM, { memory: 3001 }, { 'If-Match': `"other", ${String(changed.etag)}` })).status).toBe(200);
    expect((await admin46('PATCH', VM, { memory: 3002 }, { 'If-Match': '*' })).status).toBe(200);
    expect((await say(netbox45, 'PATCH', VM, { memory: 3002 }, { 'If-Match': '"other"' })).status).toBe(200);
  });

  it('use the time of creation of what a merge has made', async () => {
    const { id, schema } = await netbox46.branch('etag of merged');
    const { body } = await netbox46.ask('alice', 'POST', VMS, { name: 'merged', cluster: 1 }, schema);
    await netbox46.job('bob', id, 'merge');
    const merged = await admin46('GET', `${VMS}${body.id}/`);
    expect(merged.body['last_updated']).toBeNull();
    expect(merged.etag).toBe(`W/"${String(merged.body['created']).replace('.000000', '').replace('Z', '+00:00')}"`);
  });
});

describe('Pages by cursor', () => {
  const ids = (answer: Heard): readonly number[] => answer.body.results.map((row) => row.id);

  it('come in the order of the ids, without a count, until one is not full', async () => {
    await make(TYPES, ['c', 'b', 'a'].map((name) => ({ name, slug: name })));
    const first = await admin46('GET', `${TYPES}?start=0&limit=2&brief=true`);
    expect(first.body).toMatchObject({ count: null, previous: null, next: `${netbox46.url}/api/${TYPES}?brief=true&limit=2&start=3` });
    const second = await admin46('GET', `${TYPES}?start=3&limit=2`);
    expect([ids(first), ids(second), second.body['next']]).toEqual([[1, 2], [3], null]);
  });

  it('exclude an offset and an order, and want a number', async () => {
    const said = async (query: string): Promise<readonly unknown[]> => { const { status, body } = await admin46('GET', `${VMS}?${query}`); return [status, body]; };
    expect(await said('start=1&offset=1')).toEqual([400, ["'start' and 'offset' are mutually exclusive."]]);
    expect(await said('start=1&ordering=name')).toEqual([400, ['Ordering cannot be specified in conjunction with cursor-based pagination.']]);
    expect(await said('start=-1')).toEqual([400, ["Invalid 'start' parameter: must be a non-negative integer."]]);
    expect((await say(netbox45, 'GET', `${VMS}?start=x&limit=1`)).body['count']).toBe(1);
  });
});

describe('Tags', () => {
  const tagsOf = (heard: Heard): readonly string[] => (heard.body['tags'] as readonly { readonly slug: string }[]).map((tag) => tag.slug);

  it('are added and removed without naming the others', async () => {
    await make('extras/tags/', [{ name: 'Web', slug: 'web' }, { name: 'Old', slug: 'old' }]);
    const vm = (await make(VMS, { name: 'tagged', cluster: 1, add_tags: [{ slug: 'old' }], remove_tags: [{ slug: 'old' }] })).id;
    expect(tagsOf(await admin46('PATCH', `${VMS}${vm}/`, { add_tags: [{ slug: 'web' }] }))).toEqual(['old', 'web']);
    expect(tagsOf(await admin46('PATCH', `${VMS}${vm}/`, { remove_tags: [{ slug: 'old' }], add_tags: [{ slug: 'prod' }] }))).toEqual(['prod', 'web']);
    const refused = await admin46('PATCH', `${VMS}${vm}/`, { tags: [{ slug: 'old' }], add_tags: [{ slug: 'web' }] });
    expect([refused.status, refused.body]).toEqual([400, { tags: ['Cannot specify "tags" together with "add_tags" or "remove_tags".'] }]);
    expect(tagsOf(await say(netbox45, 'PATCH', VM, { remove_tags: [{ slug: 'prod' }] }))).toEqual(['prod']);
  });

  it('find what has any of them; what 4.5 does not know it ignores', async () => {
    const count = async (netbox: Small, query: string): Promise<unknown> => (await say(netbox, 'GET', `${VMS}?${query}`)).body['count'];
    expect([await count(netbox46, 'name=tagged&name=web-01&tag=web&tag=prod'), await count(netbox46, 'name=tagged&name=web-01&tag__any=web&tag__any=prod'), await count(netbox46, 'name=tagged&name=web-01&tag__n=web')]).toEqual([1, 2, 1]);
    expect([await count(netbox45, 'tag__any=nothing'), await count(netbox45, 'tag__n=prod')]).toEqual([1, 0]);
  });
});

describe('Types of virtual machines', () => {
  it('give a new VM what it was not given, and are counted and protected by their VMs', async () => {
    const platform = await make('dcim/platforms/', { name: 'Debian', slug: 'debian' });
    const type = await make(TYPES, { name: 'Small', slug: 'small', default_platform: platform.id, default_vcpus: 2, default_memory: 4096 });
    const vm = await make(VMS, { name: 'typed', cluster: 1, memory: 1024, virtual_machine_type: { slug: 'small' } });
    expect(vm).toMatchObject({ vcpus: 2, memory: 1024, platform: { slug: 'debian' }, virtual_machine_type: { id: type.id, name: 'Small', slug: 'small' } });
    expect(Object.keys(vm).indexOf('virtual_machine_type')).toBe(Object.keys(vm).indexOf('name') + 1);
    expect((await admin46('PATCH', `${VMS}${vm.id}/`, { memory: null })).body['memory']).toBeNull();
    expect((await admin46('GET', `${TYPES}${type.id}/`)).body['virtual_machine_count']).toBe(1);
    expect((await admin46('GET', `${VMS}?virtual_machine_type_id=${type.id}`)).body['count']).toBe(1);
    expect((await admin46('DELETE', `${TYPES}${type.id}/`)).body).toEqual({ detail: `Unable to delete object. 1 dependent objects were found: typed (${vm.id})` });
    expect((await admin46('POST', TYPES, { name: 'SMALL', slug: 'other' })).body).toEqual({ __all__: ['Virtual machine type name must be unique.'] });
  });

  it('travel with a merge', async () => {
    const { id, schema } = await netbox46.branch('typed in a branch');
    const made = await netbox46.ask('admin', 'POST', VMS, { name: 'typed-2', cluster: 1, virtual_machine_type: { slug: 'small' } }, schema);
    expect((await netbox46.job('bob', id, 'merge')).status.value).toBe('completed');
    expect((await admin46('GET', `${VMS}${made.body.id}/`)).body).toMatchObject({ vcpus: 2, memory: 4096, virtual_machine_type: { slug: 'small' } });
  });

  it('do not exist in 4.5, neither as objects nor on a VM', async () => {
    expect((await fetch(`${netbox45.url}/api/${TYPES}`, { headers: { 'User-Agent': testsOwn } })).status).toBe(404);
    const vm = await say(netbox45, 'POST', VMS, { name: 'typed', cluster: 1, virtual_machine_type: 1 });
    expect([vm.status, 'virtual_machine_type' in vm.body]).toEqual([201, false]);
    const types = async (netbox: Small): Promise<unknown> => (await say(netbox, 'GET', 'core/object-types/?model=virtualmachinetype')).body['count'];
    expect(await both(types)).toEqual([1, 0]);
    const field = { name: 'of_types', type: 'text', object_types: ['virtualization.virtualmachinetype'] };
    expect(await both(async (netbox) => (await say(netbox, 'POST', 'extras/custom-fields/', field)).status)).toEqual([201, 400]);
  });
});

describe('A VM on a device', () => {
  let device: number;
  const home = { device_type: 1, role: 1, site: 1 };

  beforeAll(async () => {
    for (const netbox of [netbox46, netbox45]) {
      await say(netbox, 'POST', 'dcim/manufacturers/', { name: 'Acme', slug: 'acme' });
      await say(netbox, 'POST', 'dcim/device-types/', { manufacturer: 1, model: 'Node', slug: 'node' });
      await say(netbox, 'POST', 'dcim/device-roles/', { name: 'Host', slug: 'host' });
      device = (await say(netbox, 'POST', 'dcim/devices/', { ...home, name: 'alone' })).body.id;
      await say(netbox, 'POST', 'dcim/devices/', { ...home, name: 'member', cluster: 1 });
      await say(netbox, 'POST', 'dcim/sites/', { name: 'MUC', slug: 'muc' });
    }
  });

  it('needs no cluster, and is then in the site of the device', async () => {
    const [after, before] = await both((netbox) => say(netbox, 'POST', VMS, { name: 'standalone', device }));
    expect([after.status, after.body['cluster'], after.body['site']]).toEqual([201, null, expect.objectContaining({ slug: 'fra' })]);
    expect([before.status, before.body]).toEqual([400, { cluster: ['A virtual machine must be assigned to a site and/or cluster.'] }]);
  });

  it('needs the cluster of a device that is in one, and the site of a device that is alone', async () => {
    const refused = async (body: unknown): Promise<unknown> => (await admin46('POST', VMS, body)).body;
    expect(await refused({ name: 'x' })).toEqual({ __all__: ['A virtual machine must be assigned to a site, cluster, or device.'] });
    expect(await refused({ name: 'x', device: device + 1 })).toEqual({ cluster: ["Must specify the assigned device's cluster (pve-a) when assigning host device member."] });
    expect(await refused({ name: 'x', device: device + 1, cluster: 2 })).toEqual({ device: ['The selected device (member) is not assigned to this cluster (pve-b).'] });
    expect(await refused({ name: 'x', device, site: 2 })).toEqual({ site: ['The selected device (alone) is not assigned to this site (MUC).'] });
    expect((await admin46('POST', VMS, { name: 'x', device: device + 1, cluster: 1 })).status).toBe(201);
  });

  it('has a name of its own on that device and for its tenant', async () => {
    await make('tenancy/tenants/', { name: 'Shop', slug: 'shop' });
    expect((await admin46('POST', VMS, { name: 'STANDALONE', device })).body).toEqual({ __all__: ['Virtual machine name must be unique per device.'] });
    await make(VMS, { name: 'standalone', device, tenant: 1 });
    expect((await admin46('POST', VMS, { name: 'standalone', device, tenant: 1 })).body).toEqual({ __all__: ['Virtual machine name must be unique per device and tenant.'] });
    await make(VMS, { name: 'twice', cluster: 1, tenant: 1 });
    expect((await admin46('POST', VMS, { name: 'twice', cluster: 1, tenant: 1 })).body).toEqual({ __all__: ['Virtual machine name must be unique per cluster and tenant.'] });
  });
});

describe('Events and jobs', () => {
  const bodiesOf = (name: string): readonly Shown[] => sink.got.map((got) => JSON.parse(got.text) as Shown).filter((body) => (body['data'] as Shown)['name'] === name);

  it('tell the request that caused them, after the data; a merge is told as a request to the root', async () => {
    const seen = sink.got.length;
    await make(VMS, { name: 'told', cluster: 1 });
    await say(netbox45, 'POST', VMS, { name: 'untold', cluster: 1 });
    const { id, schema } = await netbox46.branch('told by a merge');
    await netbox46.ask('alice', 'POST', VMS, { name: 'told-merged', cluster: 1 }, schema);
    await netbox46.job('bob', id, 'merge');
    await sink.count(seen + 3);
    const [told] = bodiesOf('told');
    expect(told?.['request']).toEqual({ id: told?.['request_id'], method: 'POST', path: `/api/${VMS}`, user: 'admin' });
    expect(Object.keys(told ?? {})).toEqual(['event', 'timestamp', 'object_type', 'username', 'request_id', 'data', 'request', 'snapshots', 'context']);
    expect(bodiesOf('untold')[0]).not.toHaveProperty('request');
    expect(bodiesOf('told-merged').at(-1)?.['request']).toMatchObject({ method: 'GET', path: '/', user: 'alice' });
  });

  it('tell whom a job tells', async () => {
    const { id } = await netbox45.branch('for its job');
    const [after, before] = await both((netbox) => say(netbox, 'GET', 'core/jobs/?limit=1'));
    expect(id).toBeGreaterThan(0);
    expect(after.body.results[0]?.['notifications']).toEqual({ value: 'always', label: 'Always' });
    expect(before.body.results[0]).not.toHaveProperty('notifications');
  });
});
