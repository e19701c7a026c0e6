// Carries P9, P11, P25, P26, P27, P28, P31: one write, from its intent row to its end, with a scripted Proxmox and real rows.
import { Fixtures, type GuestFixture } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { no, ok, refuse, type Observed, type Result, type Upid } from '../kernel';
import { sqlState } from '../platform/database';
import type { ProxmoxReader, WriteOutcome } from '../proxmox/ports';
import { EffectRunner, type EffectDefinition, type Looked } from './effect-runner';
import { EffectStore, type EffectKind, type Holder } from './effect.store';

let db: TestDatabase;
let make: Fixtures;
let store: EffectStore;
let guest: GuestFixture;
let holder: Holder;
let passed = 0;
const realNow = Date.now;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); store = new EffectStore(db.worker); });
beforeEach(async () => {
  await make.empty();
  guest = await make.guest();
  holder = { kind: 'job', id: await make.job({ state: 'running' }), fence: 1, actor: 'worker:1' };
  passed = 0;
  // Patience is waited for by the clock alone: each look lets some of it pass.
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + passed);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => db.drop());

const upid = 'UPID:n1:00001234:0000ABCD:65000000:qmcreate:5001:sluice-create@pve!create:' as Upid;
const step = '0:create';
interface Script {
  readonly kind?: EffectKind;
  readonly recheck?: () => Promise<Result<unknown>> | Result<unknown>;
  readonly call?: () => Promise<WriteOutcome> | WriteOutcome;
  readonly looks?: readonly Looked[];
  readonly readBack?: Observed<Result<unknown>>;
  readonly taskEnds?: string | null;
  readonly tasks?: readonly { readonly upid: Upid; readonly type: string; readonly user: string; readonly id: string }[];
  readonly tasksHidden?: boolean;
  /** Where the recheck finds the guest. */
  readonly node?: string;
}
/** What was done, in order. */
const asked: string[] = [];
beforeEach(() => void asked.splice(0));

function scripted(script: Script): EffectDefinition<unknown> {
  const looks = [...(script.looks ?? [])];
  const reader = {
    taskState: async () => { asked.push('task state'); return script.taskEnds === null ? no({ kind: 'transient', where: 'task', text: '595' }) : ok({ running: false, exitstatus: script.taskEnds ?? 'OK' }); },
    taskLog: async () => ok({ lines: [], total: 0 }),
    tasks: async (node: string) => { asked.push(node === 'n1' ? 'tasks' : `tasks of ${node}`); return script.tasksHidden === true ? no({ kind: 'not-observed', where: 'tasks', text: '596' }) : ok(script.tasks ?? []); },
  } as unknown as ProxmoxReader;
  return {
    intent: { step, kind: script.kind ?? 'create', cluster: guest.cluster, node: 'n1', vmid: guest.vmid, guestId: guest.guestId, request: { vmid: guest.vmid } },
    reader,
    recheck: async () => { asked.push('recheck'); return script.recheck?.() ?? ok({ digest: 'd', ...(script.node === undefined ? {} : { node: script.node }) }); },
    evidence: (evidence) => evidence,
    call: async () => { asked.push(`call (row: ${(await store.latest(holder, step))?.state ?? 'none'})`); return script.call?.() ?? { class: 'applied' }; },
    task: { type: 'qmcreate', tokenId: 'sluice-create@pve!create' },
    look: async () => { asked.push('look'); passed += 3000; return looks.length > 1 ? (looks.shift() as Looked) : (looks[0] ?? { kind: 'cannot-tell', observed: 'nothing' }); },
    readBack: async () => { asked.push('read back'); return script.readBack ?? ok(ok({ digest: 'after' })); },
  };
}
const run = (script: Script, again = false, as = holder) => new EffectRunner(store).run(as, scripted(script), again ? 'again' : 'go-on');
const rows = async (): Promise<string[]> => (await store.ofHolder('job', holder.id)).map((row) => `${row.attempt} ${row.state}`);
const calls = (): number => asked.filter((one) => one.startsWith('call')).length;
const journal = async (): Promise<string[]> => (await db.owner.rows<{ kind: string }>(`select kind from journal_entries where subject = $1 and kind like 'effect.%' order by seq`, [`guest:${guest.guestId}`])).map((row) => row.kind);

describe('P25 intent before the call, receipt after', () => {
  it('asks in this order, and the row says `called` while the call is out', async () => {
    expect(await run({ call: () => ({ class: 'started', upid }) })).toEqual({ end: 'confirmed', outcome: { digest: 'after' } });
    expect(asked).toEqual(['recheck', 'call (row: called)', 'task state', 'read back']);
    expect([await rows(), await journal()]).toEqual([['1 confirmed'], ['effect.intended', 'effect.called', 'effect.accepted', 'effect.confirmed']]);
    expect(await store.latest(holder, step)).toMatchObject({ upid, evidence: { digest: 'd' } });
  });

  it('P9 sends nothing when the recheck says no, and keeps why', async () => {
    expect(await run({ recheck: () => refuse('baseline.moved', 's', 'o', 'n') })).toMatchObject({ end: 'refused', refusal: { code: 'baseline.moved' } });
    expect([asked, await rows()]).toEqual([['recheck'], ['1 refused']]);
  });

  it('runs once: asked again, it gives the end that it had', async () => {
    await run({});
    asked.splice(0);
    expect(await run({})).toMatchObject({ end: 'confirmed' });
    expect(asked).toEqual([]);
  });
});

describe('P28, P31 nothing goes out', () => {
  it('P28 from a worker that was superseded between its recheck and its call', async () => {
    const takeOver = async (): Promise<Result<unknown>> => { await db.worker.change('update apply_jobs set fence = fence + 1 where id = $1', [holder.id]); return ok({}); };
    expect(await run({ recheck: takeOver }).catch(sqlState)).toBe('SL028');
    expect([calls(), await rows()]).toEqual([0, ['1 intended']]);
  });

  it('P28 twice, when two workers carry out one step at once', async () => {
    for (let round = 0; round < 5; round += 1) await Promise.all([run({}).catch(() => undefined), run({}).catch(() => undefined)]);
    expect(calls()).toBe(1);
    expect((await rows()).length).toBe(1);
  });

  it('P31 in a freeze; unfrozen, the same row goes on with a new recheck', async () => {
    const person = await make.person();
    const freeze = await db.api.one<{ id: string }>(`insert into freezes (frozen_by, reason) values ($1, 'r') returning id`, [person]);
    expect(await run({}).catch(sqlState)).toBe('SL031');
    expect([calls(), await rows()]).toEqual([0, ['1 intended']]);
    await db.api.change(`update freezes set unfrozen_by = $2, unfrozen_at = sluice_now(), unfreeze_reason = 'r' where id = $1`, [freeze.id, await make.person()]);
    expect(await run({})).toMatchObject({ end: 'confirmed' });
    expect([asked.filter((one) => one === 'recheck').length, calls(), await rows()]).toEqual([2, 1, ['1 confirmed']]);
  });
});

describe('P26 an unknown outcome is settled by looking', () => {
  const lost = (): WriteOutcome => ({ class: 'unknown', text: 'socket hang up' });

  it('first for the task, which is followed as if its UPID had been answered', async () => {
    expect(await run({ call: lost, tasks: [{ upid, type: 'qmcreate', user: 'sluice-create@pve!create', id: String(guest.vmid) }] })).toMatchObject({ end: 'confirmed' });
    expect(asked).toEqual(['recheck', 'call (row: called)', 'tasks', 'task state', 'read back']);
    expect((await store.latest(holder, step))?.upid).toBe(upid);
  });

  it.each([['of another guest', { id: '1' }], ['of another token', { user: 'root@pam!x' }], ['of another kind', { type: 'qmstart' }]])('never takes a task %s for its own', async (_words, other) => {
    await run({ call: lost, tasks: [{ upid, type: 'qmcreate', user: 'sluice-create@pve!create', id: String(guest.vmid), ...other }], looks: [{ kind: 'applied' }] });
    expect(asked).toEqual(['recheck', 'call (row: called)', 'tasks', 'look', 'read back']);
  });

  const found = { upid, type: 'qmcreate', user: 'sluice-create@pve!create', get id() { return String(guest.vmid); } };

  it('P30 concludes nothing while the tasks cannot be read: the write may still be at work', async () => {
    expect(await run({ call: lost, tasksHidden: true, looks: [{ kind: 'not-applied', observed: 'it is there' }] })).toMatchObject({ end: 'unknown', observed: expect.stringContaining('tasks of node n1 could not be read') });
    expect([asked.includes('look'), await rows()]).toEqual([false, ['1 unknown']]);
    expect(await run({ tasks: [found] })).toMatchObject({ end: 'confirmed' });
    expect(calls()).toBe(1);
  });

  it('looks for the task where the recheck found the guest, not only where it was planned', async () => {
    await run({ call: lost, node: 'n2', looks: [{ kind: 'applied' }] });
    expect(asked.filter((one) => one.startsWith('tasks'))).toEqual(['tasks of n2', 'tasks']);
  });

  it('follows the task that an unknown row names, before it looks at anything', async () => {
    await run({ call: () => ({ class: 'started', upid }), readBack: no({ kind: 'transient', where: 'config', text: '595' }) });
    expect(await store.latest(holder, step)).toMatchObject({ state: 'unknown', upid });
    asked.splice(0);
    expect(await run({ taskEnds: 'VM is locked (backup)' })).toMatchObject({ end: 'refused', refusal: { code: 'proxmox.task-refused' } });
    expect(asked).toEqual(['task state']);
  });

  it('never takes the task of another effect for its own', async () => {
    const other = await make.job({ state: 'running' });
    await db.owner.change(`insert into effects (holder_kind, holder_id, step, kind, cluster, guest_id, request, fence, state, called_at, upid) select 'job', $1, 's', 'create', $2, $3, '{}', 1, 'intended', null, null`, [other, guest.cluster, guest.guestId]);
    await db.owner.transaction(async (tx) => {
      await tx.rows('set local session_replication_role = replica');
      await tx.change(`update effects set state = 'accepted', called_at = sluice_now(), upid = $2 where holder_id = $1`, [other, upid]);
    });
    await run({ call: lost, tasks: [found], looks: [{ kind: 'applied' }] });
    expect(asked).toEqual(['recheck', 'call (row: called)', 'tasks', 'look', 'read back']);
  });

  it('believes "not applied" only when it stays so, and accepts "applied" at once', async () => {
    expect(await run({ call: lost, looks: [{ kind: 'not-applied', observed: 'free' }, { kind: 'applied' }] })).toMatchObject({ end: 'confirmed' });
    expect(asked.filter((one) => one === 'look')).toHaveLength(2);
  });

  it('ends refused when nothing was done, with both what was heard and what was seen', async () => {
    expect(await run({ call: lost, looks: [{ kind: 'not-applied', observed: 'VMID is free' }] })).toMatchObject({ end: 'refused', refusal: { observed: 'socket hang up; looked: VMID is free' } });
    expect([calls(), await rows()]).toEqual([1, ['1 refused']]);
  });

  it('stays unknown when it cannot be seen, and a later run looks again and sends nothing', async () => {
    expect(await run({ call: lost, looks: [{ kind: 'cannot-tell', observed: 'node down' }] })).toMatchObject({ end: 'unknown' });
    expect(await rows()).toEqual(['1 unknown']);
    expect(await run({ looks: [{ kind: 'applied' }] }, true)).toMatchObject({ end: 'confirmed' });
    expect([calls(), await rows(), await journal()]).toEqual([1, ['1 confirmed'], ['effect.intended', 'effect.called', 'effect.unknown', 'effect.confirmed']]);
  });

  it.each([[{ class: 'partly-applied', status: 400, text: 'hotplug problem', errors: {} }], [{ class: 'unknown', text: '596' }]] as const)('looks after %j', async (outcome) => {
    await run({ kind: 'configure', call: () => outcome as WriteOutcome, looks: [{ kind: 'applied' }] });
    expect(asked).toContain('look');
    expect(calls()).toBe(1);
  });

  it('a worker that died while its call was out: the next one looks, and sends nothing', async () => {
    await run({ call: () => { throw new Error('the process is gone'); } }).catch(() => undefined);
    expect(await rows()).toEqual(['1 called']);
    expect(await run({ looks: [{ kind: 'applied' }] })).toMatchObject({ end: 'confirmed' });
    expect(calls()).toBe(1);
  });
});

describe('P11 a UPID is not success', () => {
  const started = (): WriteOutcome => ({ class: 'started', upid });

  it('a task that says no before its first effect is a refusal', async () => {
    expect(await run({ call: started, taskEnds: 'VM is locked (backup)' })).toMatchObject({ end: 'refused', refusal: { code: 'proxmox.task-refused', observed: 'VM is locked (backup)' } });
  });

  it('a task that failed may have done something: it is looked', async () => {
    expect(await run({ call: started, taskEnds: 'no space left', looks: [{ kind: 'not-applied', observed: 'free' }] })).toMatchObject({ end: 'refused', refusal: { observed: 'task ended with: no space left; looked: free' } });
    expect(asked).toContain('look');
  });

  it('what reads back otherwise is diverged, what cannot be read is unknown', async () => {
    expect(await run({ readBack: ok(refuse('effect.diverged', 's', 'o', 'n')) })).toMatchObject({ end: 'diverged' });
    await make.empty();
    guest = await make.guest();
    holder = { ...holder, id: await make.job({ state: 'running' }) };
    expect(await run({ readBack: no({ kind: 'transient', where: 'config', text: '595' }) })).toMatchObject({ end: 'unknown', observed: expect.stringContaining('could not be read back') });
    expect(await rows()).toEqual(['1 unknown']);
  });
});

describe('trying again', () => {
  const busy = (): WriteOutcome => ({ class: 'not-applied', status: 500, text: 'cfs-lock error', transient: true });
  const denied = (): WriteOutcome => ({ class: 'not-applied', status: 403, text: 'denied', transient: false });

  it('what provably did nothing for a passing reason is tried three times, each after a whole recheck', async () => {
    expect(await run({ call: busy })).toMatchObject({ end: 'refused' });
    expect([asked.filter((one) => one === 'recheck').length, calls(), await rows()]).toEqual([3, 3, ['1 refused', '2 refused', '3 refused']]);
  });

  it('stops at the recheck when the world moved meanwhile', async () => {
    let rechecks = 0;
    await run({ call: busy, recheck: () => (++rechecks === 1 ? ok({}) : refuse('baseline.moved', 's', 'o', 'n')) });
    expect([calls(), await rows()]).toEqual([1, ['1 refused', '2 refused']]);
  });

  it('what was refused for good is tried again only when a person resumes', async () => {
    await run({ call: denied });
    expect(await run({ call: denied })).toMatchObject({ end: 'refused' });
    expect(calls()).toBe(1);
    expect(await run({}, true)).toMatchObject({ end: 'confirmed' });
    expect(await rows()).toEqual(['1 refused', '2 confirmed']);
  });

  it('what diverged is not tried again, not even by a person', async () => {
    await run({ readBack: ok(refuse('effect.diverged', 's', 'o', 'n')) });
    expect(await run({}, true)).toMatchObject({ end: 'diverged' });
    expect(calls()).toBe(1);
  });

  it('P27 a destroy is called once, whatever its reason and whoever resumes: there is no second row', async () => {
    const request = await make.request('destroying');
    guest = request.guest;
    const { fence } = await db.owner.one<{ fence: number }>('select fence from deletion_requests where id = $1', [request.id]);
    const runner = new EffectRunner(new EffectStore(db.deleter));
    const destroy = (again: boolean) => runner.run({ kind: 'request', id: request.id, fence, actor: 'role:deleter' }, scripted({ kind: 'destroy', call: busy }), again ? 'again' : 'go-on');
    expect(await destroy(false)).toMatchObject({ end: 'refused' });
    await expect(destroy(true)).rejects.toThrow('one_destroy_per_request');
    expect(calls()).toBe(1);
  });
});
