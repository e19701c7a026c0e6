import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeAll(async () => {
  const prefixes = [{ prefix: '10.0.0.0/29' }, { prefix: '10.0.1.0/31' }, { prefix: '10.0.2.0/30', is_pool: true }, { prefix: '2001:db8::/64' }, { prefix: '10.0.3.0/30', mark_utilized: true }];
  netbox = await smallNetBox({ seed: [{ as: 'admin', path: '/api/ipam/prefixes/', body: prefixes }, { as: 'admin', path: '/api/ipam/ip-addresses/', body: { address: '10.0.0.2/29' } }] });
});
afterAll(() => netbox.close());

const free = async (prefix: number): Promise<readonly string[]> => ((await netbox.ask('admin', 'GET', `ipam/prefixes/${prefix}/available-ips/?limit=4`)).body as unknown as readonly { address: string }[]).map(({ address }) => address);

describe('Free addresses of a prefix', () => {
  it.each([
    [1, ['10.0.0.1/29', '10.0.0.3/29', '10.0.0.4/29', '10.0.0.5/29']],
    [2, ['10.0.1.0/31', '10.0.1.1/31']],
    [3, ['10.0.2.0/30', '10.0.2.1/30', '10.0.2.2/30', '10.0.2.3/30']],
    [4, ['2001:db8::1/64', '2001:db8::2/64', '2001:db8::3/64', '2001:db8::4/64']],
    [5, []],
  ])('are, of prefix %i, neither taken nor its own network or broadcast, unless it is a pool or has no room for these', async (prefix, addresses) => {
    expect(await free(prefix)).toEqual(addresses);
  });

  it('are given out one or several at a time, and not at all when there are too few', async () => {
    const take = (body: unknown): ReturnType<Small['ask']> => netbox.ask('admin', 'POST', 'ipam/prefixes/1/available-ips/', body);
    expect((await take({ description: 'mine' })).body).toMatchObject({ address: '10.0.0.1/29', description: 'mine' });
    expect((await take([{}, {}])).body).toMatchObject([{ address: '10.0.0.3/29' }, { address: '10.0.0.4/29' }]);
    expect(await take([{}, {}, {}])).toMatchObject({ status: 409, body: { detail: 'Insufficient resources are available to satisfy the request' } });
    expect(await free(1)).toEqual(['10.0.0.5/29', '10.0.0.6/29']);
  });

  it('are given to those who may add addresses', async () => {
    expect((await netbox.ask('carol', 'POST', 'ipam/prefixes/1/available-ips/', {})).status).toBe(403);
    expect((await netbox.ask('alice', 'GET', 'ipam/prefixes/1/available-ips/')).status).toBe(404);
  });
});
