import { judgeRights, deletionAllowed, type RightsVerdict, type TokenName } from '../endpoints';
import { ok } from '../kernel';
import { container, deletionWorld, vm, type DeletionWorld } from '../../test/model/deletion-world';

const vmids = [720, 721, 722, 723, 724, 725, 726, 727, 728, 729, 730, 731, 732, 733, 734, 735, 736, 737, 738, 739, 740];

describe('the one executor that destroys', () => {
  let world: DeletionWorld;
  beforeAll(async () => { world = await deletionWorld([vm(711), container(712), ...vmids.map((vmid) => vm(vmid))]); });
  afterAll(() => world.close());
  beforeEach(() => world.lab.clear());
  afterEach(async () => {
    // What one test left for a human must not stop the next one.
    for (const { id } of await world.db.owner.rows<{ id: string }>(`select id from deletion_requests where state = 'needs-human' and acknowledged_by is null`)) await world.requests.acknowledge(world.people.maria, id, 'seen in the test');
    world.rights = () => Promise.resolve(ok(undefined));
  });

  const destroyed = async (vmid: number): Promise<string> => {
    const id = await world.ripe(vmid);
    await round();
    return id;
  };
  const round = async (): Promise<void> => {
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
  };
  const survives = async (vmid: number): Promise<boolean> => (await world.lab.guest(vmid)) !== null;

  it('P15 P22 P27 destroys a guest that nobody touched: lent in two halves, one DELETE, absence read back, no right left', async () => {
    const id = await destroyed(711);
    expect(await world.state(id)).toMatchObject({ state: 'destroyed', undo: 'none', claimed: false });
    expect(await world.effects(id)).toEqual(['configure confirmed', 'lend-user confirmed', 'lend-token confirmed', 'destroy confirmed']);
    expect([await survives(711), await world.loanRows(), await world.deletes()]).toEqual([false, 0, 1]);
    expect(await world.db.owner.rows(`select reason from vmid_ledger where vmid = 711 and reason = 'destroyed'`)).toHaveLength(1);
    expect(await world.db.owner.rows(`select state from guest_links where vmid = 711`)).toEqual([{ state: 'gone' }]);
  });

  it('P15 destroys a container the same way', async () => {
    expect((await world.state(await destroyed(712))).state).toBe('destroyed');
    expect(await survives(712)).toBe(false);
  });

  it('P11 tells of a volume that Proxmox could not remove, though the task ended with OK', async () => {
    await world.lab.act({ act: 'hold-volume', volid: 'disks:vm-740-disk-0', held: true });
    const id = await destroyed(740);
    expect((await world.state(id)).state).toBe('destroyed');
    const view = await world.requests.view(world.people.otto, id);
    expect(view.ok && view.value.time.sentence).toBe('It was destroyed, but Proxmox could not remove disks:vm-740-disk-0: look at the storage and remove what is left by hand.');
  });

  it('P22 does nothing before the window has passed', async () => {
    const id = await world.raise(720);
    await world.prepare.run(id);
    await world.approve(id);
    await world.quarantine.run(id);
    await round();
    expect([(await world.state(id)).state, await survives(720), await world.deletes()]).toEqual(['waiting', true, 0]);
    await world.requests.cancel(world.people.otto, id, 'still needed');
  });

  it('P15 a successor under the VMID in the last second is refused by Proxmox itself; the request says so, the successor lives, the loan is taken back', async () => {
    const id = await world.ripe(721);
    await world.lab.actAt({ method: 'DELETE', path: '/qemu/721$', token: 'destroy' }, { act: 'recycle', vmid: 721, pool: 'same', config: { name: 'somebody-elses' } });
    await round();
    const after = await world.state(id);
    expect(after).toMatchObject({ state: 'needs-human', refusal: { code: 'proxmox.refused' } });
    expect(after.refusal?.observed).toContain('403 Permission check failed (/vms/721, VM.Allocate)');
    expect(after.refusal?.observed).toContain('is not the guest that was meant');
    expect((await world.lab.guest(721))?.main['name']).toBe('somebody-elses');
    expect([await world.loanRows(), await world.deletes()]).toEqual([0, 1]);
  });

  it('P13 P15 a successor that comes between loan and last check is never asked to go', async () => {
    const id = await world.ripe(722);
    await world.lab.actAt({ method: 'GET', path: '/access/permissions$', token: 'destroy' }, { act: 'recycle', vmid: 722, pool: 'same' });
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'needs-human' });
    expect([await survives(722), await world.deletes(), await world.loanRows()]).toEqual([true, 0, 0]);
  });

  it('P26 P27 an answer lost on DELETE is settled by looking: one DELETE, destroyed', async () => {
    const id = await world.ripe(723);
    await world.lab.fault({ method: 'DELETE', path: '/qemu/723$' }, 'answer-lost');
    await round();
    expect([(await world.state(id)).state, await survives(723), await world.deletes()]).toEqual(['destroyed', false, 1]);
  });

  it('P26 P27 a DELETE that never arrived is not sent again: needs a human, loan taken back', async () => {
    const id = await world.ripe(724);
    await world.lab.fault({ method: 'DELETE', path: '/qemu/724$' }, 'connection-reset-before');
    await round();
    expect([(await world.state(id)).state, await survives(724), await world.loanRows()]).toEqual(['needs-human', true, 0]);
    await round();
    expect(await world.deletes()).toBeLessThanOrEqual(1);
  });

  it('P26 an answer lost on a loan is settled by looking at the grants', async () => {
    const id = await world.ripe(725);
    await world.lab.fault({ method: 'PUT', path: '/access/acl$', token: 'lender' }, 'answer-lost');
    await round();
    expect([(await world.state(id)).state, await world.deletes()]).toEqual(['destroyed', 1]);
  });

  it.each([
    ['protects', { act: 'protect', vmid: 726, on: true }, 726], ['locks', { act: 'lock', vmid: 727, lock: 'backup' }, 727],
  ] as const)('P15 P21 somebody %s the guest right before the DELETE: Proxmox refuses, the loan is taken back, a human looks', async (_word, act, vmid) => {
    const id = await world.ripe(vmid);
    await world.lab.actAt({ method: 'DELETE', path: `/qemu/${vmid}$` }, act);
    await round();
    expect([(await world.state(id)).state, await survives(vmid), await world.loanRows(), await world.deletes()]).toEqual(['needs-human', true, 0, 1]);
    // Proxmox refused, so nothing was destroyed: our tag goes, as soon as no lock stands against it.
    await world.undo.run(id);
    await world.lab.act({ act: 'unlock', vmid });
    await world.undo.run(id);
    expect([(await world.state(id)).undo, (await world.lab.guest(vmid))?.main['tags']]).toEqual(['done', 'prod']);
  });

  it.each<[string, number, Parameters<typeof world.lab.fault>[1]]>([['failed', 737, { taskFails: 'lvremove failed', at: 'middle' }], ['was killed', 738, { taskKilled: 'middle' }]])('P26 P29 a destroy whose task %s half-way asks a human, and nothing is undone on its own', async (_word, vmid, fault) => {
    const id = await world.ripe(vmid);
    await world.lab.fault({ method: 'DELETE', path: `/qemu/${vmid}$` }, fault);
    await round();
    expect([(await world.state(id)).state, await world.loanRows(), await world.deletes()]).toEqual(['needs-human', 0, 1]);
    await world.undo.run(id);
    expect(await world.state(id)).toMatchObject({ undo: 'needs-human', undoDetail: { guest: { untouched: expect.stringContaining('P29') as string } } });
    expect(await world.effects(id)).toEqual(expect.not.arrayContaining(['start confirmed']));
  }, 60_000);

  it('P23 destroys at most so many an hour and cluster, and waits', async () => {
    world.terms = { ...world.terms, maxPerHour: 1 };
    const id = await world.ripe(739);
    world.terms = { ...world.terms, maxPerHour: 100 };
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'deletion.too-many' } });
    await world.requests.cancel(world.people.otto, id, 'enough');
  });

  it('P20 a guest that was started right before the DELETE stays: Proxmox refuses, and nothing of ours can force it', async () => {
    const id = await world.ripe(728);
    await world.lab.actAt({ method: 'DELETE', path: '/qemu/728$' }, { act: 'start', vmid: 728 });
    await round();
    expect([(await world.state(id)).state, await survives(728), await world.loanRows()]).toEqual(['needs-human', true, 0]);
  });

  it('P19 an approval whose giver lost the right meanwhile does not carry the execution', async () => {
    const id = await world.ripe(729);
    await world.db.owner.rows(`delete from person_permissions where person_id = $1 and permission = 'approve_deletion'`, [world.people.maria.personId]);
    await round();
    await world.db.owner.rows(`insert into person_permissions values ($1, 'approve_deletion')`, [world.people.maria.personId]);
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', refusal: { code: 'deletion.approval-void' }, undo: 'pending' });
    expect(await survives(729)).toBe(true);
  });

  it('P31 a freeze before the start holds it, and it goes on when unfrozen', async () => {
    const id = await world.ripe(730);
    await world.freeze();
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'freeze.on' } });
    await world.unfreeze();
    await round();
    expect((await world.state(id)).state).toBe('destroyed');
  });

  it('P31 a freeze in the middle, after the first half was lent, stops everything but the taking back', async () => {
    const id = await world.ripe(731);
    let asked = 0;
    // The answer to the first half comes late: the grant stands already, and the freeze is set before the second half is called.
    const deleter = world.deleter();
    await deleter.start();
    await world.lab.fault({ method: 'PUT', path: '/access/acl$', token: 'lender' }, { delayMillis: 300 });
    const running = deleter.tick();
    while ((await world.loanRows()) === 0 && asked < 200) asked++;
    await world.freeze();
    await running;
    await world.unfreeze();
    expect(await world.state(id)).toMatchObject({ state: 'needs-human', refusal: { code: 'freeze.on' } });
    expect([await survives(731), await world.loanRows(), await world.deletes()]).toEqual([true, 0, 0]);
  });

  it('P15 broader or unreadable rights refuse deletion on that cluster, and nothing else', async () => {
    const id = await world.ripe(732);
    await world.lab.act({ act: 'acl', path: '/pool/cust2', role: 'SluiceLend', holder: 'sluice-lender@pve', grant: true });
    await world.lab.act({ act: 'acl', path: '/pool/cust2', role: 'SluiceLend', holder: 'sluice-lender@pve!lender', grant: true });
    const settings = { name: 'leipzig', netbox: 'main', netboxCluster: 'leipzig', allowWrites: true, intakePool: 'sluice-intake', managedPools: ['sluice-managed', 'cust1'], deletablePools: ['cust1'], defaultBridge: null, defaultStorage: null, vmidRange: { first: 1, last: 2 } };
    world.rights = async (cluster, asks) => {
      const verdicts = new Map<TokenName, RightsVerdict>();
      for (const [token, ask] of [['lender', asks.lender], ['destroy', asks.destroy]] as const) verdicts.set(token, judgeRights(token, await ask(), settings, ok([])));
      return deletionAllowed(cluster, verdicts);
    };
    await round();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'deletion.rights' } });
    for (const holder of ['sluice-lender@pve', 'sluice-lender@pve!lender']) await world.lab.act({ act: 'acl', path: '/pool/cust2', role: 'SluiceLend', holder, grant: false });
    world.rights = () => Promise.resolve(ok(undefined));
    await round();
    expect((await world.state(id)).state).toBe('destroyed');
  });

  it('P15 a grant that no request explains stops deletion on that cluster and is shown, until somebody takes it back', async () => {
    const id = await world.ripe(733);
    await world.lab.act({ act: 'acl', path: '/vms/734', role: 'SluiceDestroyOne', holder: 'sluice-destroy@pve', grant: true });
    const deleter = world.deleter();
    await deleter.start();
    expect(deleter.stops.get('leipzig')?.observed).toContain('/vms/734 SluiceDestroyOne for user sluice-destroy@pve');
    await deleter.tick();
    expect(await world.state(id)).toMatchObject({ state: 'waiting', hold: { code: 'loan.unexplained' } });
    expect(await world.db.owner.rows(`select 1 as line from journal_entries where kind = 'deletion.stopped'`)).toHaveLength(1);
    await world.lab.act({ act: 'acl', path: '/vms/734', role: 'SluiceDestroyOne', holder: 'sluice-destroy@pve', grant: false });
    await deleter.tick();
    expect((await world.state(id)).state).toBe('destroyed');
  });

  it('P23 one surprise stops the rest until a human said that they saw it, and never two in one round', async () => {
    const [first, second, third] = [await world.ripe(734), await world.ripe(735), await world.ripe(736)];
    await world.lab.actAt({ method: 'DELETE', path: '/qemu/734$' }, { act: 'protect', vmid: 734, on: true });
    const deleter = world.deleter();
    await deleter.start();
    await deleter.tick();
    await deleter.tick();
    expect([(await world.state(first)).state, (await world.state(second)).state]).toEqual(['needs-human', 'waiting']);
    expect(await world.state(second)).toMatchObject({ hold: { code: 'deletion.human-first' } });
    await world.requests.acknowledge(world.people.otto, first, 'protection was meant');
    await deleter.tick();
    expect([(await world.state(second)).state, (await world.state(third)).state]).toEqual(['destroyed', 'waiting']);
    await deleter.tick();
    expect((await world.state(third)).state).toBe('destroyed');
  });
});
