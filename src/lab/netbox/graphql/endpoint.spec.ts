import { secretOf, smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';
import { testsOwn } from '../../proxmox';

let netbox: Small;
beforeAll(async () => { netbox = await smallNetBox(); });
afterAll(() => netbox.close());

interface Answer { readonly status: number; readonly type: string | null; readonly text: string; readonly data: unknown; readonly errors: readonly string[] }
async function ask(person: string, query: string, variables: Readonly<Record<string, unknown>> = {}, branch?: string): Promise<Answer> {
  const { key, secret } = secretOf(person);
  const headers = { 'User-Agent': testsOwn, 'Content-Type': 'application/json', ...(person === '' ? {} : { Authorization: `Bearer nbt_${key}.${secret}` }), ...(branch === undefined ? {} : { 'X-NetBox-Branch': branch }) };
  const response = await fetch(`${netbox.url}/graphql/`, { method: 'POST', headers, body: JSON.stringify(query === '' ? {} : { query, variables }) });
  const [text, type] = [await response.text(), response.headers.get('content-type')];
  const body = type === 'application/json' ? (JSON.parse(text) as { data: unknown; errors?: readonly { message: string }[] }) : { data: undefined };
  return { status: response.status, type, text, data: body.data, errors: (body.errors ?? []).map(({ message }) => message) };
}

describe('GraphQL of the simulated NetBox', () => {
  it('shows objects with what they lead to: numbers in texts for ids and decimals, choices raw', async () => {
    const { data } = await ask('admin', '{ virtual_machine(id: 1) { id name status vcpus memory cluster { id name type { slug } } tags { slug } interfaces { name enabled } virtualdisks { size } } }');
    expect(data).toEqual({ virtual_machine: { id: '1', name: 'web-01', status: 'active', vcpus: '2.00', memory: 2048, cluster: { id: '1', name: 'pve-a', type: { slug: 'proxmox' } }, tags: [{ slug: 'prod' }], interfaces: [{ name: 'net0', enabled: true }], virtualdisks: [] } });
  });

  it('shows nobody more than REST would: what may not be seen is not there, in lists and behind references', async () => {
    expect((await ask('carol', '{ virtual_machine_list { id } cluster_list { name } }')).data).toEqual({ virtual_machine_list: [], cluster_list: [] });
    expect((await ask('carol', '{ virtual_machine(id: 1) { id } }')).errors).toEqual(['VirtualMachine matching query does not exist.']);
    expect((await ask('svc', '{ virtual_machine(id: 1) { cluster { name } tags { slug } changelog { action } } }')).data).toEqual({ virtual_machine: { cluster: { name: 'pve-a' }, tags: [], changelog: [{ action: 'create' }] } });
  });

  it('filters, and pages after it has filtered; a filter that does not exist is refused, never ignored', async () => {
    const names = async (given: string): Promise<unknown> => (await ask('admin', `{ cluster_list(${given}) { name } }`)).data;
    expect(await names('filters: {name: {i_contains: "PVE"}}, pagination: {offset: 1, limit: 1}')).toEqual({ cluster_list: [{ name: 'pve-b' }] });
    expect(await names('filters: {id: {in_list: ["2"]}, OR: {name: {exact: "pve-a"}}}')).toEqual({ cluster_list: [{ name: 'pve-a' }, { name: 'pve-b' }] });
    expect(await names('filters: {NOT: {type: {slug: {starts_with: "prox"}}}}')).toEqual({ cluster_list: [] });
    expect((await ask('admin', '{ cluster_list(filters: {colour: "red"}) { name } }')).errors).toEqual(["Field 'colour' is not defined by type 'ClusterFilter'."]);
  });

  it('works in the branch of the header, and breaks for one that is not ready', async () => {
    const { id, schema } = await netbox.branch('seen');
    await netbox.ask('alice', 'PATCH', 'virtualization/virtual-machines/1/', { memory: 4096 }, schema);
    const memory = '{ virtual_machine(id: 1) { memory changelog { user_name } } }';
    expect([(await ask('svc', memory, {}, schema)).data, (await ask('svc', memory)).data]).toEqual([{ virtual_machine: { memory: 4096, changelog: [{ user_name: 'alice' }] } }, { virtual_machine: { memory: 2048, changelog: [{ user_name: 'admin' }] } }]);
    await netbox.job('bob', id, 'merge');
    expect(await ask('svc', memory, {}, schema)).toMatchObject({ status: 200, data: null, errors: ["'HttpResponseBadRequest' object has no attribute 'schema_name'"] });
    expect(await ask('svc', memory, {}, 'zzzzzzzz')).toMatchObject({ status: 400, text: 'Invalid branch identifier' });
  });

  it.each([
    ['{ virtual_machine_list { nope } }', "Cannot query field 'nope' on type 'VirtualMachineType'. Did you mean 'name' or 'role'?"],
    ['{ branch_list { id } }', /^Cannot query field 'branch_list' on type 'Query'\./],
    ['{ ', 'Syntax Error: Expected Name, found <EOF>.'],
    ['mutation { x }', 'Schema is not configured to execute mutation operation.'],
    [`{ ${Array.from({ length: 11 }, (_all, index) => `a${index}: cluster_list { id }`).join(' ')} }`, '11 aliases found. Allowed: 10'],
  ])('refuses %s with a 200 and no data', async (query, message) => {
    const said = await ask('admin', query);
    expect([said.status, said.data, said.errors]).toEqual([200, null, [typeof message === 'string' ? message : expect.stringMatching(message)]]);
  });

  it('answers in plain text where there is no document, and in a page where there is no caller', async () => {
    expect(await ask('admin', '')).toMatchObject({ status: 400, type: 'text/plain', text: 'No GraphQL query found in the request' });
    expect(await ask('', '{ cluster_list { id } }')).toMatchObject({ status: 403, type: 'text/html; charset=utf-8', text: 'No credentials provided.' });
  });
});
