import { deletionWorld, identityOf, terms as defaultTerms, vm, type DeletionWorld } from '../../test/model/deletion-world';
import type { PersonActor } from '../identity';
import type { Instant } from '../kernel';

const vmids = Array.from({ length: 30 }, (_one, index) => 800 + index);

describe('deletion requests, as the runtime roles', () => {
  let world: DeletionWorld;
  let next = 800;
  beforeAll(async () => { world = await deletionWorld([...vmids.map((vmid) => vm(vmid)), vm(850, {}, { protection: '1' }), vm(851, {}, { smbios1: 'uuid=00000000-0000-4000-8000-000000000852' }), vm(852)]); });
  afterAll(() => world.close());
  afterEach(async () => { world.terms = defaultTerms; await world.lab.clear(); });

  const inReview = async (): Promise<{ readonly id: string; readonly vmid: number }> => {
    const vmid = next++;
    const id = await world.raise(vmid);
    await world.prepare.run(id);
    expect((await world.state(id)).state).toBe('in-review');
    return { id, vmid };
  };
  const card = async (id: string, who: PersonActor = world.people.maria) => {
    const view = await world.requests.view(who, id);
    if (!view.ok) throw new Error(view.error.observed);
    return view.value;
  };
  const review = async (id: string, who: PersonActor, change: Partial<Parameters<typeof world.requests.review>[2]> = {}) => {
    const view = await card(id, who);
    const done = await world.requests.review(who, id, { decision: 'approve', digest: view.digest, viewedAt: view.viewedAt, typedName: view.thing.name, reason: 'seen', ...change });
    return done.ok ? done.value.state.state : done.error.code;
  };

  it('P3 freezes terms and content into a digest, and P18 a later policy does not reach the request', async () => {
    const { id } = await inReview();
    world.terms = { ...world.terms, threshold: 9, windowSeconds: 1 };
    const view = await card(id);
    expect([view.votes.threshold, view.time.windowSeconds, view.digest]).toEqual([1, 60, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    for (const db of [world.db.worker, world.db.api, world.db.owner]) await expect(db.rows('update deletion_requests set threshold = 0 + 1, window_seconds = 1 where id = $1', [id])).rejects.toThrow('frozen into the request');
  });

  it('P17 refuses whoever asked for it, under every linked account, in code and in the database as the api role', async () => {
    const { id } = await inReview();
    expect([await review(id, world.people.anna), await review(id, world.people.annaAtNetBox)]).toEqual(['review.four-eyes', 'review.four-eyes']);
    const view = await card(id, world.people.annaAtNetBox);
    expect([view.you.mayApprove, view.you.mayVeto, view.you.why]).toEqual([false, true, expect.stringContaining('does not approve')]);
    for (const who of [world.people.anna, world.people.annaAtNetBox]) {
      await expect(world.db.api.rows(`insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ($1, $2, 'approve', $3, '{}', sluice_now(), $4, 'x')`, [id, who.personId, view.digest, view.thing.name])).rejects.toThrow('four eyes');
    }
    await expect(world.db.api.rows(`update deletion_requests set state = 'approved', approved_at = sluice_now(), start_by = sluice_now() + interval '1 day' where id = $1`, [id])).rejects.toThrow('0 of 1 approvals stand');
  });

  it('P17 counts one person once, and P18 the threshold is reached by different people', async () => {
    world.terms = { ...world.terms, threshold: 2 };
    const { id } = await inReview();
    expect([await review(id, world.people.maria), await review(id, world.people.maria), await review(id, world.people.otto)]).toEqual(['in-review', 'review.already', 'approved']);
    expect(world.queue.at(-1)).toEqual({ task: 'deletion.quarantine', id });
    expect(await world.db.owner.one<{ shown: string }>(`select shown from deletion_reviews where request_id = $1 limit 1`, [id])).toMatchObject({ shown: expect.stringContaining('"verb":"Destroy"') as string });
  });

  it('P18 one veto is final and beats the approvals before it', async () => {
    world.terms = { ...world.terms, threshold: 2 };
    const { id } = await inReview();
    expect([await review(id, world.people.maria), await review(id, world.people.otto, { decision: 'veto', typedName: null })]).toEqual(['in-review', 'vetoed']);
    expect(await review(id, world.people.maria)).toBe('review.not-in-review');
    expect(await world.state(id)).toMatchObject({ state: 'vetoed', claimed: false });
  });

  it('P19 refuses a reviewer whose right was taken since the page was opened', async () => {
    const { id } = await inReview();
    const view = await card(id);
    await world.db.owner.rows(`delete from person_permissions where person_id = $1 and permission = 'approve_deletion'`, [world.people.maria.personId]);
    const done = await world.requests.review(world.people.maria, id, { decision: 'approve', digest: view.digest, viewedAt: view.viewedAt, typedName: view.thing.name, reason: 'seen' });
    await world.db.owner.rows(`insert into person_permissions values ($1, 'approve_deletion')`, [world.people.maria.personId]);
    expect(done.ok ? 'accepted' : done.error.code).toBe('review.not-allowed');
  });

  it('P36 checks digest, typed name, reason and age of the view on the server', async () => {
    const { id } = await inReview();
    const { viewedAt } = await card(id);
    expect(await review(id, world.people.maria, { digest: 'f'.repeat(64) })).toBe('review.other-digest');
    expect(await review(id, world.people.maria, { typedName: 'guest-8' })).toBe('review.wrong-name');
    expect(await review(id, world.people.maria, { typedName: null })).toBe('review.wrong-name');
    expect(await review(id, world.people.maria, { reason: '  ' })).toBe('review.no-reason');
    expect(await review(id, world.people.maria, { viewedAt: '2099-01-01T00:00:00Z' as Instant })).toBe('review.view-from-the-future');
    await world.passSeconds(601);
    expect(await review(id, world.people.maria, { viewedAt })).toBe('review.stale-view');
    expect(await review(id, world.people.maria)).toBe('approved');
  });

  it('P36 refuses a view that is older than the last change: somebody voted while you looked', async () => {
    world.terms = { ...world.terms, threshold: 2 };
    const { id } = await inReview();
    const { viewedAt } = await card(id, world.people.otto);
    await review(id, world.people.maria);
    expect(await review(id, world.people.otto, { viewedAt })).toBe('review.changed-since');
  });

  it('P36 nothing can be approved while the guest is not seen to be that guest', async () => {
    const { id, vmid } = await inReview();
    await world.lab.act({ act: 'recycle', vmid, pool: 'same' });
    const view = await card(id);
    expect([view.still?.verdict, view.you.mayApprove]).toEqual(['changed', false]);
    expect(await review(id, world.people.maria)).toBe('review.not-that-guest');
    expect(await review(id, world.people.maria, { decision: 'veto', typedName: null })).toBe('vetoed');
  });

  it('P35 refuses at once where too few people could approve, with the reason', async () => {
    world.terms = { ...world.terms, threshold: 3 };
    const id = await world.raise(next++);
    await world.prepare.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'refused', refusal: { code: 'deletion.nobody-could-approve', observed: expect.stringContaining('2 hold approve_deletion') as string }, claimed: false });
  });

  it('P21 refuses a protected guest and names who can change that; nothing is cleared on anybody’s behalf', async () => {
    const id = await world.raise(850);
    await world.prepare.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'refused', refusal: { code: 'deletion.gate-protection' } });
    expect((await world.lab.guest(850))?.main['protection']).toBe('1');
    expect((await card(id)).gates[0]).toMatchObject({ name: 'protection', verdict: 'refused' });
  });

  it('P13 refuses a guest whose uuid another guest has too', async () => {
    const id = await world.raise(852);
    await world.prepare.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'refused', refusal: { code: 'deletion.gate-duplicate', observed: expect.stringContaining('qemu 851') as string } });
  });

  it('P30 a part that cannot be read refuses the request', async () => {
    const id = await world.raise(next++);
    await world.lab.fault({ method: 'GET', path: '/cluster/ha/resources$' }, { status: 500 }, 50);
    await world.prepare.run(id);
    expect(await world.state(id)).toMatchObject({ state: 'refused', refusal: { code: 'deletion.gate-unknown' } });
  });

  it('P7 has one live request on a guest, and the next one only after its end', async () => {
    const { id, vmid } = await inReview();
    await expect(world.raise(vmid)).rejects.toThrow(`request ${id} holds the guest`);
    await world.requests.cancel(world.people.otto, id, 'no');
    expect((await world.state(await world.raise(vmid))).state).toBe('requested');
  });

  it.each(['requested', 'in-review', 'approved', 'quarantining', 'waiting'] as const)('P22 is cancelled by anyone who may view it while it is %s, finally', async (wanted) => {
    const vmid = next++;
    const id = await world.raise(vmid);
    if (wanted !== 'requested') await world.prepare.run(id);
    if (['approved', 'quarantining', 'waiting'].includes(wanted)) await world.approve(id);
    if (wanted === 'quarantining') {
      // A worker is in the middle of it: the tag's answer is late, and the cancel comes in between.
      await world.lab.fault({ method: 'PUT', path: `/qemu/${vmid}/config$` }, { delayMillis: 400 });
      const running = world.quarantine.run(id);
      for (let looked = 0; (await world.effects(id)).join() !== 'configure called' && looked < 500; looked++) continue;
      expect((await world.requests.cancel(world.people.otto, id, 'no')).ok).toBe(true);
      await running;
    } else {
      if (wanted === 'waiting') await world.quarantine.run(id);
      expect((await world.state(id)).state).toBe(wanted);
      expect((await world.requests.cancel(world.people.otto, id, 'no')).ok).toBe(true);
    }
    expect(await world.state(id)).toMatchObject({ state: 'cancelled', undo: wanted === 'waiting' || wanted === 'quarantining' ? 'pending' : 'none' });
    await world.undo.run(id);
    expect([await world.state(id), (await world.lab.guest(vmid))?.main['tags']]).toMatchObject([{ claimed: false }, 'prod']);
    const again = await world.requests.cancel(world.people.otto, id, 'no');
    expect(again.ok ? 'accepted' : again.error.code).toBe('deletion.impossible-move');
    await world.quarantine.run(id);
    expect((await world.state(id)).state).toBe('cancelled');
  });

  it('P24 begins one inside Sluice only for those who may ask, for a guest that is there, and keeps the record', async () => {
    const vmid = next++;
    const { guestId } = identityOf(vmid);
    const ask = async (who: PersonActor) => {
      const done = await world.requests.requestDirectly(who, { cluster: 'leipzig', guestId, reason: 'replaced' });
      return done.ok ? done.value : done.error.code;
    };
    expect(await ask(world.people.maria)).toBe('deletion.not-allowed');
    const id = await ask(world.people.anna);
    const content = JSON.parse((await world.db.owner.one<{ content: string }>('select content from deletion_requests where id = $1', [id])).content) as { readonly originators: readonly string[]; readonly netboxRecordRemoved: boolean };
    expect(content.originators).toContain('netbox:main:4');
    expect(content.netboxRecordRemoved).toBe(false);
    expect(await ask(world.people.anna)).toBe('guest.claimed');
  });

  it('P8 expires what nobody approved in time, by the scheduler, and asks again for what a crash took out of the queue', async () => {
    const { id } = await inReview();
    const stranded = await world.raise(next++);
    world.queue.length = 0;
    await world.sweep.tick();
    expect(world.queue).toContainEqual({ task: 'deletion.prepare', id: stranded });
    await world.passSeconds(world.terms.approveWithinSeconds + 1);
    await world.sweep.tick();
    expect([(await world.state(id)).state, (await world.state(stranded)).state]).toEqual(['expired', 'expired']);
  });
});
