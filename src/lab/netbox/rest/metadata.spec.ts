import { secretOf, smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';
import { testsOwn } from '../../proxmox';

let netbox: Small;
beforeAll(async () => { netbox = await smallNetBox(); });
afterAll(() => netbox.close());

interface Metadata { readonly name: string; readonly actions?: Readonly<Record<string, Readonly<Record<string, { readonly type: string; readonly required: boolean; readonly read_only: boolean; readonly children?: object }>>>> }
async function options(person: string, path: string): Promise<Metadata> {
  const { key, secret } = secretOf(person);
  return (await (await fetch(`${netbox.url}/api/${path}`, { method: 'OPTIONS', headers: { 'User-Agent': testsOwn, Authorization: `Bearer nbt_${key}.${secret}` } })).json()) as Metadata;
}

describe('OPTIONS', () => {
  it('tells every field of the objects to those who may write them', async () => {
    const { name, actions } = await options('admin', 'virtualization/virtual-machines/');
    expect([name, Object.keys(actions ?? {})]).toEqual(['Virtual Machine List', ['POST', 'PUT']]);
    expect(actions?.['POST']).toMatchObject({ name: { type: 'string', required: true, read_only: false, max_length: 64 }, cluster: { type: 'nested object', required: false }, created: { type: 'datetime', read_only: true } });
  });

  it('tells no more than one may do', async () => {
    expect((await options('svc', 'virtualization/virtual-machines/1/')).actions).toHaveProperty('PUT');
    expect(await options('carol', 'virtualization/virtual-machines/')).toMatchObject({ name: 'Virtual Machine List', parses: ['application/json', 'multipart/form-data'] });
    expect((await options('carol', 'virtualization/virtual-machines/')).actions).toBeUndefined();
    expect(Object.keys((await options('carol', 'plugins/branching/branches/')).actions ?? {})).toEqual(['POST']);
  });
});
