import { deletionWorld, vm, type DeletionWorld } from '../../test/model/deletion-world';
import { EffectStore } from '../effects';
import { moves, type ProcessRole } from './core/transitions';
import { RequestStore } from './request.store';

const vmids = [870, 871, 872, 873, 874, 875, 876, 877, 878];
const because = { code: 'test', summary: 'Because.', observed: 'because', next: 'Nothing.' };

describe('deletion requests in the database', () => {
  let world: DeletionWorld;
  beforeAll(async () => { world = await deletionWorld(vmids.map((vmid) => vm(vmid))); });
  afterAll(() => world.close());
  const storeOf = (role: ProcessRole): RequestStore => new RequestStore(world.db[role], () => Promise.resolve());

  it('P16 P22 the trigger and the pure table allow the same moves to the same logins', async () => {
    const { source } = await world.db.owner.one<{ source: string }>(`select prosrc as source from pg_proc where proname = 'check_deletion_request'`);
    const inTrigger = [...source.matchAll(/when '([a-z-]+)>([a-z-]+)' then array\[([^\]]+)\]/g)].map(([, from = '', to = '', roles = '']) => `${from}>${to}: ${[...roles.matchAll(/'sluice_(\w+)'/g)].map((role) => role[1]).sort().join(' ')}`);
    const inTable = Object.entries(moves).flatMap(([from, targets]) => Object.entries(targets).map(([to, roles]) => `${from}>${to}: ${[...roles].sort().join(' ')}`));
    expect(inTable.length).toBeGreaterThan(25);
    expect(inTable.sort()).toEqual(inTrigger.sort());
  });

  it('P28 a worker of a former generation moves nothing: neither the request nor its effects', async () => {
    const id = await world.raise(870);
    await world.prepare.run(id);
    await world.approve(id);
    const begun = await world.store.advance(id, { event: 'quarantine' }, { role: 'worker', actor: 'role:worker', takeOver: true });
    if (!begun.ok) throw new Error(begun.error.observed);
    const old = begun.value;
    const young = await world.store.takeOver(id, ['quarantining'], 'role:worker');
    expect(young?.fence).toBe(old.fence + 1);
    const late = await world.store.advance(id, { event: 'surprise', refusal: because }, { role: 'worker', actor: 'role:worker', fence: old.fence });
    expect(late.ok ? 'moved' : late.error.code).toBe('deletion.superseded');
    const effects = new EffectStore(world.db.worker);
    await expect(effects.intend({ kind: 'request', id, fence: old.fence, actor: 'role:worker' }, { step: 'x', kind: 'configure', cluster: 'leipzig', node: null, vmid: 870, guestId: old.content.target.guestId, request: {} }, 1)).rejects.toThrow('superseded');
    await world.requests.cancel(world.people.otto, id, 'enough');
    await world.undo.run(id);
  });

  it('P23 of two deleters that begin at the same moment one wins, on the same request and on two', async () => {
    const [a, b] = [await world.ripe(871), await world.ripe(872)];
    const begin = (id: string) => storeOf('deleter').advance(id, { event: 'destroy' }, { role: 'deleter', actor: 'role:deleter', takeOver: true }).then((end) => (end.ok ? 'begun' : end.error.code), (trouble: Error) => trouble.message);
    const twice = await Promise.all([begin(a), begin(a)]);
    expect(twice.filter((end) => end === 'begun')).toHaveLength(1);
    expect(await begin(b)).toBe('deletion.one-at-a-time');
    await expect(world.db.deleter.rows(`update deletion_requests set state = 'destroying', fence = fence + 1 where id = $1`, [b])).rejects.toThrow('one_destroying');
    const ended = await storeOf('deleter').advance(a, { event: 'surprise', refusal: because }, { role: 'deleter', actor: 'role:deleter' });
    expect(ended.ok).toBe(true);
    const waits = await begin(b);
    expect(waits).toBe('deletion.human-first');
    await expect(world.db.deleter.rows(`update deletion_requests set state = 'destroying', fence = fence + 1 where id = $1`, [b])).rejects.toThrow('needs a human first');
    await world.requests.acknowledge(world.people.maria, a, 'seen');
    await world.requests.cancel(world.people.otto, b, 'enough');
  });

  it('P22 a cancel and a destroy that come at the same moment: one of them happened, and the other is told so', async () => {
    const id = await world.ripe(873);
    const [cancel, destroy] = await Promise.all([
      world.requests.cancel(world.people.otto, id, 'no'),
      storeOf('deleter').advance(id, { event: 'destroy' }, { role: 'deleter', actor: 'role:deleter', takeOver: true }),
    ]);
    expect([cancel.ok, destroy.ok].filter((won) => won)).toHaveLength(1);
    expect((await world.state(id)).state).toBe(cancel.ok ? 'cancelled' : 'destroying');
    if (destroy.ok) await storeOf('deleter').advance(id, { event: 'surprise', refusal: because }, { role: 'deleter', actor: 'role:deleter' });
    if (destroy.ok) await world.requests.acknowledge(world.people.maria, id, 'seen');
  });

  it.each<[string, ProcessRole | 'owner', string, string]>([
    ['P22 shortens the window', 'deleter', `update deletion_requests set waits_until = sluice_now() where id = $1`, 'set once'],
    ['P22 replaces the baseline', 'deleter', `update deletion_requests set baseline = '{}' where id = $1`, 'set once'],
    ['P8 prolongs the time to start', 'deleter', `update deletion_requests set start_by = start_by + interval '1 year' where id = $1`, 'set once'],
    ['P16 destroys as the api', 'api', `update deletion_requests set state = 'destroying' where id = $1`, 'may not move'],
    ['P16 destroys as the worker', 'worker', `update deletion_requests set state = 'destroying' where id = $1`, 'may not move'],
    ['P16 destroys as the owner', 'owner', `update deletion_requests set state = 'destroying' where id = $1`, 'may not move'],
    ['P22 destroys before the window has passed', 'deleter', `update deletion_requests set state = 'destroying' where id = $1`, 'the recovery window ends at'],
    ['P11 calls it destroyed', 'deleter', `update deletion_requests set state = 'destroyed', ended_at = sluice_now() where id = $1`, 'does not go from waiting to destroyed'],
    ['P17 takes an originator out', 'worker', `update deletion_requests set originators = '{nobody}' where id = $1`, 'frozen into the request'],
    ['P18 lowers the threshold', 'owner', `update deletion_requests set threshold = 1 + 1 where id = $1`, 'frozen into the request'],
    ['P28 turns the fence back', 'deleter', `update deletion_requests set fence = 0 where id = $1`, 'a fence never goes back'],
    ['P37 removes it', 'owner', `delete from deletion_requests where id = $1`, 'append-only'],
    ['P27 writes a destroy for a request that only waits', 'deleter', `insert into effects (holder_kind, holder_id, step, kind, cluster, guest_id, request, state, fence, called_at) select 'request', id, 'destroy', 'destroy', cluster, guest_id, '{}', 'called', fence, sluice_now() from deletion_requests where id = $1`, 'an effect begins as intended'],
  ])('%s: refused by the database', async (_what, role, sql, words) => {
    const id = await waitingRequest();
    await expect(world.db[role].rows(sql, [id])).rejects.toThrow(words);
  });

  let made: string | null = null;
  const waitingRequest = async (): Promise<string> => {
    if (made !== null) return made;
    const id = await world.raise(874);
    await world.prepare.run(id);
    await world.approve(id);
    await world.quarantine.run(id);
    made = id;
    return id;
  };

  it('P31 the freeze reaches the database too: not even the deleter’s own SQL begins a destroy', async () => {
    const id = await world.ripe(875);
    await world.freeze();
    await expect(world.db.deleter.rows(`update deletion_requests set state = 'destroying', fence = fence + 1 where id = $1`, [id])).rejects.toThrow('frozen');
    await world.unfreeze();
    await world.requests.cancel(world.people.otto, id, 'enough');
  });

  it('tells a hold once, not at every look, and its end', async () => {
    const id = await waitingRequest();
    const store = storeOf('deleter');
    for (let times = 0; times < 3; times++) await store.hold(id, 'waiting', because, 'role:deleter');
    await store.hold(id, 'waiting', null, 'role:deleter');
    expect(await world.db.owner.rows(`select kind from journal_entries where subject = $1 and kind like 'deletion.hold%' or subject = $1 and kind = 'deletion.held' order by seq`, [`request:${id}`])).toEqual([{ kind: 'deletion.held' }, { kind: 'deletion.hold-ended' }]);
  });

  it('P37 writes one line for each state, in order, in the transaction of the move', async () => {
    await world.requests.cancel(world.people.otto, await waitingRequest(), 'it would go first');
    const id = await world.ripe(876);
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
    const lines = await world.db.owner.rows<{ kind: string }>(`select kind from journal_entries where subject = $1 order by seq`, [`request:${id}`]);
    expect(lines.map((line) => line.kind)).toEqual(['deletion.requested', 'deletion.in-review', 'deletion.approved', 'deletion.quarantining', 'deletion.waiting', 'deletion.destroying', 'deletion.destroyed']);
    const broken = world.store.advance(await world.raise(877), { event: 'prepared' }, { role: 'worker', actor: 'role:worker' }, () => Promise.reject(new Error('no')));
    await expect(broken).rejects.toThrow('no');
    expect(await world.db.owner.rows(`select 1 as line from journal_entries e join deletion_requests r on e.subject = 'request:' || r.id where r.vmid = 877 and e.kind = 'deletion.in-review'`)).toEqual([]);
  });

  it('P40 keeps no secret in request, tombstone or journal', async () => {
    const id = await world.raise(878, { netboxRecord: { vm: { id: 1, data: { name: 'guest-878', custom_fields: { cloud_init_password: 'canary-1', notes: 'password: canary-2' } } }, interfaces: [], disks: [], macs: [], ips: [] } });
    await world.lab.act({ act: 'set-config', vmid: 878, set: { cipassword: 'canary-3' } });
    await world.prepare.run(id);
    for (const table of ['deletion_requests', 'tombstones', 'journal_entries', 'effects', 'deletion_reviews']) {
      expect(await world.db.owner.rows(`select 1 as found from ${table} t where t::text like '%canary-%' limit 1`)).toEqual([]);
    }
    expect((await world.state(id)).state).toBe('in-review');
  });
});
