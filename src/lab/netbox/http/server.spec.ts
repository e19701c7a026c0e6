import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeEach(async () => { netbox = await smallNetBox(); });
afterEach(() => netbox.close());
const VMS = 'virtualization/virtual-machines/';
const names = async (): Promise<readonly unknown[]> => (await netbox.ask('svc', 'GET', VMS)).body.results.map((row) => row['name']);
const make = (name: string): Promise<{ readonly status: number }> => netbox.ask('alice', 'POST', VMS, { name, cluster: 1 });

describe('Ordered troubles', () => {
  it('loses the answer after the write was done', async () => {
    await netbox.lab.fault({ match: { method: 'POST', path: 'virtual-machines' }, fault: 'answer-lost' });
    await expect(make('web-02')).rejects.toThrow();
    expect(await names()).toContain('web-02');
    expect((await make('web-03')).status).toBe(201);
  });

  it('resets the connection before anything was done', async () => {
    await netbox.lab.fault({ match: { path: 'virtual-machines' }, fault: 'reset' });
    await expect(make('web-02')).rejects.toThrow();
    expect(await names()).toEqual(['web-01']);
  });

  it('answers with a status or a page in place of the application, as often as ordered', async () => {
    await netbox.lab.fault({ match: { path: 'virtual-machines' }, fault: { status: 503 }, times: 2 });
    await netbox.lab.fault({ match: { path: 'virtual-machines' }, fault: 'html' });
    expect([(await make('a')).status, (await make('a')).status, (await make('a')).status, (await make('a')).status]).toEqual([503, 503, 502, 201]);
  });

  it('holds an answer back, and forgets orders when told', async () => {
    await netbox.lab.fault({ match: {}, fault: { delayMillis: 60 } });
    const before = Date.now();
    await names();
    expect(Date.now() - before).toBeGreaterThanOrEqual(55);
    await netbox.lab.fault({ match: {}, fault: 'reset', times: 99 });
    await netbox.lab.clearFaults();
    expect(await names()).toEqual(['web-01']);
  });
});

describe('The lab control', () => {
  it('tells what was asked, by whom and how it ended, without bodies that hold secrets', async () => {
    const since = await netbox.lab.lastRequest();
    await make('web-02');
    await netbox.ask('', 'POST', 'users/tokens/provision/', { username: 'bob', password: 'bob' });
    const rows = await netbox.lab.requests(since);
    expect(rows.map(({ method, status, token }) => [method, status, token])).toEqual([['POST', 201, 'alice0000000'], ['POST', 201, null]]);
    expect([rows[0]?.body.includes('web-02'), rows[1]?.body]).toEqual([true, '']);
  });

  it('moves time', async () => {
    await netbox.lab.advance(86_400);
    await make('later');
    const row = (await netbox.ask('svc', 'GET', `${VMS}?name=later`)).body.results[0];
    expect(Date.parse(String(row?.['created'])) - Date.now()).toBeGreaterThan(86_000_000);
  });

  it('lets a third party edit main, a branch and rights without a token', async () => {
    const { schema } = await netbox.branch('CHG-1');
    const act = (body: object, branch?: string): ReturnType<typeof netbox.lab.act> => netbox.lab.act({ do: 'request', as: 'admin', method: 'PATCH', path: '/api/virtualization/virtual-machines/1/', body: body as never, ...(branch === undefined ? {} : { branch }) });
    expect((await act({ memory: 1 })).status).toBe(200);
    expect((await act({ memory: 2 }, 'CHG-1')).status).toBe(200);
    expect([(await netbox.ask('svc', 'GET', `${VMS}1/`)).body['memory'], (await netbox.ask('svc', 'GET', `${VMS}1/`, undefined, schema)).body['memory']]).toEqual([1, 2]);
    const rights = (await netbox.ask('admin', 'GET', 'users/permissions/?user=svc')).body.results;
    for (const permission of rights) await netbox.lab.act({ do: 'request', as: 'admin', method: 'PATCH', path: `/api/users/permissions/${permission.id}/`, body: { enabled: false } });
    expect((await netbox.ask('svc', 'GET', VMS)).status).toBe(403);
    expect((await act({ memory: 'much' })).status).toBe(400);
  });
});

describe('The shape of answers', () => {
  it('ignores unknown filters and unknown body keys, and answers wrong values with 400', async () => {
    expect((await netbox.ask('svc', 'GET', `${VMS}?bogus=1`)).body['count']).toBe(1);
    expect((await netbox.ask('svc', 'PATCH', `${VMS}1/`, { bogus: 1 })).status).toBe(200);
    expect((await netbox.ask('svc', 'GET', `${VMS}?cluster_id=99`)).body).toEqual({ cluster_id: ['Select a valid choice. 99 is not one of the available choices.'] });
  });

  it('writes in bulk all or none', async () => {
    const refused = await netbox.ask('alice', 'POST', VMS, [{ name: 'a', cluster: 1 }, { name: '', cluster: 1 }]);
    expect([refused.status, refused.body]).toEqual([400, [{}, { name: ['This field may not be blank.'] }]]);
    const twins = await netbox.ask('alice', 'POST', VMS, [{ name: 'b', cluster: 1 }, { name: 'b', cluster: 1 }]);
    expect([twins.status, twins.body['exception']]).toEqual([500, 'IntegrityError']);
    expect(await names()).toEqual(['web-01']);
  });

  it('answers a path without its slash or without an endpoint as NetBox does', async () => {
    expect((await netbox.ask('svc', 'GET', 'virtualization/virtual-machines')).status).toBe(301);
    expect((await netbox.ask('svc', 'POST', 'virtualization/virtual-machines', {})).status).toBe(404);
    expect((await netbox.ask('svc', 'GET', 'virtualization/things/')).type).toBe('text/html; charset=utf-8');
  });
});
