// The journal and the story of one guest, over real HTTP and rows made the way production makes them.
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IdentityModule, seedServiceTokens } from '../../src/identity';
import { append, type Explanation, type JournalPage } from '../../src/journal';
import { JournalModule } from '../../src/journal/journal.module';
import { createHttpApp } from '../../src/platform/http';
import { Fixtures, type RequestFixture } from '../setup/fixtures';
import { asNobody, asService } from '../setup/http';
import { testDatabase, type TestDatabase } from '../setup/test-database';

@Module({}) class SpecModule {}

describe('the journal over HTTP', () => {
  let db: TestDatabase;
  let app: NestExpressApplication;
  let fixtures: Fixtures;
  const get = (path: string) => asService(app, 'viewer-token').get(path);

  beforeAll(async () => {
    db = await testDatabase();
    fixtures = new Fixtures(db);
    await seedServiceTokens(db.owner, [{ name: 'viewer', token: 'viewer-token', permissions: ['view'] }]);
    app = await createHttpApp({ module: SpecModule, imports: [IdentityModule.with({ db: db.api, publicUrl: 'http://localhost' }), JournalModule.with({ db: db.api })] });
  });
  afterAll(async () => {
    await app.close();
    await db.drop();
  });

  it('P34 is not for everybody', async () => {
    await asNobody(app).get('/api/journal').expect(401);
    await asNobody(app).get('/api/explain/guests/5b0f1d6c-0000-4000-8000-000000000000').expect(401);
  });

  it('P37 gives the chain in pages that continue each other', async () => {
    for (let n = 0; n < 5; n++) await append(db.worker, { kind: 'spec.line', subject: n % 2 === 0 ? 'spec:even' : 'spec:odd', actor: 'role:worker', body: { n } });
    const { body: first } = await get('/api/journal?limit=4').expect(200) as { body: JournalPage };
    expect(first.entries).toHaveLength(4);
    expect(first.next).toBe(first.entries.at(-1)?.seq);
    const { body: rest } = await get(`/api/journal?after=${first.next}`).expect(200) as { body: JournalPage };
    expect(rest.entries[0]?.previousHash).toBe(first.entries.at(-1)?.hash);
    expect(rest).toMatchObject({ next: null, head: { seq: rest.entries.at(-1)?.seq, hash: rest.entries.at(-1)?.hash } });
    const { body: odd } = await get('/api/journal?subject=spec:odd').expect(200) as { body: JournalPage };
    expect(odd.entries.map((entry) => entry.body)).toEqual(['{"n":1}', '{"n":3}']);
  });

  it('refuses a page that is too long and a key that it does not know, in one answer', async () => {
    expect((await get('/api/journal?limit=5000&since=yesterday').expect(400)).body).toMatchObject({ code: 'request.invalid', title: '2 fields are not acceptable: since, limit.' });
  });

  describe('P39 explains a guest that was changed and then destroyed', () => {
    let explanation: Explanation;
    let request: RequestFixture;

    beforeAll(async () => {
      const guest = await fixtures.guest({ netboxVmId: 12 });
      const boris = await fixtures.person({ username: 'Boris', permissions: ['view', 'approve_deletion'] });
      await fixtures.person({ username: 'Anna', netbox: 7 });
      const plan = await fixtures.plan({ branchId: 5, content: { actions: [{ kind: 'update', target: { guestId: guest.guestId } }] }, findings: [{ rule: 'node.online', severity: 'info', object: 'VM web', observed: 'node1 online', next: '' }] });
      await db.api.change("insert into gate_answers (netbox, branch_id, action, change_digest, permitted, plan_id, message) values ('main', 5, 'merge', 'c', true, $1, 'VM web gets 4 cores.')", [plan.id]);
      const merge = await fixtures.merge({ planId: plan.id, branchId: 5, person: { id: 7, username: 'anna' } });
      const job = await fixtures.job({ planId: plan.id, mergeId: merge, state: 'running' });
      const effect = await fixtures.effect({ holderKind: 'job', holderId: job, guest, step: 'cores' });
      await db.worker.change(`update effects set state = 'called', called_at = sluice_now(), evidence = '{"digest": "abc", "cores": 2}' where id = $1`, [effect.id]);
      await db.worker.change(`update effects set state = 'confirmed', settled_at = sluice_now(), outcome = '{"cores": 4}' where id = $1`, [effect.id]);
      await fixtures.plan({ branchId: 6 });
      request = await fixtures.request('destroyed', { guest, reviewer: boris });
      await append(db.worker, { kind: 'deletion.waiting', subject: `request:${request.id}`, actor: 'role:worker', body: {} });
      await fixtures.request('vetoed');
      explanation = (await get(`/api/explain/guests/${guest.guestId}`).expect(200)).body as Explanation;
    });

    const sentences = (chapter: string) => explanation.story.filter((line) => line.chapter === chapter).map((line) => line.sentence);

    it('who asked', () => {
      expect(sentences('asked')).toEqual([
        expect.stringMatching(/^service:plugin had plan [0-9a-f]{8} made under policy version 1/), 'anna merged the branch branch-5 in NetBox.',
        expect.stringMatching(/asked for the deletion \(request [0-9a-f]{8}\): no longer needed\. Originators: Anna\. Frozen into it: 1 approval, a window of 60 s, power off shutdown\.$/),
      ]);
    });

    it('who saw and who approved', () => {
      const name = request.digest.slice(0, 8);
      expect(sentences('saw')).toEqual([`Boris was shown request ${name}.`]);
      expect(sentences('approved')).toEqual(['The gate permitted the merge: VM web gets 4 cores.', `Boris approved request ${name}, typing the name ${request.guest.name}: agreed.`, expect.stringContaining('had its approvals; its recovery window ends at')]);
    });

    it('which checks saw which values', () => {
      expect(sentences('checked')).toEqual(['The rule node.online looked at VM web and saw node1 online (info).', 'Just before configure (step cores) the target was read again and seen as {"cores":2,"digest":"abc"}.']);
    });

    it('what was sent and what came back', () => {
      expect(sentences('sent')).toEqual(['Sent for configure (step cores): {"cores":4}.', 'Sent for destroy (step destroy): {"cores":4}.']);
      expect(sentences('came-back')).toEqual(['Configure (step cores) ended confirmed: {"cores":4}.', 'Destroy (step destroy) ended confirmed: {}.']);
    });

    it('in the order of time, with the rows, and nothing of another guest', () => {
      const times = explanation.story.map((line) => line.at);
      expect(times).toEqual([...times].sort());
      expect(explanation.guest).toMatchObject({ vmid: request.guest.vmid, netboxVmId: 12 });
      expect(explanation.raw.plans).toHaveLength(1);
      expect(explanation.raw.requests.map((row) => row.id)).toEqual([request.id]);
      expect(explanation.raw.reviews).toMatchObject([{ shown: 'the card' }]);
      expect(sentences('journal')).toEqual([`role:worker: deletion.waiting of request:${request.id}.`]);
    });
  });

  it('says when nobody knows the guest', async () => {
    expect((await get('/api/explain/guests/5b0f1d6c-0000-4000-8000-000000000000').expect(404)).body).toMatchObject({ code: 'guest.not-found' });
    await get('/api/explain/guests/107').expect(400);
  });
});
