import { deletionWorld, vm, type DeletionWorld } from '../../test/model/deletion-world';
import { effectPoints } from '../effects';
import { pagesOfDatabase, verifyPages } from '../journal';
import { armFailpoint, disarmFailpoints, failpoints, FailpointReached, hitsOf } from '../platform/failpoint';

const pointsOf = (kind: string, without: readonly string[] = []): readonly string[] => effectPoints.filter((point) => !without.includes(point)).map((point) => `effects/${kind}/${point}`);
// Grants are synchronous: no UPID is ever accepted.
const lending = [...pointsOf('lend-user', ['after-accept']), ...pointsOf('lend-token', ['after-accept'])];
const destroying = pointsOf('destroy');
const takingBack = [...pointsOf('take-back-user', ['after-accept']), ...pointsOf('take-back-token', ['after-accept'])];
const moves = ['deletion/before-destroying', 'deletion/after-destroying', 'deletion/before-destroyed', 'deletion/after-destroyed'];
const endings = ['deletion/before-take-back', 'deletion/after-take-back', 'deletion/before-needs-human', 'deletion/after-needs-human'];
const quarantining = ['deletion/before-quarantining', 'deletion/after-quarantining', 'deletion/before-baseline', 'deletion/before-waiting', 'deletion/after-waiting', ...pointsOf('configure', ['after-accept'])];
const undoing = ['deletion/before-undo', 'deletion/before-undo-settled', 'deletion/after-undo-settled', ...pointsOf('configure', ['after-accept'])];

const first = 5000;
const cases = [...moves, ...lending, ...destroying, ...endings, ...takingBack, ...quarantining, ...undoing].length;

describe('a deleter or worker that dies', () => {
  let world: DeletionWorld;
  let next = first;
  beforeAll(async () => { world = await deletionWorld(Array.from({ length: cases + 6 }, (_one, index) => vm(first + index, {}, { net0: `virtio=BC:24:11:00:${Math.floor(index / 90) + 10}:${10 + (index % 90)},bridge=vmbr0` }))); });
  afterAll(() => world.close());
  beforeEach(() => world.lab.clear());
  afterEach(async () => {
    disarmFailpoints();
    for (const { id } of await world.db.owner.rows<{ id: string }>(`select id from deletion_requests where state = 'needs-human' and acknowledged_by is null`)) await world.requests.acknowledge(world.people.maria, id, 'seen in the test');
  });

  /** Dies at the point, which was reached, and a new process starts. */
  const dies = async (point: string, work: () => Promise<void>): Promise<void> => {
    armFailpoint(point, 'throw');
    await expect(work()).rejects.toThrow(FailpointReached);
    expect(hitsOf(point)).toBe(1);
  };
  const round = async (): Promise<void> => {
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
  };
  /** What must hold after every crash, whatever the end. */
  const holdsAfter = async (id: string, vmid: number): Promise<string> => {
    const { state, refusal } = await world.state(id);
    expect(await world.deletes()).toBeLessThanOrEqual(1);
    expect(await world.loanRows()).toBe(0);
    expect((await world.lab.guest(vmid)) === null).toBe(state === 'destroyed');
    expect(await world.db.owner.rows(`select step, state from effects where holder_id = $1 and settled_at is null`, [id])).toEqual([]);
    expect(await world.db.owner.one('select count(*)::integer as n from effects where holder_id = $1 and kind = $2', [id, 'destroy'])).toMatchObject({ n: expect.any(Number) as number });
    expect((await verifyPages(pagesOfDatabase(world.db.owner))).kind).toBe('whole');
    if (state === 'needs-human') expect(refusal?.observed).toContain('the loan is taken back');
    return state;
  };

  it.each(moves)('P25 P27 at %s: the new process ends it as it should', async (point) => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await dies(point, round);
    await round();
    expect(await holdsAfter(id, vmid)).toBe('destroyed');
  });

  it.each(lending)('P25 P29 at %s: nothing sent yet goes on, a loan that was called is taken back and a human looks', async (point) => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await dies(point, round);
    await round();
    const nothingWasCalled = point === 'effects/lend-user/after-intent' || point === 'effects/lend-user/after-recheck';
    expect(await holdsAfter(id, vmid)).toBe(nothingWasCalled ? 'destroyed' : 'needs-human');
  }, 60_000);

  it.each(destroying)('P25 P26 P27 at %s: the DELETE is settled by looking and never sent again', async (point) => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await dies(point, round);
    await round();
    const wasSent = !['after-intent', 'after-recheck', 'before-call'].some((place) => point.endsWith(place));
    expect(await holdsAfter(id, vmid)).toBe(wasSent ? 'destroyed' : 'needs-human');
    expect(await world.deletes()).toBe(wasSent ? 1 : 0);
  }, 60_000);

  it.each([...endings, ...takingBack])('P15 P25 at %s, after Proxmox refused the DELETE: the loan is taken back by the next start', async (point) => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await world.lab.actAt({ method: 'DELETE', path: `/qemu/${vmid}$` }, { act: 'protect', vmid, on: true });
    await dies(point, round);
    await round();
    expect(await holdsAfter(id, vmid)).toBe('needs-human');
  }, 60_000);

  it.each(quarantining)('P22 P25 at %s: quarantine goes on from its rows', async (point) => {
    const vmid = next++;
    const id = await world.raise(vmid);
    await world.prepare.run(id);
    await world.approve(id);
    await dies(point, () => world.quarantine.run(id));
    await world.quarantine.run(id);
    await world.quarantine.run(id);
    expect([(await world.state(id)).state, (await world.lab.guest(vmid))?.main['tags']]).toEqual(['waiting', 'prod;sluice-quarantine']);
    expect((await world.effects(id)).filter((line) => line === 'configure confirmed')).toHaveLength(1);
    await world.requests.cancel(world.people.otto, id, 'enough');
  }, 60_000);

  it.each(undoing)('P22 P25 at %s: the undo goes on from its rows', async (point) => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await world.requests.cancel(world.people.otto, id, 'still needed');
    await dies(point, () => world.undo.run(id));
    await world.undo.run(id);
    expect([await world.state(id), (await world.lab.guest(vmid))?.main['tags']]).toMatchObject([{ state: 'cancelled', undo: 'done', claimed: false }, 'prod']);
  }, 60_000);

  it('P28 a deleter that was taken over while it held the loan can write nothing any more, and its late DELETE is refused', async () => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    const [old, young] = [world.deleter(), world.deleter()];
    await old.start();
    await world.lab.fault({ method: 'GET', path: '/access/permissions$', token: 'destroy' }, { delayMillis: 1500 });
    const late = old.tick();
    for (let looked = 0; (await world.loanRows()) < 2 && looked < 500; looked++) continue;
    await young.start();
    await late;
    expect(await holdsAfter(id, vmid)).toBe('needs-human');
    // The end was written by the one that took over, not by the one that saw its loan vanish.
    expect((await world.state(id)).refusal?.code).toBe('deletion.interrupted');
    expect(await world.deletes()).toBe(0);
  });

  it('P15 a loan that is found at start although its request has ended is taken back', async () => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await world.lab.actAt({ method: 'DELETE', path: `/qemu/${vmid}$` }, { act: 'protect', vmid, on: true });
    await round();
    expect((await world.state(id)).state).toBe('needs-human');
    await world.lab.act({ act: 'acl', path: `/vms/${vmid}`, role: 'SluiceDestroyOne', holder: 'sluice-destroy@pve', grant: true });
    await world.deleter().start();
    expect(await world.loanRows()).toBe(0);
  });

  it('P15 P26 stays in destroying, shown, while the loan cannot be taken back, and is tried again', async () => {
    const vmid = next++;
    const id = await world.ripe(vmid);
    await world.lab.actAt({ method: 'DELETE', path: `/qemu/${vmid}$` }, { act: 'protect', vmid, on: true });
    const deleter = world.deleter();
    await deleter.start();
    await world.lab.actAt({ method: 'DELETE', path: `/qemu/${vmid}$` }, { act: 'acl', path: '/access', role: 'SluiceSysAudit', holder: 'sluice-reflect@pve', grant: false });
    await deleter.tick();
    expect(await world.state(id)).toMatchObject({ state: 'destroying' });
    expect((await world.state(id)).hold?.observed).toContain('protection mode enabled');
    const cancel = await world.requests.cancel(world.people.otto, id, 'stop');
    expect(cancel.ok ? 'accepted' : cancel.error.code).toBe('deletion.too-late-to-cancel');
    await world.lab.act({ act: 'acl', path: '/access', role: 'SluiceSysAudit', holder: 'sluice-reflect@pve', grant: true });
    await deleter.tick();
    expect(await holdsAfter(id, vmid)).toBe('needs-human');
    expect((await world.state(id)).refusal?.observed).toContain('protection mode enabled');
  }, 60_000);

  it('names every failpoint of the deletion states, and each is reached above', () => {
    const named = new Set([...moves, ...endings, ...quarantining, ...undoing]);
    expect(failpoints().filter((point) => point.startsWith('deletion/') && !named.has(point))).toEqual(['deletion/after-prepared', 'deletion/before-prepared']);
  });
});
