// Carries P1, P7, P8: what becomes of plans, as the worker's, api's and scheduler's logins on PostgreSQL.
import { Fixtures } from '../../test/setup/fixtures';
import { planOf, vmCreate, vmUpdate } from '../../test/setup/intent-world';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import type { MadePlan } from './core/make-plan';
import { planDigest, type Plan } from './core/plan';
import { GateStore } from './gate.store';
import { PlanStore } from './plan.store';

let db: TestDatabase;
let make: Fixtures;
let plans: PlanStore;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); plans = new PlanStore(db.worker); });
beforeEach(async () => { await make.empty(); await make.policy(); });
afterAll(() => db.drop());

const guest = { netboxVmId: 1, vmid: 500_001, name: 'web-01' };
const cores = (after: string): MadePlan => planOf({ diffs: [vmUpdate(1, 'web-01', {}, { vcpus: after })], guests: [guest] });
const refused = (): MadePlan => planOf({ diffs: [vmCreate(2, 'web-02', { custom_fields: { proxmox_kind: 'lxc', proxmox_node: 'pve1' } })] });
function ofBranch(made: MadePlan, branchId: number): MadePlan {
  const content = { ...made.content, source: { ...made.content.source, branchId } };
  return { ...made, content, digest: planDigest(content) };
}
const keep = (made: MadePlan, changeDigest = 'change-1', expiresAfterSeconds = 3600): Promise<Plan> => plans.keep({ made, changeDigest, madeBy: 'service:plugin', expiresAfterSeconds });
const status = async (plan: Plan): Promise<string | undefined> => (await plans.get(plan.id))?.status;
const start = (plan: Plan): Promise<boolean> => db.worker.transaction((tx) => plans.start(tx, plan, plan.content.actions.map((action) => (action.kind === 'create' ? action.spec.guestId : action.target.guestId))));

describe('keeping a plan', () => {
  it('P1 keeps the same plan once, for ten who made it at once', async () => {
    const kept = await Promise.all(Array.from({ length: 10 }, () => keep(cores('4.00'))));
    expect(new Set(kept.map((plan) => plan.id)).size).toBe(1);
    expect(kept[0]).toMatchObject({ status: 'ready', digest: cores('4.00').digest });
  });

  it('P7 a changed branch supersedes its own plan; another branch\'s plan stays', async () => {
    const first = await keep(cores('4.00'));
    const other = await keep(ofBranch(cores('4.00'), 99));
    const second = await keep(cores('6.00'), 'change-2');
    expect([await status(first), await status(other), await status(second)]).toEqual(['superseded', 'ready', 'ready']);
    expect((await plans.newestOf('main', second.content.source.branchId))?.id).toBe(second.id);
    expect((await plans.newestOf('main', second.content.source.branchId, 'change-1'))?.id).toBe(first.id);
  });

  it('keeps a refused plan as refused, with its findings', async () => {
    const plan = await keep(refused());
    expect(plan.status).toBe('refused');
    expect(plan.findings.length).toBeGreaterThan(0);
    expect(await start(plan)).toBe(false);
  });

  it('P8 an equal plan whose time passed is made anew', async () => {
    const first = await keep(cores('4.00'), 'change-1', 10);
    await make.passTime(11);
    const second = await keep(cores('4.00'), 'change-1', 10);
    expect([second.id === first.id, second.digest === first.digest]).toEqual([false, true]);
  });

  it('P1 cannot be rewritten or deleted, not even by the worker that made it', async () => {
    const plan = await keep(cores('4.00'));
    await expect(db.worker.change(`update plans set content = '{}' where id = $1`, [plan.id])).rejects.toThrow('permission denied');
    await expect(db.owner.change(`update plans set digest = 'x' where id = $1`, [plan.id])).rejects.toThrow();
    await expect(db.owner.change('delete from plans where id = $1', [plan.id])).rejects.toThrow();
  });
});

describe('starting a plan', () => {
  it('P4 happens once, for ten who try at once', async () => {
    const plan = await keep(cores('4.00'));
    expect((await Promise.all(Array.from({ length: 10 }, () => start(plan)))).filter(Boolean)).toHaveLength(1);
    expect(await status(plan)).toBe('started');
  });

  it('P7 makes other plans on the same guest stale, and leaves plans on other guests', async () => {
    const plan = await keep(cores('4.00'));
    const same = await keep(ofBranch(cores('6.00'), 98));
    const other = await keep(ofBranch(planOf({ diffs: [vmUpdate(3, 'db-01', {}, { vcpus: '4.00' })], guests: [{ netboxVmId: 3, vmid: 500_003, name: 'db-01' }] }), 97));
    expect(await start(plan)).toBe(true);
    expect([await status(same), await status(other)]).toEqual(['superseded', 'ready']);
    expect(await start(same)).toBe(false);
  });

  it('P8 is refused after either expiry: the longer one, and the shorter one that the gate began', async () => {
    const late = await keep(cores('4.00'), 'change-1', 10);
    await make.passTime(11);
    expect([await start(late), await plans.isExpired(late)]).toEqual([false, true]);
    const permitted = await keep(ofBranch(cores('4.00'), 96));
    await db.api.transaction((tx) => new PlanStore(db.api).permit(tx, permitted.id, 5));
    await make.passTime(6);
    const now = await plans.get(permitted.id);
    expect(now === null ? null : await plans.isExpired(now)).toBe(true);
    await expect(start(permitted)).rejects.toThrow('had to be started before');
  });

  it('P8 the gate permits only a ready plan that has not expired', async () => {
    const permit = (plan: Plan): Promise<boolean> => db.api.transaction((tx) => new PlanStore(db.api).permit(tx, plan.id, 60));
    const [ready, no] = [await keep(cores('4.00'), 'change-1', 10), await keep(ofBranch(refused(), 95))];
    expect([await permit(ready), await permit(no)]).toEqual([true, false]);
    await make.passTime(11);
    expect(await permit(ready)).toBe(false);
  });
});

it('P8 the scheduler marks what ran out of time, and nothing that was started', async () => {
  const [short, long, begun] = [await keep(cores('4.00'), 'change-1', 10), await keep(ofBranch(cores('4.00'), 94), 'change-1', 1000), await keep(ofBranch(planOf({ diffs: [vmUpdate(3, 'db-01', {}, { vcpus: '4.00' })], guests: [{ netboxVmId: 3, vmid: 500_003, name: 'db-01' }] }), 93), 'change-1', 10)];
  await start(begun);
  await make.passTime(11);
  expect(await new PlanStore(db.scheduler).expire()).toBe(1);
  expect([await status(short), await status(long), await status(begun)]).toEqual(['expired', 'ready', 'started']);
});

describe('the gate\'s memory', () => {
  const gates = () => new GateStore(db.api);
  const now = async (): Promise<number> => (await db.owner.one<{ now: number }>('select extract(epoch from sluice_now())::float8 as now')).now;

  it('P30 takes a nonce once, for ten who bring it at once, and only near its time', async () => {
    const time = await now();
    expect((await Promise.all(Array.from({ length: 10 }, () => gates().useNonce('n-1', time)))).sort()).toEqual(['fresh', ...Array.from({ length: 9 }, () => 'used')]);
    expect([await gates().useNonce('n-2', time - 400), await gates().useNonce('n-3', time + 400), await gates().useNonce('n-4', time - 290)]).toEqual(['too-old', 'too-old', 'fresh']);
  });

  it('forgets nonces only when their time can no longer be near', async () => {
    await gates().useNonce('n-1', await now());
    expect(await new GateStore(db.scheduler).forgetOldNonces()).toBe(0);
    await make.passTime(1201);
    expect(await new GateStore(db.scheduler).forgetOldNonces()).toBe(1);
  });

  it('P12 remembers the newest answer that let a branch through, and no refusal', async () => {
    const plan = await keep(cores('4.00'));
    const record = (permitted: boolean, changeDigest: string): Promise<void> => db.api.transaction((tx) => gates().record(tx, { netbox: 'main', branchId: 4, action: 'merge', changeDigest, permitted, planId: plan.id, message: 'm' }));
    await record(true, 'first');
    await record(true, 'second');
    await record(false, 'third');
    const last = await gates().lastPermitted('main', 4, 'merge', null);
    expect(last).toMatchObject({ changeDigest: 'second', permitted: true, planId: plan.id });
    expect([await gates().lastPermitted('main', 4, 'revert', null), await gates().lastPermitted('main', 5, 'merge', null)]).toEqual([null, null]);
    // An answer that a merge used up serves no second one.
    expect(await gates().lastPermitted('main', 4, 'merge', last?.id ?? null)).toBeNull();
    await record(true, 'fourth');
    expect(await gates().lastPermitted('main', 4, 'merge', last?.id ?? null)).toMatchObject({ changeDigest: 'fourth' });
  });
});
