// Carries P33: what happened in NetBox is one row, told however often, by whomever, in whatever order.
import { Fixtures } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { MergeStore, type Told } from './merge.store';

let db: TestDatabase;
let make: Fixtures;
let merges: MergeStore;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); merges = new MergeStore(db.worker); });
beforeEach(() => make.empty());
afterAll(() => db.drop());

const told = (branchId: number, more: Partial<Told> = {}): Told => ({ netbox: 'main', branchId, branchName: `b-${branchId}`, kind: 'merged', occurredAt: '2026-11-20T10:00:00.000Z', person: { id: 7, username: 'anna' }, ...more });
const journal = async (kind: string): Promise<number> => (await db.owner.one<{ n: number }>('select count(*)::integer as n from journal_entries where kind = $1', [kind])).n;
const waiting = async (): Promise<[number, string][]> => (await merges.waiting('main')).map((merge) => [merge.branchId, merge.kind]);
const first = async () => {
  const [merge] = await merges.waiting('main');
  if (merge === undefined) throw new Error('nothing waits');
  return merge;
};

describe('telling what happened', () => {
  it('P33 is one row and one journal line for twenty who tell it at once', async () => {
    const new_ = await Promise.all(Array.from({ length: 20 }, () => merges.tell(told(4))));
    expect(new_.filter(Boolean)).toHaveLength(1);
    expect([await waiting(), await journal('branch.merged')]).toEqual([[[4, 'merged']], 1]);
  });

  it('P33 is told apart by what NetBox says happened when: a second merge of a branch, and a revert, are their own', async () => {
    expect([await merges.tell(told(4)), await merges.tell(told(4, { occurredAt: '2026-11-21T10:00:00.000Z' })), await merges.tell(told(4, { kind: 'reverted' })), await merges.tell(told(4, { netbox: 'other' })), await merges.tell(told(4))]).toEqual([true, true, true, true, false]);
  });

  it('P33 hands out in the order in which it happened, not in which it was told: a revert never overtakes its merge', async () => {
    await merges.tell(told(4, { kind: 'reverted', occurredAt: '2026-11-20T12:00:00.000Z' }));
    await merges.tell(told(5, { occurredAt: '2026-11-20T11:00:00.000Z' }));
    await merges.tell(told(4));
    expect(await waiting()).toEqual([[4, 'merged'], [5, 'merged'], [4, 'reverted']]);
  });

  it('names the person in the journal, or NetBox where it told none', async () => {
    await merges.tell(told(4));
    await merges.tell(told(5, { person: { id: null, username: null } }));
    expect((await db.owner.rows<{ actor: string }>(`select actor from journal_entries where kind = 'branch.merged' order by seq`)).map((row) => row.actor)).toEqual(['netbox:main:anna', 'netbox']);
  });

  it('is the worker\'s: the api may only keep deliveries', async () => {
    await expect(new MergeStore(db.api).tell(told(4))).rejects.toThrow('permission denied');
    expect([await new MergeStore(db.api).delivered('main', 'sig', 'branch_merged', 4), await new MergeStore(db.api).delivered('main', 'sig', 'branch_merged', 4), await new MergeStore(db.api).delivered('other', 'sig', 'branch_merged', 4)]).toEqual([true, false, true]);
  });
});

describe('starting it', () => {
  it('P4 is decided once: who comes second finds nothing to lock', async () => {
    await merges.tell(told(4));
    const merge = await first();
    const plan = await make.plan({ status: 'started' });
    const decided: number[] = [];
    await Promise.all([1, 2].map((n) => db.worker.transaction(async (tx) => {
      if ((await merges.lockTold(tx, merge.id)) === null) return;
      await merges.decide(tx, merge, 'started', plan.id, { n });
      decided.push(n);
    })));
    expect(decided).toHaveLength(1);
    expect([await waiting(), await journal('merge.started')]).toEqual([[], 1]);
  });

  it('keeps why it waits, journals that once, and says it no more once it is decided', async () => {
    await merges.tell(told(4));
    const merge = await first();
    await merges.note(merge, { waits: 'web-01 is busy' });
    await merges.note(merge, { waits: 'web-01 is busy' });
    expect([(await first()).detail, await journal('merge.waits')]).toEqual([{ waits: 'web-01 is busy' }, 1]);
    await db.worker.transaction((tx) => merges.decide(tx, merge, 'refused', null, { refusal: 'late' }));
    await merges.note(merge, { waits: 'again' });
    expect(await db.owner.one('select state, detail from merges where id = $1', [merge.id])).toEqual({ state: 'refused', detail: { refusal: 'late' } });
  });

  it('knows what of a branch went to Proxmox or may go any moment: a job that waits can be taken back, one that runs cannot', async () => {
    const merge = await make.merge({ branchId: 4, planId: (await make.plan({ status: 'started' })).id });
    const waiting = await make.merge({ branchId: 6, planId: (await make.plan({ status: 'started' })).id });
    await make.job({ mergeId: waiting });
    expect(await merges.whatHappened('main', 6)).toEqual({ jobs: 0, destroyed: 0 });
    const [guest, job] = [await make.guest(), await make.job({ mergeId: merge, state: 'running' })];
    await make.effect({ holderKind: 'job', holderId: job, guest });
    expect(await merges.whatHappened('main', 4)).toEqual({ jobs: 1, destroyed: 0 });
    await make.effect({ holderKind: 'job', holderId: job, guest, state: 'called' });
    expect(await merges.whatHappened('main', 4)).toEqual({ jobs: 1, destroyed: 0 });
    expect(await merges.whatHappened('main', 5)).toEqual({ jobs: 0, destroyed: 0 });
  });
});
