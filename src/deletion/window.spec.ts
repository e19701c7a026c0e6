import { deletionWorld, vm, type DeletionWorld } from '../../test/model/deletion-world';
import type { Act } from '../lab/proxmox';

const vmids = Array.from({ length: 16 }, (_one, index) => 740 + index);

describe('the recovery window', () => {
  let world: DeletionWorld;
  beforeAll(async () => { world = await deletionWorld([...vmids.map((vmid) => vm(vmid)), vm(760, { running: true }), vm(761, { running: true }), vm(762, { running: true }), vm(763, { running: true }), vm(764, { running: true })]); });
  afterAll(() => world.close());
  beforeEach(async () => { await world.lab.clear(); });
  afterEach(() => { world.terms = { ...world.terms, powerOff: 'refuse' }; });

  const round = async (): Promise<void> => {
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
  };
  const tagsOf = async (vmid: number): Promise<string> => (await world.lab.guest(vmid))?.main['tags'] ?? '';
  const isRunning = async (id: string): Promise<boolean | null> => {
    const card = await world.requests.view(world.people.maria, id);
    return card.ok ? card.value.power.running : null;
  };

  it('P22 puts our tag beside the others, waits, and a cancel takes exactly that tag off again', async () => {
    const id = await world.ripe(740);
    expect(await tagsOf(740)).toBe('prod;sluice-quarantine');
    const end = await world.requests.cancel(world.people.otto, id, 'still needed');
    expect(end.ok).toBe(true);
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', undo: 'pending', claimed: true });
    expect(world.queue.at(-1)).toEqual({ task: 'deletion.undo', id });
    await world.undo.run(id);
    expect([await tagsOf(740), await world.state(id)]).toMatchObject(['prod', { state: 'cancelled', undo: 'done', claimed: false }]);
    await round();
    expect([(await world.state(id)).state, await world.deletes()]).toEqual(['cancelled', 0]);
  });

  it.each<[string, number, Act, string]>([
    ['edits', 741, { act: 'set-config', vmid: 741, set: { memory: '2048' } }, 'memory was "1024", is "2048"'],
    ['starts', 742, { act: 'start', vmid: 742 }, 'it was off, it is running'],
    ['moves', 743, { act: 'move-to-node', vmid: 743, node: 'pve2' }, 'node was pve1, is pve2'],
    ['protects', 744, { act: 'protect', vmid: 744, on: true }, 'protection was absent, is "1"'],
    ['renames', 745, { act: 'rename', vmid: 745, name: 'keep-me' }, 'name was "guest-745", is "keep-me"'],
    ['tags', 746, { act: 'set-config', vmid: 746, set: { tags: 'prod;keep;sluice-quarantine' } }, 'tags was "prod", is "keep;prod"'],
    ['migration-locks', 747, { act: 'lock', vmid: 747, lock: 'migrate' }, 'it is locked: migrate'],
  ])('P22 is cancelled when somebody %s the guest, with the observed fact', async (_word, vmid, act, observed) => {
    const id = await world.ripe(vmid);
    await world.lab.act(act);
    await round();
    const after = await world.state(id);
    expect(after).toMatchObject({ state: 'cancelled', refusal: { code: 'guest.changed' }, undo: 'pending' });
    expect(after.refusal?.observed).toContain(observed);
    expect([await world.lab.guest(vmid) !== null, await world.deletes()]).toEqual([true, 0]);
  });

  it.each([['backup', 748], ['snapshot', 749]])('P22 is held by a %s, and goes on after it although the digest moved', async (lock, vmid) => {
    const id = await world.ripe(vmid);
    await world.lab.act({ act: 'lock', vmid, lock });
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'guest.locked', observed: `lock: ${lock}` } });
    if (lock === 'snapshot') await world.lab.act({ act: 'snapshot', vmid, name: 'before' });
    await world.lab.act({ act: 'unlock', vmid });
    await round();
    expect((await world.state(id)).state).toBe('destroyed');
  });

  it('P35 closes as gone-outside when a human removed the guest, and only when that is proved', async () => {
    const id = await world.ripe(750);
    await world.lab.act({ act: 'quorum', quorate: false });
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'cluster.no-quorum' } });
    await world.lab.act({ act: 'quorum', quorate: true });
    await world.lab.act({ act: 'destroy', vmid: 750 });
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'gone-outside', undo: 'none', claimed: false });
  });

  it('P13 concludes nothing, not even that the guest is gone, from a cluster that is not the confirmed one', async () => {
    const id = await world.ripe(753);
    await world.lab.act({ act: 'pool', vmid: 753, pool: null });
    await world.db.owner.rows(`update clusters set state = 'changed'`);
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'cluster.not-confirmed' } });
    const asked = await world.raise(755);
    await world.prepare.run(asked);
    expect(await world.state(asked)).toMatchObject({ state: 'refused', refusal: { code: 'cluster.not-confirmed' } });
    await world.requests.cancel(world.people.otto, id, 'enough');
    await world.undo.run(id);
    expect((await world.state(id)).undo).toBe('pending');
    await world.db.owner.rows(`update clusters set state = 'confirmed'`);
    await world.lab.act({ act: 'pool', vmid: 753, pool: 'cust1' });
    await world.undo.run(id);
    expect((await world.state(id)).undo).toBe('done');
  });

  it('P13 P22 is cancelled when another guest stands under the VMID, and the undo leaves that one alone', async () => {
    const id = await world.ripe(751);
    await world.lab.act({ act: 'recycle', vmid: 751, pool: 'same', config: { name: 'new-one', tags: 'sluice-quarantine' } });
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', refusal: { code: 'guest.identity-changed' } });
    await world.undo.run(id);
    expect([(await world.state(id)).undo, await tagsOf(751)]).toEqual(['needs-human', 'sluice-quarantine']);
  });

  it('P21 is cancelled when HA or replication took the guest in, and held while a gate cannot be read', async () => {
    const [ha, hidden] = [await world.ripe(752), await world.ripe(753)];
    await world.lab.act({ act: 'ha', vmid: 752, on: true });
    await world.lab.fault({ method: 'GET', path: '/cluster/replication$' }, { status: 500 }, 50);
    await round();
    expect(await world.state(ha)).toMatchObject({ state: 'cancelled' });
    expect(await world.state(hidden)).toMatchObject({ state: 'waiting', hold: { code: 'deletion.gate-unknown' } });
    await world.lab.clear();
    await round();
    expect((await world.state(hidden)).state).toBe('destroyed');
  });

  it('P8 expires where its time to start has passed, and nothing is destroyed late', async () => {
    const id = await world.ripe(754);
    await world.passSeconds(world.terms.startWithinSeconds + 1);
    await round();
    expect([await world.state(id), await world.deletes()]).toMatchObject([{ state: 'expired', undo: 'pending' }, 0]);
  });

  it('P20 refuses a running guest where the terms do not allow to shut it down', async () => {
    const id = await world.raise(760);
    await world.prepare.run(id);
    const after = await world.state(id);
    expect(after).toMatchObject({ state: 'refused', refusal: { code: 'deletion.gate-power' } });
    expect(after.refusal?.observed).toContain('it is running');
  });

  it('P20 P22 powers off at the start of the window where approved, and a cancel gives power and tags back', async () => {
    world.terms = { ...world.terms, powerOff: 'shutdown' };
    const id = await world.ripe(761);
    expect(await world.effects(id)).toEqual(['configure confirmed', 'shutdown confirmed']);
    expect(await isRunning(id)).toBe(false);
    await world.requests.cancel(world.people.otto, id, 'still needed');
    await world.undo.run(id);
    expect(await world.state(id)).toMatchObject({ undo: 'done' });
    expect([await tagsOf(761), await world.effects(id)]).toEqual(['prod', ['configure confirmed', 'shutdown confirmed', 'configure confirmed', 'start confirmed']]);
  });

  it('P22 leaves the power off when somebody changed the guest meanwhile, and says so', async () => {
    world.terms = { ...world.terms, powerOff: 'shutdown' };
    const id = await world.ripe(762);
    await world.lab.act({ act: 'set-config', vmid: 762, set: { memory: '4096' } });
    await round();
    await world.undo.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', undo: 'needs-human' });
    expect(await world.effects(id)).not.toContain('start confirmed');
  });

  it('P9 P3 stops at quarantine when the guest is not what the approvers were shown', async () => {
    const id = await world.raise(755);
    await world.prepare.run(id);
    await world.approve(id);
    await world.lab.act({ act: 'set-config', vmid: 755, set: { scsi1: 'disks:vm-755-disk-1,size=500G' } });
    await world.quarantine.run(id);
    const after = await world.state(id);
    expect(after).toMatchObject({ state: 'refused', refusal: { code: 'guest.changed-since-asked' }, undo: 'none', claimed: false });
    expect(after.refusal?.observed).toContain('scsi1 was absent');
    expect(await world.effects(id)).toEqual([]);
  });

  it('P20 stops a guest that does not answer only where exactly that was approved', async () => {
    world.terms = { ...world.terms, powerOff: 'shutdown-then-stop' };
    await world.lab.fault({ method: 'POST', path: '/qemu/763/status/shutdown$' }, { taskFails: 'VM quit/powerdown failed - got timeout', at: 'start' });
    const id = await world.ripe(763);
    expect(await world.effects(id)).toEqual(['configure confirmed', 'shutdown refused', 'stop confirmed']);
    world.terms = { ...world.terms, powerOff: 'shutdown' };
    await world.lab.fault({ method: 'POST', path: '/qemu/764/status/shutdown$' }, { taskFails: 'VM quit/powerdown failed - got timeout', at: 'start' });
    const other = await world.raise(764);
    await world.prepare.run(other);
    await world.approve(other);
    await world.quarantine.run(other);
    expect(await world.state(other)).toMatchObject({ state: 'needs-human', undo: 'pending' });
    await world.undo.run(other);
    expect([(await world.state(other)).undo, await tagsOf(764)]).toEqual(['done', 'prod']);
  }, 60_000);
});
