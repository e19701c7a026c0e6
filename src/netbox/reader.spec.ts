// Lists are whole or not observed (P5), and never more than what was asked: NetBox ignores filters that it does not know.
import { scriptedHttp, sendJson, type Asked, type ScriptedHttp } from '../../test/setup/scripted-http';
import { openNetBox, type NetBoxHttp } from './http';
import type { NetBoxReader } from './ports';
import { netboxReader } from './reader';

interface Row { readonly id: number; readonly [field: string]: unknown }
const rowsOf = (count: number, more: (id: number) => object = () => ({})): readonly Row[] => Array.from({ length: count }, (_none, index) => ({ id: index + 1, name: `vm-${index + 1}`, ...more(index + 1) }));

let server: ScriptedHttp;
let http: NetBoxHttp;

/** NetBox's paging with its own cap, over rows that the test may change from call to call. */
async function serving(rows: (asked: Asked, nth: number) => readonly Row[], cap = 1000): Promise<NetBoxReader> {
  server = await scriptedHttp((asked, response, nth) => {
    const all = rows(asked, nth);
    const offset = Number(asked.query.get('offset') ?? 0);
    const limit = Math.min(Number(asked.query.get('limit') ?? 50), cap);
    const next = offset + limit < all.length ? 'http://the-name-netbox-believes-in/api/x/?offset=1' : null;
    sendJson(response, 200, { count: all.length, next, previous: null, results: all.slice(offset, offset + limit) });
  });
  http = openNetBox({ name: 'main', url: server.url, token: 'nbt_k.s', retryMillis: 1 });
  return netboxReader(http);
}
afterEach(async () => {
  await http.close();
  await server.close();
});

const byIds = (all: readonly Row[]) => (asked: Asked): readonly Row[] => all.filter((row) => asked.query.getAll('id').includes(String(row.id)));
const textOf = (seen: { readonly ok: boolean; readonly error?: { readonly text: string } }): string => seen.error?.text ?? 'observed';

describe('pages', () => {
  it('follows all of them by offset, whatever the server caps a page at', async () => {
    const reader = await serving(() => rowsOf(230), 25);
    const seen = await reader.objectsWhere('virtualization/virtual-machines', 'cluster_id', 1, () => true);
    expect(seen.ok && seen.value.map((row) => row.id)).toEqual(rowsOf(230).map((row) => row.id));
    expect(server.asked).toHaveLength(10);
  });

  it('reads the list again when it grew between two pages', async () => {
    const reader = await serving((_asked, nth) => rowsOf(nth === 1 ? 30 : 31), 20);
    const seen = await reader.objectsWhere('x/y', 'z', 1, () => true);
    expect(seen.ok && seen.value.length).toBe(31);
  });

  it('P5 gives up, not observed, on a list that never comes to rest', async () => {
    const reader = await serving((_asked, nth) => rowsOf(40 + nth), 20);
    expect(textOf(await reader.objectsWhere('x/y', 'z', 1, () => true))).toMatch(/changed while its pages were read/);
  });

  it('P5 does not take a row twice for two rows', async () => {
    const reader = await serving(() => [{ id: 7 }, { id: 7 }]);
    expect(textOf(await reader.objectsWhere('x/y', 'z', 1, () => true))).toMatch(/changed while/);
  });
});

describe('filters', () => {
  it('P5 refuses an answer that holds more than what was asked', async () => {
    const reader = await serving(() => rowsOf(3));
    expect(textOf(await reader.objects('virtualization/clusters', [2]))).toMatch(/row 1 does not match what was asked.*ignored the filter/);
    expect(textOf(await reader.objectsWhere('x/y', 'name', 'vm-2', (row) => row['name'] === 'vm-2'))).toMatch(/does not match/);
  });

  it('splits long id lists so that no request line comes near 4,000 bytes, and reads every id once', async () => {
    const all = rowsOf(1500, () => ({}));
    const reader = await serving(byIds(all));
    const seen = await reader.objects('virtualization/virtual-machines', [...all.map((row) => row.id), 1, 2, 999_999]);
    expect(seen.ok && seen.value.length).toBe(1500);
    expect(Math.max(...server.asked.map((asked) => asked.line))).toBeLessThan(4000);
    const asked = server.asked.filter((one) => one.query.get('offset') === '0').flatMap((one) => one.query.getAll('id'));
    expect(asked).toHaveLength(1501);
  });

  it('asks nothing for no ids', async () => {
    const reader = await serving(() => rowsOf(3));
    expect(await reader.objects('virtualization/clusters', [])).toEqual({ ok: true, value: [] });
    expect(server.asked).toHaveLength(0);
  });
});

describe('branches', () => {
  const branch = { id: 4, name: 'b', schema_id: 'abcdefgh', status: { value: 'ready', label: 'Ready' }, owner: null, merged_time: null, merged_by: null, custom_fields: {} };
  const diff = { id: 1, branch: { id: 4 }, object_type: 'virtualization.virtualmachine', object_id: 9, object_repr: 'a', action: { value: 'update' }, conflicts: null, original_data: {}, modified_data: {}, current_data: null, last_updated: '2026-11-20T19:30:46.070960Z' };

  it('P5 refuses change diffs of another branch, and an action that we do not know', async () => {
    let reader = await serving(() => [{ ...diff, branch: { id: 5 } }]);
    expect(textOf(await reader.changeDiffs(4))).toMatch(/does not match/);
    await http.close();
    await server.close();
    reader = await serving(() => [{ ...diff, action: { value: 'archive' } }]);
    expect(textOf(await reader.changeDiffs(4))).toMatch(/a row cannot be read \(id 1\)/);
  });

  it('sends the branch header for the change log only, and asserts the status of listed branches', async () => {
    const reader = await serving((asked) => (asked.path.endsWith('/branches/') ? [branch] : []));
    await reader.branchChangeLog('abcdefgh');
    await reader.changeDiffs(4);
    expect(server.asked.map((asked) => asked.headers['x-netbox-branch'])).toEqual(['abcdefgh', undefined]);
    expect(textOf(await reader.branches('merged'))).toMatch(/does not match/);
    expect(await reader.branches('ready')).toMatchObject({ ok: true, value: [{ id: 4, owner: null, status: 'ready' }] });
  });

  it('takes only NetBox\'s own 404 for absence', async () => {
    server = await scriptedHttp((asked, response) => (asked.path.includes('/branches/1/') ? sendJson(response, 404, { detail: 'Not found.' }) : sendJson(response, 404, { message: 'no route' })));
    http = openNetBox({ name: 'main', url: server.url, token: 'nbt_k.s' });
    const reader = netboxReader(http);
    expect(await reader.branch(1)).toEqual({ ok: true, value: null });
    expect(textOf(await reader.branch(2))).toMatch(/404 that is not NetBox's/);
  });
});
