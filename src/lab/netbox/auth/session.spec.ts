import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeAll(async () => { netbox = await smallNetBox(); });
afterAll(() => netbox.close());

const signIn = async (as: string): Promise<{ readonly sessionid: string; readonly csrftoken: string }> => (await netbox.lab.act({ do: 'sign-in', as })).body as { sessionid: string; csrftoken: string };
const send = async (headers: Readonly<Record<string, string>>, method = 'GET', path = 'authentication-check/'): Promise<readonly [number, unknown]> => {
  const response = await fetch(`${netbox.url}/api/${path}`, { method, headers: { 'Content-Type': 'application/json', ...headers }, ...(method === 'GET' ? {} : { body: '{"name": "web-09", "cluster": 1}' }) });
  const body = (await response.json()) as { detail?: string; username?: string; count?: number; name?: string };
  return [response.status, body.detail ?? body.username ?? body.count ?? body.name];
};

describe('Sessions of the web pages', () => {
  it('name their user, before any token is looked at', async () => {
    const { sessionid } = await signIn('alice');
    expect(await send({ Cookie: `sessionid=${sessionid}` })).toEqual([200, 'alice']);
    expect(await send({ Cookie: `sessionid=${sessionid}`, Authorization: 'Token nonsense' })).toEqual([200, 'alice']);
    expect(await send({ Cookie: 'sessionid=unknown' })).toEqual([403, 'Authentication credentials were not provided.']);
  });

  it('want the CSRF token for whatever changes something', async () => {
    const { sessionid, csrftoken } = await signIn('alice');
    const post = (cookie: string, header: Readonly<Record<string, string>> = {}): Promise<readonly [number, unknown]> => send({ Cookie: `sessionid=${sessionid}${cookie}`, ...header }, 'POST', 'virtualization/virtual-machines/');
    expect(await post('')).toEqual([403, 'CSRF Failed: CSRF cookie not set.']);
    expect(await post(`; csrftoken=${csrftoken}`)).toEqual([403, 'CSRF Failed: CSRF token missing.']);
    expect(await post(`; csrftoken=${csrftoken}`, { 'X-CSRFToken': 'other' })).toEqual([403, "CSRF Failed: CSRF token from the 'X-Csrftoken' HTTP header incorrect."]);
    expect(await post(`; csrftoken=${csrftoken}`, { 'X-CSRFToken': csrftoken })).toEqual([201, 'web-09']);
  });

  it('look into the branch of their cookie, and into main when it is none', async () => {
    const [{ sessionid }, { schema }] = [await signIn('alice'), await netbox.branch('cookie')];
    await netbox.ask('alice', 'POST', 'virtualization/virtual-machines/', { name: 'only-there', cluster: 1 }, schema);
    const count = (branch: string): Promise<readonly [number, unknown]> => send({ Cookie: `sessionid=${sessionid}; active_branch=${branch}` }, 'GET', 'virtualization/virtual-machines/?name=only-there');
    expect([await count(schema), await count('zzzzzzzz')]).toEqual([[200, 1], [200, 0]]);
  });
});
