import { Module, type DynamicModule } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { deletionWorld, identityOf, vm, type DeletionWorld } from '../../test/model/deletion-world';
import { asNobody, asService, signedIn, type Browser } from '../../test/setup/http';
import { IdentityModule, seedPeople, seedServiceTokens } from '../identity';
import { createHttpApp } from '../platform/http';
import { DeletionModule } from './deletion.module';

@Module({}) class SpecModule {}
const path = '/api/deletion/requests';

describe('deletion requests over HTTP', () => {
  let world: DeletionWorld;
  let app: NestExpressApplication;
  let anna: Browser;
  let maria: Browser;

  beforeAll(async () => {
    world = await deletionWorld([vm(910), vm(911), vm(912)]);
    await seedPeople(world.db.owner, [
      { username: 'anna', displayName: 'Anna', password: 'correct horse', permissions: ['view', 'approve_deletion', 'request_deletion_vm'], netbox: { name: 'main', userId: 1 } },
      { username: 'maria', displayName: 'Maria', password: 'battery staple', permissions: ['view', 'approve_deletion'], netbox: { name: 'main', userId: 2 } },
    ]);
    await seedServiceTokens(world.db.owner, [{ name: 'plugin', token: 'a-token-of-the-plugin', permissions: ['view', 'request_deletion_vm'] }]);
    await world.db.owner.rows('update guest_links set netbox_vm_id = null');
    const root: DynamicModule = { module: SpecModule, imports: [IdentityModule.with({ db: world.db.api, publicUrl: 'https://sluice.example' }), DeletionModule.with({ requests: world.requests })] };
    app = await createHttpApp(root, { log: { error: () => undefined } });
    [anna, maria] = [await signedIn(app, 'anna', 'correct horse'), await signedIn(app, 'maria', 'battery staple')];
  });
  afterAll(async () => { await app.close(); await world.close(); });

  const raised = async (vmid: number): Promise<string> => {
    const { body } = await anna.post(path).send({ cluster: 'leipzig', guestId: identityOf(vmid).guestId, reason: 'replaced' }).expect(201);
    const { id } = body as { id: string };
    await world.prepare.run(id);
    return id;
  };
  const cardOf = async (who: Browser, id: string) => (await who.get(`${path}/${id}`).expect(200)).body as { digest: string; viewedAt: string; state: string; thing: { name: string; sentence: string }; you: { mayApprove: boolean }; gateCounts: { refused: number; unknown: number } };

  it('P17 P36 goes from request to approval by another person, who saw the card', async () => {
    const id = await raised(910);
    expect((await cardOf(anna, id)).you.mayApprove).toBe(false);
    const card = await cardOf(maria, id);
    expect(card).toMatchObject({ state: 'in-review', you: { mayApprove: true }, thing: { sentence: 'Destroy VM "guest-910" (910) on pve1, cluster leipzig.' }, gateCounts: { refused: 0, unknown: 0 } });
    const vote = { decision: 'approve', digest: card.digest, viewedAt: card.viewedAt, typedName: 'guest-910', reason: 'seen' };
    expect((await anna.post(`${path}/${id}/reviews`).send({ ...vote, viewedAt: (await cardOf(anna, id)).viewedAt }).expect(403)).body).toMatchObject({ code: 'review.four-eyes' });
    expect((await maria.post(`${path}/${id}/reviews`).send({ ...vote, typedName: '910' }).expect(409)).body).toMatchObject({ code: 'review.wrong-name' });
    expect((await maria.post(`${path}/${id}/reviews`).send({ ...vote, digest: 'f'.repeat(64) }).expect(409)).body).toMatchObject({ code: 'review.other-digest' });
    expect((await maria.post(`${path}/${id}/reviews`).send(vote).expect(201)).body).toMatchObject({ state: 'approved' });
  });

  it('P22 is cancelled by anyone who may view it, and then no more', async () => {
    const id = await raised(911);
    expect((await maria.post(`${path}/${id}/cancel`).send({ reason: 'still needed' }).expect(200)).body).toMatchObject({ state: 'cancelled' });
    expect((await maria.post(`${path}/${id}/cancel`).send({ reason: 'again' }).expect(409)).body).toMatchObject({ code: 'deletion.impossible-move' });
    expect((await maria.get(`${path}?state=cancelled&cluster=leipzig`).expect(200)).body).toMatchObject([{ id, state: 'cancelled' }]);
  });

  it('P17 P34 lets no service review, nobody without the right ask, and nobody at all without signing in', async () => {
    const id = await raised(912);
    await asNobody(app).get(`${path}/${id}`).expect(401);
    await asService(app, 'a-token-of-the-plugin').get(`${path}/${id}`).expect(200);
    await asService(app, 'a-token-of-the-plugin').post(`${path}/${id}/reviews`).send({ decision: 'veto', digest: 'f'.repeat(64), viewedAt: '2026-01-01T00:00:00Z', reason: 'x' }).expect(403);
    const asked = { cluster: 'leipzig', guestId: identityOf(912).guestId, reason: 'x' };
    await maria.post(path).send(asked).expect(403);
    expect((await asService(app, 'a-token-of-the-plugin').post(path).send(asked).expect(403)).body).toMatchObject({ code: 'identity.person-needed' });
  });

  it.each([
    ['an unknown decision', { decision: 'maybe', digest: 'f'.repeat(64), viewedAt: '2026-01-01T00:00:00Z', reason: 'x' }], ['a digest that is none', { decision: 'veto', digest: 'abc', viewedAt: '2026-01-01T00:00:00Z', reason: 'x' }],
    ['no time of the view', { decision: 'veto', digest: 'f'.repeat(64), reason: 'x' }], ['a field that widens the act', { decision: 'veto', digest: 'f'.repeat(64), viewedAt: '2026-01-01T00:00:00Z', reason: 'x', purge: true }],
  ])('P36 refuses a review with %s', async (_what, body) => {
    expect((await maria.post(`${path}/${identityOf(910).guestId}/reviews`).send(body).expect(400)).body).toMatchObject({ code: 'request.invalid' });
  });

  it('says plainly when there is no such request or guest', async () => {
    expect((await maria.get(`${path}/${identityOf(910).guestId}`).expect(404)).body).toMatchObject({ code: 'deletion.not-found' });
    expect((await anna.post(path).send({ cluster: 'leipzig', guestId: '99999999-9999-4999-8999-999999999999', reason: 'x' }).expect(404)).body).toMatchObject({ code: 'deletion.not-found' });
  });
});
