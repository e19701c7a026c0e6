import { secretOf, smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeAll(async () => { netbox = await smallNetBox(); });
afterAll(() => netbox.close());

const check = async (authorization: string): Promise<readonly [number, unknown]> => {
  const { status, body } = await netbox.ask(authorization, 'GET', 'authentication-check/');
  return [status, body['detail'] ?? body['username']];
};
const { key, secret } = secretOf('svc');

describe('Tokens', () => {
  it('names the caller of a v1 and of a v2 token, whatever the keyword', async () => {
    expect(await check(`Token ${'a'.repeat(40)}`)).toEqual([200, 'admin']);
    expect(await check(`Bearer nbt_${key}.${secret}`)).toEqual([200, 'svc']);
    expect(await check(`Token nbt_${key}.${secret}`)).toEqual([200, 'svc']);
  });

  it.each([
    ['', 'Authentication credentials were not provided.'],
    ['Basic YTpi', 'Authentication credentials were not provided.'],
    ['Bearer ', 'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"'],
    [`Bearer nbt_nobody.${secret}`, 'Invalid v2 token'],
    [`Bearer nbt_${key}.wrong`, 'Invalid v2 token'],
    [`Bearer ${key}.${secret}`, 'Invalid v1 token'],
    [`Token ${'b'.repeat(40)}`, 'Invalid v1 token'],
    ['Token a b', 'Invalid authorization header: Must be in the form "Bearer <key>.<token>" or "Token <token>"'],
  ])('answers "%s" with 403 and its own sentence, never 401', async (authorization, detail) => {
    expect(await check(authorization)).toEqual([403, detail]);
  });

  it('refuses disabled, expired, foreign-address tokens and lets a read-only one read', async () => {
    const mine = await netbox.ask('admin', 'POST', 'users/tokens/', { user: 2, version: 1, token: 'd'.repeat(40), write_enabled: false });
    const as = `Token ${'d'.repeat(40)}`;
    expect(await check(as)).toEqual([200, 'alice']);
    expect((await netbox.ask(as, 'POST', 'virtualization/virtual-machines/', { name: 'x', cluster: 1 })).status).toBe(403);
    const set = (values: object): Promise<unknown> => netbox.ask('admin', 'PATCH', `users/tokens/${mine.body.id}/`, values);
    await set({ enabled: false });
    expect(await check(as)).toEqual([403, 'Token disabled']);
    await set({ enabled: true, expires: '2020-01-01T00:00:00Z' });
    expect(await check(as)).toEqual([403, 'Token expired']);
    await set({ expires: null, allowed_ips: ['10.0.0.1/32'] });
    expect(await check(as)).toEqual([403, 'Source IP 127.0.0.1 is not permitted to authenticate using this token.']);
  });

  it('gives a token for a password, and none for a wrong one', async () => {
    const given = await netbox.ask('', 'POST', 'users/tokens/provision/', { username: 'bob', password: 'bob' });
    expect(given.status).toBe(201);
    expect(await check(`Bearer nbt_${String(given.body['key'])}.${String(given.body['token'])}`)).toEqual([200, 'bob']);
    const refused = await netbox.ask('', 'POST', 'users/tokens/provision/', { username: 'bob', password: 'alice' });
    expect([refused.status, refused.body['detail']]).toEqual([403, 'Invalid username/password']);
  });
});
