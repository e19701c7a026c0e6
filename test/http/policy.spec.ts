// Policy, proposals and the freeze switch over real HTTP and the real triggers.
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IdentityModule, seedPeople, seedServiceTokens } from '../../src/identity';
import { freezeItself, FreezeStore, PolicyModule, PolicyStore, seedPolicy, type Policy } from '../../src/policy';
import { createHttpApp } from '../../src/platform/http';
import { asService, quickPasswords, signedIn, type Browser } from '../setup/http';
import { testDatabase, type TestDatabase } from '../setup/test-database';

const strict: Policy = {
  deletion: { threshold: 2, windowSeconds: 3600, approveWithinSeconds: 86_400, startWithinSeconds: 7200, maxPerHour: 2, powerOff: 'refuse' },
  plan: { expiresAfterSeconds: 3600, startWithinSeconds: 600 },
  limits: { maxCores: 16, maxMemoryMib: 65_536, maxCreates: 10, maxUpdates: 10, maxDeletions: 2 },
  intent: { allow: null },
  protected: { guests: ['west/101'] },
  rules: { addressFree: 'refusal', storageHasRoom: 'refusal', bridgeExists: 'refusal' },
};
const withDeletion = (deletion: Partial<Policy['deletion']>, from: Policy = strict): Policy => ({ ...from, deletion: { ...from.deletion, ...deletion } });

@Module({}) class SpecModule {}

describe('policy and freeze', () => {
  let db: TestDatabase;
  let app: NestExpressApplication;
  let anna: Browser;
  let annaAgain: Browser;
  let boris: Browser;

  const current = () => new PolicyStore().current(db.api);
  const kinds = async () => (await db.api.rows<{ kind: string }>("select kind from journal_entries where kind like 'policy.%' order by seq")).map((row) => row.kind);

  beforeEach(async () => {
    db = await testDatabase();
    const permissions = ['view', 'operate', 'administer'] as const;
    await seedPeople(db.owner, [
      { username: 'anna', displayName: 'Anna', password: 'a', permissions }, { username: 'anna.other', displayName: 'Anna, other account', password: 'a', permissions, sameAs: 'anna' },
      { username: 'boris', displayName: 'Boris', password: 'b', permissions },
    ], quickPasswords);
    await seedServiceTokens(db.owner, [{ name: 'robot', token: 'robot-token', permissions: ['view', 'operate'] }]);
    await seedPolicy(db.api, strict);
    app = await createHttpApp({ module: SpecModule, imports: [IdentityModule.with({ db: db.api, publicUrl: 'http://localhost', nowMillis: () => 0 }), PolicyModule.with({ db: db.api, mode: 'live' })] });
    [anna, annaAgain, boris] = await Promise.all([signedIn(app, 'anna', 'a'), signedIn(app, 'anna.other', 'a'), signedIn(app, 'boris', 'b')]);
  });
  afterEach(async () => {
    await app.close();
    await db.drop();
  });

  const propose = (browser: Browser, body: unknown) => browser.post('/api/policy/proposals', { body: body as object, reason: 'because' });
  const review = (browser: Browser, id: string, decision: string) => browser.post(`/api/policy/proposals/${id}/reviews`, { decision, reason: 'because' });

  it('P32 raises a gate in one act, and says so in the journal', async () => {
    const { body } = await propose(anna, withDeletion({ threshold: 3 })).expect(201);
    expect(body).toMatchObject({ state: 'active', weakens: [] });
    expect(await current()).toMatchObject({ version: 2, origin: 'proposal', body: { deletion: { threshold: 3 } } });
    expect(await kinds()).toEqual(['policy.seeded', 'policy.changed']);
  });

  it('P32 weakens a gate only when a second person approves', async () => {
    const { body } = await propose(anna, withDeletion({ threshold: 1, windowSeconds: 7200 })).expect(201);
    const { id, weakens } = body as { id: string; weakens: string[] };
    expect(weakens).toEqual(['deletion.threshold']);
    expect((await current()).version).toBe(1);
    expect((await review(anna, id, 'approve').expect(403)).body).toMatchObject({ code: 'policy.four-eyes' });
    expect((await review(annaAgain, id, 'approve').expect(403)).body).toMatchObject({ code: 'policy.four-eyes' });
    await review(boris, id, 'approve').expect(200);
    expect((await current()).body).toEqual(withDeletion({ threshold: 1, windowSeconds: 7200 }));
    expect((await review(boris, id, 'veto').expect(409)).body).toMatchObject({ code: 'policy.decided' });
    expect(await kinds()).toEqual(['policy.seeded', 'policy.proposed', 'policy.changed']);
  });

  it('P32 ends a vetoed proposal for ever', async () => {
    const { id } = (await propose(anna, withDeletion({ maxPerHour: 50 }))).body as { id: string };
    await review(boris, id, 'veto').expect(200);
    expect((await review(boris, id, 'approve').expect(409)).body).toMatchObject({ observed: 'it is vetoed' });
    expect((await current()).version).toBe(1);
  });

  it('P32 refuses to approve what has become weaker than what was shown', async () => {
    const { id } = (await propose(anna, withDeletion({ threshold: 1 }))).body as { id: string };
    await propose(boris, withDeletion({ windowSeconds: 90_000 })).expect(201);
    expect((await review(boris, id, 'approve').expect(409)).body).toMatchObject({ code: 'policy.moved', observed: expect.stringContaining('deletion.windowSeconds 90000 -> 3600') });
    expect((await current()).body.deletion.threshold).toBe(2);
  });

  it('A1 P32 lets branches change Proxmox only with the phrase written out, and by two people', async () => {
    for (const allow of [true, 'yes', 'ALLOW-EDIT-AND-ADD-ACTIONS', '', undefined]) {
      expect((await propose(anna, { ...strict, intent: { allow } }).expect(400)).body).toMatchObject({ code: 'policy.invalid', observed: expect.stringContaining('the phrase allow-edit-and-add-actions, written out') });
    }
    const on: Policy = { ...strict, intent: { allow: 'allow-edit-and-add-actions' } };
    const { id, weakens } = (await propose(anna, on).expect(201)).body as { id: string; weakens: string[] };
    expect(weakens).toEqual(['intent.allow']);
    expect((await current()).body.intent).toEqual({ allow: null });
    await review(boris, id, 'approve').expect(200);
    expect((await current()).body).toEqual(on);
    await propose(anna, strict).expect(201);
    expect((await current()).body.intent).toEqual({ allow: null });
  });

  it('refuses half a policy with every trouble named, and the one in force', async () => {
    expect((await propose(anna, { deletion: { threshold: 0 } }).expect(400)).body).toMatchObject({ code: 'policy.invalid', observed: expect.stringContaining('limits.maxCores is missing') });
    expect((await propose(anna, strict).expect(409)).body).toMatchObject({ code: 'policy.unchanged' });
  });

  it('P32 refuses at start a file that weakens the policy, with the keys and the way to propose it', async () => {
    await expect(seedPolicy(db.api, withDeletion({ threshold: 1 }))).rejects.toThrow(/weakens the policy in force \(version 1\): deletion\.threshold 2 -> 1\. .*POST \/api\/policy\/proposals; a second person/);
    await expect(seedPolicy(db.api, withDeletion({ threshold: 3 }))).rejects.toThrow(/differs from the policy in force \(version 1\): deletion\.threshold 2 -> 3\. .*takes effect at once/);
    expect((await current()).version).toBe(1);
  });

  it('P32 starts with the file that seeded the policy, and with one that says what is in force, also when several processes start at once', async () => {
    await propose(anna, withDeletion({ threshold: 3 })).expect(201);
    const started = await Promise.all([strict, withDeletion({ threshold: 3 }), strict].map((file) => seedPolicy(db.api, file)));
    expect(started).toEqual(started.map(() => ({ version: 2, seeded: false })));
    expect((await current()).body.deletion.threshold).toBe(3);
  });

  it('P22 refuses at start a window that the database would refuse at the first request', async () => {
    await expect(seedPolicy(db.api, withDeletion({ windowSeconds: 0 }))).rejects.toThrow('deletion.windowSeconds is 0; it has to be a whole number from 1');
    await db.owner.change("update settings set mode = 'live'");
    await expect(seedPolicy(db.api, withDeletion({ windowSeconds: 3599 }))).rejects.toThrow('deletion.windowSeconds is 3599; it has to be a whole number from 3600');
  });

  it('P31 freezes at one word and unfreezes by a second person only', async () => {
    const store = new FreezeStore();
    expect((await anna.get('/api/freeze').expect(200)).body).toEqual({ frozen: false, freeze: null });
    await anna.post('/api/freeze', { reason: 'storage on fire' }).expect(200);
    expect(await store.isFrozen(db.worker)).toBe(true);
    expect((await boris.post('/api/freeze', { reason: 'me too' }).expect(200)).body).toMatchObject({ frozen: true, freeze: { reason: 'storage on fire', frozenByName: 'Anna' } });
    expect((await anna.post('/api/unfreeze', { reason: 'fine' }).expect(403)).body).toMatchObject({ code: 'policy.four-eyes' });
    await annaAgain.post('/api/unfreeze', { reason: 'fine' }).expect(403);
    await boris.post('/api/unfreeze', { reason: 'fire is out' }).expect(200);
    expect(await store.isFrozen(db.worker)).toBe(false);
    expect((await boris.post('/api/unfreeze', { reason: 'again' }).expect(409)).body).toMatchObject({ code: 'policy.not-frozen' });
    expect(await kinds()).toEqual(['policy.seeded', 'policy.frozen', 'policy.unfrozen']);
  });

  it('P17 lets no service freeze, unfreeze or propose', async () => {
    const robot = asService(app, 'robot-token');
    expect((await robot.post('/api/freeze', { reason: 'beep' }).expect(403)).body).toMatchObject({ code: 'identity.person-needed' });
    expect((await robot.post('/api/unfreeze', { reason: 'beep' }).expect(403)).body).toMatchObject({ code: 'identity.person-needed' });
    await robot.post('/api/policy/proposals', { body: strict, reason: 'beep' }).expect(403);
    await robot.get('/api/policy').expect(200);
  });

  it('P37 can freeze itself, once, and then any one person may unfreeze', async () => {
    await freezeItself(db.deleter, new FreezeStore(), 'the database is older than its last checkpoint');
    await freezeItself(db.deleter, new FreezeStore(), 'again');
    expect((await anna.get('/api/freeze')).body).toMatchObject({ frozen: true, freeze: { frozenBy: null, reason: 'the database is older than its last checkpoint' } });
    await anna.post('/api/unfreeze', { reason: 'the restore was ours' }).expect(200);
  });
});
