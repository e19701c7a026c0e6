import { RequestLog } from './requests';

const asked = (path: string, params = {}): Parameters<RequestLog['note']>[0] => ({ node: 'pve1', method: 'GET', path, token: null, params, agent: null, contentType: null, bodyLength: 0 });

describe('the log of requests', () => {
  it('keeps the newest 5000 in order, and its numbers go on', () => {
    const log = new RequestLog();
    for (let n = 1; n <= 12_345; n += 1) log.note(asked(`/nodes/pve1/qemu/${n}/config`))(200);
    const { last, entries, counts } = log.since(0);
    expect([last, entries.length, entries[0]?.n, entries.at(-1)?.path]).toEqual([12_345, 5000, 7346, '/nodes/pve1/qemu/12345/config']);
    expect(entries.every((entry, index) => index === 0 || entry.n === (entries[index - 1]?.n ?? 0) + 1)).toBe(true);
    expect(counts).toEqual({ 'GET /nodes/{node}/qemu/{vmid}/config': 5000 });
    expect(log.since(12_343).entries.map(({ n }) => n)).toEqual([12_344, 12_345]);
  });

  it('tells after a clearing only what came later, unless asked for the forgotten too; no secret is in it', () => {
    const log = new RequestLog();
    log.note(asked('/version'))(200);
    log.clear();
    log.note(asked('/access/users', { password: 'canary', userid: 'a@pve' }));
    expect(log.since(0).entries).toMatchObject([{ n: 2, status: null, params: { password: '(secret)', userid: 'a@pve' } }]);
    expect(log.since(0, true).entries.map(({ n }) => n)).toEqual([1, 2]);
    expect(log.since(2).entries).toEqual([]);
  });
});
