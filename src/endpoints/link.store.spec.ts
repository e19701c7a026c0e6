// Carries P1, P14: which NetBox VM is which guest, and that a VMID is given once, as the worker's login on PostgreSQL.
import { Fixtures } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import type { GuestIdentity, GuestLink } from '../guest';
import type { GuestId, Vmid } from '../kernel';
import { LinkStore } from './link.store';

let db: TestDatabase;
let make: Fixtures;
let links: LinkStore;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); links = new LinkStore(db.worker); });
beforeEach(async () => { await make.empty(); await make.cluster('alpha'); await make.cluster('beta'); });
afterAll(() => db.drop());

const range = { first: 5000, last: 5009 };
const ask = (netboxVmId: number, more: Partial<Parameters<LinkStore['allocate']>[0]> = {}): Promise<GuestLink | null> =>
  links.allocate({ netbox: 'main', netboxVmId, cluster: 'alpha', kind: 'qemu', range, wanted: null, taken: new Set(), ...more });
const vmidOf = async (given: Promise<GuestLink | null>): Promise<number | null> => (await given)?.vmid ?? null;
const live = (link: GuestLink): Promise<void> => db.worker.transaction((tx) => links.makeLive(tx, { kind: 'qemu', cluster: link.cluster, vmid: link.vmid, uuid: link.uuid ?? '', ctime: '1', guestId: link.guestId }, 'role:worker'));
const gone = (link: GuestLink): Promise<number> => db.worker.change(`update guest_links set state = 'gone' where guest_id = $1`, [link.guestId]);

describe('a VMID, a uuid and a guest id for a NetBox VM', () => {
  it('P1 are the same when asked again, before and after the guest stands', async () => {
    const first = await ask(1);
    expect(await ask(1)).toEqual(first);
    if (first === null) throw new Error('nothing was given');
    await live(first);
    expect(await ask(1)).toMatchObject({ guestId: first.guestId, vmid: first.vmid, uuid: first.uuid, state: 'live' });
  });

  it('P1 are the same for twenty askers at once', async () => {
    const given = await Promise.all(Array.from({ length: 20 }, () => ask(1)));
    expect(new Set(given.map((link) => link?.guestId)).size).toBe(1);
    expect((await db.owner.one<{ n: number }>('select count(*)::integer as n from vmid_ledger')).n).toBe(1);
  });

  it('P14 are different for ten VMs at once, and the eleventh gets none', async () => {
    const given = await Promise.all(Array.from({ length: 11 }, (_one, n) => vmidOf(ask(n + 1))));
    expect(given.filter((vmid) => vmid === null)).toHaveLength(1);
    expect(new Set(given.filter((vmid) => vmid !== null)).size).toBe(10);
  });

  it('P14 are never given again after the guest is gone', async () => {
    const first = await ask(1);
    if (first === null) throw new Error('nothing was given');
    await live(first);
    await gone(first);
    const again = await ask(1);
    expect(again?.vmid).not.toBe(first.vmid);
    expect([again?.guestId === first.guestId, again?.uuid === first.uuid]).toEqual([false, false]);
    expect((await links.ofNetBoxVms('main', [1])).get(1)?.guestId).toBe(again?.guestId);
  });

  it('P14 passes over VMIDs that somebody bears now, and those that somebody ever bore', async () => {
    await links.noteSeen('alpha', [5000]);
    expect(await vmidOf(ask(1, { taken: new Set([5001]) }))).toBe(5002);
  });

  it('each cluster has its own numbers', async () => {
    expect([await vmidOf(ask(1)), await vmidOf(ask(2, { cluster: 'beta' }))]).toEqual([5000, 5000]);
  });

  it.each<[string, number, ReadonlySet<number>]>([['outside the range', 4999, new Set()], ['above the range', 5010, new Set()], ['taken now', 5003, new Set([5003])], ['taken once', 5004, new Set()]])('P14 refuses a wanted VMID that is %s, rather than to give another', async (_words, wanted, taken) => {
    await links.noteSeen('alpha', [5004]);
    expect(await ask(1, { wanted, taken })).toBeNull();
    expect((await links.ofNetBoxVms('main', [1])).size).toBe(0);
  });

  it('gives a wanted VMID that nobody ever had', async () => {
    expect(await vmidOf(ask(1, { wanted: 5007 }))).toBe(5007);
  });

  it('P37 are journaled with what was given', async () => {
    const link = await ask(1);
    expect(await db.owner.rows(`select kind, subject from journal_entries where subject = $1`, [`guest:${link?.guestId ?? ''}`])).toEqual([{ kind: 'guest.allocated', subject: `guest:${link?.guestId ?? ''}` }]);
  });
});

describe('the ledger', () => {
  it('P14 remembers a VMID once, with its guest where it has one, and is not rewritten', async () => {
    const link = await ask(1);
    await links.noteSeen('alpha', [5000, 5005]);
    await links.noteSeen('alpha', [5000, 5005]);
    await links.noteSeen('alpha', []);
    expect(await db.owner.rows('select vmid, reason, guest_id as guest from vmid_ledger order by vmid')).toEqual([{ vmid: 5000, reason: 'allocated', guest: link?.guestId }, { vmid: 5005, reason: 'seen', guest: null }]);
    await expect(db.worker.change('delete from vmid_ledger')).rejects.toThrow('permission denied');
    await expect(db.owner.change('delete from vmid_ledger')).rejects.toThrow();
  });

  it('does not count a guest\'s own VMID as used by another', async () => {
    const link = await ask(1);
    expect([...(await links.everUsed('alpha', [])), ...(await links.everUsed('alpha', [link?.guestId ?? '']))]).toEqual([5000]);
  });
});

describe('a link becomes live', () => {
  it('P13 keeps the identity that was read back, journals it once a time, and leaves a gone link gone', async () => {
    const link = await ask(1);
    if (link === null) throw new Error('nothing was given');
    await live(link);
    expect(await links.ofGuest(link.guestId)).toMatchObject({ state: 'live', ctime: '1', uuid: link.uuid });
    await gone(link);
    await live(link);
    expect(await links.ofGuest(link.guestId)).toMatchObject({ state: 'gone' });
    expect(await db.owner.rows(`select count(*)::integer as n from journal_entries where kind = 'guest.linked'`)).toEqual([{ n: 1 }]);
  });
});

describe('a guest that Sluice did not make', () => {
  const of = (netboxVmId: number) => ({ netbox: 'main', netboxVmId });
  const identity = (guestId: GuestId, vmid = 100): GuestIdentity => ({ kind: 'qemu', cluster: 'alpha', vmid: vmid as Vmid, uuid: `u-${vmid}`, ctime: null, guestId });
  const takeIn = (guestId: GuestId, netboxVmId: number, vmid = 100): Promise<void> => db.worker.transaction((tx) => links.takeIn(tx, identity(guestId, vmid), of(netboxVmId), 'role:worker'));

  it('P1 gets its id once, for twenty askers at once, and links nothing by that', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => links.idToAdopt('main', 1)));
    expect(new Set(ids).size).toBe(1);
    expect(await links.idToAdopt('main', 2)).not.toBe(ids[0]);
    expect([await db.owner.rows('select 1 from guest_links'), await db.owner.rows('select 1 from vmid_ledger')]).toEqual([[], []]);
  });

  it('P13, P14 is linked when it is taken in, journalled once, its VMID seen, and gets another id when it is gone', async () => {
    const guestId = await links.idToAdopt('main', 1);
    for (const _time of [1, 2]) await takeIn(guestId, 1);
    expect(await links.ofGuest(guestId)).toMatchObject({ netboxVmId: 1, vmid: 100, uuid: 'u-100', ctime: null, state: 'live' });
    expect(await db.owner.rows('select vmid, reason, guest_id as "guestId" from vmid_ledger')).toEqual([{ vmid: 100, reason: 'seen', guestId }]);
    expect(await db.owner.rows(`select count(*)::integer as n from journal_entries where kind = 'guest.adopted'`)).toEqual([{ n: 1 }]);
    expect(await links.idToAdopt('main', 1)).toBe(guestId);
    await db.worker.transaction((tx) => links.bury(tx, identity(guestId)));
    await takeIn(guestId, 1);
    expect(await links.ofGuest(guestId)).toMatchObject({ state: 'gone' });
    expect(await links.idToAdopt('main', 1)).not.toBe(guestId);
  });

  it('P13 takes the place of a guest that was given a VMID and never made, and of no other one', async () => {
    const given = await ask(1);
    if (given === null) throw new Error('nothing was given');
    expect(await links.idToAdopt('main', 1)).toBe(given.guestId);
    await takeIn(given.guestId, 2);
    expect(await links.ofGuest(given.guestId)).toMatchObject({ state: 'allocated', vmid: given.vmid });
    await takeIn(given.guestId, 1);
    expect(await links.ofGuest(given.guestId)).toMatchObject({ state: 'live', vmid: 100 });
    const other = await links.idToAdopt('main', 2);
    await expect(takeIn(other, 2)).rejects.toThrow(/one_live_link_per_vmid/);
  });

  it('is known by its VMID in its cluster, and by the marker that it bears', async () => {
    const [first, second] = [await links.idToAdopt('main', 1), await links.idToAdopt('main', 2)];
    await takeIn(first, 1);
    await takeIn(second, 2, 101);
    const known = async (...ask: Parameters<LinkStore['knownBy']>): Promise<readonly string[]> => (await links.knownBy(...ask)).map((link) => link.guestId);
    expect([await known('alpha', [100], []), await known('beta', [100], []), await known('alpha', [], [second]), await known('alpha', [100], [first])]).toEqual([[first], [], [second], [first]]);
  });
});
