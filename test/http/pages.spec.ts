// The pages over real HTTP, with the guard, the filter and the security headers of production; plans, jobs, people, journal and
// the freeze come from a real database. Requests are stood in for: their service needs a Proxmox, which test/browser has.
import { Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Test } from 'supertest';
import { JobsService, JobStore, LineStore } from '../../src/apply';
import type { RequestRecord, ReviewInput } from '../../src/deletion';
import { ClusterStore } from '../../src/endpoints';
import { IdentityModule, seedPeople } from '../../src/identity';
import { PlanRequestStore, PlansService, PlanStore } from '../../src/intent';
import { append, ExplainService, ExplainStore, JournalReader } from '../../src/journal';
import { ok, refuse, type Refusal } from '../../src/kernel';
import { createHttpApp } from '../../src/platform/http';
import { FreezeService, FreezeStore } from '../../src/policy';
import { uiConfigure, UiModule, uiProblemPage, type UiOptions } from '../../src/ui';
import { Fixtures } from '../setup/fixtures';
import { asNobody, quickPasswords, signedIn, type Browser } from '../setup/http';
import { requestView, sampleNames } from '../setup/sample-views';
import { testDatabase, type TestDatabase } from '../setup/test-database';

@Module({}) class SpecModule {}

const asPage = (test: Test): Test => test.set('Accept', 'text/html,application/xhtml+xml');
const form = (test: Test): Test => asPage(test).type('form');

describe('pages', () => {
  let db: TestDatabase;
  let rows: Fixtures;
  let app: NestExpressApplication;
  let anna: Browser;
  let answer: Refusal | null;
  let view = requestView();
  const reviews: ReviewInput[] = [];
  const merges: number[] = [];
  const looked: string[] = [];

  const requests: UiOptions['requests'] = {
    list: () => Promise.resolve([{ id: view.id, digest: view.digest, endedAt: null, content: { target: { kind: 'qemu', vmid: 5005, cluster: 'leipzig', guestId: view.thing.guestId }, name: '<b>old</b>', node: 'pve1', requestedAt: view.who.requestedAt, reason: 'why' }, state: { state: 'in-review' } } as unknown as RequestRecord]),
    view: (_actor, id) => Promise.resolve(id === view.id ? ok(view) : refuse('deletion.not-found', 'There is no such deletion request.', id, 'Look at the list of requests.')),
    review: (_actor, _id, input) => { reviews.push(input); return Promise.resolve(answer === null ? ok({} as RequestRecord) : { ok: false, error: answer }); },
    cancel: () => Promise.resolve(answer === null ? ok({} as RequestRecord) : { ok: false, error: answer }),
    acknowledge: (_actor, _id, reason) => { looked.push(reason); return Promise.resolve(ok(undefined)); },
  };

  const open = (lab: boolean): Promise<NestExpressApplication> => {
    const clusters = new ClusterStore(db.api);
    const mode = lab ? 'lab' : 'live';
    const ui = UiModule.with({
      mode, requests, plans: new PlansService(new PlanRequestStore(db.api), new PlanStore(db.api), new Set(['main'])), jobs: new JobsService(db.api, new JobStore(db.api), new LineStore(db.api)),
      freeze: new FreezeService(db.api, new FreezeStore()), journal: new JournalReader(db.api), explain: new ExplainService(new ExplainStore(db.api)), names: () => Promise.resolve(sampleNames),
      connections: () => clusters.listWithRights(),
      ...(lab ? { lab: { branch: { netbox: 'main', id: 1, name: 'web-tier' }, others: [{ netbox: 'main', id: 2, name: 'app-tier', shows: 'a clone & a container' }], mergeAsEngineer: (id: number) => { merges.push(id); return Promise.resolve({ text: 'NetBox merged it & more.' }); } } } : {}),
    });
    return createHttpApp({ module: SpecModule, imports: [IdentityModule.with({ db: db.api, publicUrl: 'http://localhost' }), ui] }, { problemPage: uiProblemPage(mode), configure: uiConfigure });
  };

  beforeEach(async () => {
    db = await testDatabase();
    rows = new Fixtures(db);
    await rows.policy();
    await seedPeople(db.owner, [
      { username: 'anna', displayName: 'Anna <Admin>', password: 'a', permissions: ['view', 'operate', 'approve_deletion'] }, { username: 'otto', displayName: 'Otto', password: 'o', permissions: ['view'] },
    ], quickPasswords);
    [answer, view, reviews.length, merges.length, looked.length] = [null, requestView(), 0, 0, 0];
    app = await open(true);
    anna = await signedIn(app, 'anna', 'a');
  });
  afterEach(async () => {
    await app.close();
    await db.drop();
  });

  const get = (path: string): Test => asPage(anna.get(path));
  const post = (path: string, body: object): Test => form(asNobody(app).post(path).set('Cookie', anna.cookie)).send({ _csrf: anna.csrfToken, ...body });
  const reviewForm = (more: object = {}) => ({ decision: 'veto', digest: view.digest, viewedAt: view.viewedAt, reason: 'because', ...more });

  describe('signing in', () => {
    it('brings a person who is not signed in to the sign-in and back to the page', async () => {
      const sent = await asPage(asNobody(app).get('/requests?x=1')).expect(303);
      expect(sent.headers['location']).toBe('/sign-in?next=%2Frequests%3Fx%3D1');
      const page = await asPage(asNobody(app).get('/sign-in?next=%2Frequests%3Fx%3D1')).expect(200);
      expect(page.text).toContain('name="next" value="/requests?x=1"');
      const opened = await form(asNobody(app).post('/sign-in')).send({ username: 'anna', password: 'a', next: '/requests?x=1' }).expect(303);
      expect(opened.headers['location']).toBe('/requests?x=1');
      expect(String(opened.headers['set-cookie'])).toContain('HttpOnly');
    });

    it('answers a program that is not signed in with a problem, not with a page', async () => {
      await asNobody(app).get('/requests').expect(401).expect('Content-Type', /problem\+json/);
    });

    it('tells a wrong password on the same page and keeps the way back', async () => {
      const page = await form(asNobody(app).post('/sign-in')).send({ username: 'anna', password: 'Hunter-2-typed', next: '/jobs' }).expect(401);
      expect(page.text).toContain('This username and password do not fit.');
      expect(page.text).toContain('value="/jobs"');
      expect(page.text).not.toContain('Hunter-2-typed');
    });

    it.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)', '/sign-out'])('sends nobody on to %s', async (next) => {
      const opened = await form(asNobody(app).post('/sign-in')).send({ username: 'anna', password: 'a', next }).expect(303);
      expect(opened.headers['location']).toBe('/');
    });

    it('P36 refuses a sign-in sent by another site', async () => {
      await form(asNobody(app).post('/sign-in')).set('Sec-Fetch-Site', 'cross-site').send({ username: 'anna', password: 'a' }).expect(403);
    });

    it('signs out by one button', async () => {
      await post('/sign-out', {}).expect(303).expect('Location', '/sign-in');
      await get('/plans').expect(303);
    });
  });

  it.each([['/requests/2f9c8111-0000-4000-8000-000000000001/review'], ['/requests/2f9c8111-0000-4000-8000-000000000001/cancel'], ['/lab/merge'], ['/freeze'], ['/sign-out']])('P36 refuses POST %s without the token of its form', async (path) => {
    const page = await form(asNobody(app).post(path).set('Cookie', anna.cookie)).send(reviewForm()).expect(403);
    expect(page.text).toContain('did not prove that it comes from a page of this session');
    expect([reviews, merges]).toEqual([[], []]);
  });

  it.each(['/', '/plans', '/jobs', '/requests', '/connections', '/journal', '/freeze'])('shows %s with environment, skip link, one heading and nothing inline', async (path) => {
    await rows.cluster();
    const { text, headers } = await get(path).expect(200).expect('Content-Type', /text\/html/);
    expect(text).toMatch(/<title>LAB · /);
    expect(text).toContain('<strong>LAB</strong>');
    expect(text).toContain('href="#main"');
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/<script>|<style| style=| on[a-z]+="/);
    expect(text).toContain('Anna &lt;Admin>');
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['cache-control']).toBe('no-store');
  });

  it('serves style and script under addresses that may be kept for ever', async () => {
    const { text } = await get('/plans');
    const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files).toHaveLength(4);
    for (const file of files) await asNobody(app).get(file).expect(200).expect('Cache-Control', /max-age=31536000.*immutable/);
    await asNobody(app).get('/assets/../package.json').expect(404);
  });

  describe('a list of deletions', () => {
    it('has links only: nothing is decided from a row', async () => {
      const { text } = await get('/requests');
      const main = text.slice(text.indexOf('<main'));
      expect(main).toContain(`href="/requests/${view.id}"`);
      expect(main).not.toMatch(/<form|<button|<input/);
      expect(main).toContain('VM “&lt;b>old&lt;/b>” (5005)');
    });
  });

  describe('a deletion request', () => {
    it('P36 begins with Reject, asks for a name that is not filled in, and has a dead first button for Enter', async () => {
      const { text } = await get(`/requests/${view.id}`).expect(200);
      expect(text).toMatch(/value="veto" checked/);
      expect(text).not.toMatch(/value="approve" checked/);
      expect(text).toMatch(/<form[^>]*\/review"[^>]*>.*?<button type="submit" disabled hidden/);
      expect(text).toMatch(/<input[^>]*name="typedName"[^>]*>/);
      expect(/<input[^>]*name="typedName"[^>]*>/.exec(text)?.[0]).not.toMatch(/value=|placeholder=/);
      expect(text).toContain('Approve destruction of billing-db-old');
      expect(text.indexOf('Cancel the request')).toBeGreaterThan(text.indexOf('Approve destruction'));
    });

    it('P17 draws no Approve control for somebody who asked for it, and the reason instead', async () => {
      view = requestView({ you: { mayApprove: false, mayVeto: true, mayCancel: true, why: 'Whoever asked for it does not approve it.' } });
      const { text } = await get(`/requests/${view.id}`);
      expect(text).not.toMatch(/value="approve"|Approve destruction|typedName/);
      expect(text).toContain('There is no way to approve here: Whoever asked for it does not approve it.');
      expect(text).toContain('Cancel the request');
    });

    it('escapes what comes from outside', async () => {
      view = requestView({ thing: { ...view.thing, name: '<script>alert(1)</script>', sentence: 'Destroy VM "<script>alert(1)</script>" (5005) on pve1, cluster leipzig.' }, who: { ...view.who, reason: '"><img src=x onerror=alert(1)>' } });
      const { text } = await get(`/requests/${view.id}`);
      expect(text).not.toMatch(/<script>alert|<img src=x/);
      expect(text).toContain('&lt;script>alert(1)&lt;/script>');
    });

    it('hands over what was decided, and a name only with an approval', async () => {
      await post(`/requests/${view.id}/review`, reviewForm({ decision: 'approve', typedName: 'billing-db-old' })).expect(303).expect('Location', `/requests/${view.id}`);
      await post(`/requests/${view.id}/review`, reviewForm({ typedName: 'typed by mistake' })).expect(303);
      expect(reviews).toEqual([
        { decision: 'approve', digest: view.digest, viewedAt: view.viewedAt, typedName: 'billing-db-old', reason: 'because' },
        { decision: 'veto', digest: view.digest, viewedAt: view.viewedAt, typedName: null, reason: 'because' },
      ]);
    });

    it('P36 answers a stale view with 409, what is different now, and a fresh card that begins with Reject again', async () => {
      const before = (await get(`/requests/${view.id}`)).text;
      const seen = JSON.parse((/name="seen" value="([^"]*)"/.exec(before)?.[1] ?? '').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')) as string[];
      view = requestView({ version: 4, votes: { ...view.votes, sentence: '0 of 2; one veto ends the request', standing: 0, reviews: [] } });
      answer = { code: 'review.changed-since', summary: 'The request changed while you looked.', observed: 'changed at 2026-11-25T10:01:00.000000Z', next: 'Read it again.' };
      const { text } = await post(`/requests/${view.id}/review`, reviewForm({ decision: 'approve', typedName: 'billing-db-old', seen: JSON.stringify(seen) })).expect(409);
      expect(text).toContain('Changed while you looked');
      expect(text).toContain('changed at 2026-11-25 10:01:00 UTC');
      expect(text).toContain('<del>Votes: 1 of 2; one veto ends the request</del>');
      expect(text).toContain('<ins>Votes: 0 of 2; one veto ends the request</ins>');
      expect(text).toMatch(/value="veto" checked/);
    });

    it.each(['not json', '{"a":1}', '[1]', undefined])('takes no harm from a view that is told as %s', async (seen) => {
      answer = { code: 'review.stale-view', summary: 'The view is too old.', observed: '700 s', next: 'Open it again.' };
      const { text } = await post(`/requests/${view.id}/review`, reviewForm(seen === undefined ? {} : { seen })).expect(409);
      expect(text).not.toContain('What is different now');
    });

    it('says a refusal of four eyes on the page, with its status', async () => {
      answer = { code: 'review.four-eyes', summary: 'Whoever asked for it does not approve it.', observed: 'you are netbox:netbox:2', next: 'Another person reviews it.' };
      const { text } = await post(`/requests/${view.id}/review`, reviewForm({ decision: 'approve', typedName: 'x' })).expect(403);
      expect(text).toContain('Another person reviews it.');
    });

    it('refuses a form with a decision or field that does not exist', async () => {
      await post(`/requests/${view.id}/review`, reviewForm({ decision: 'force' })).expect(400);
      await post(`/requests/${view.id}/review`, reviewForm({ purge: '1' })).expect(400);
      expect(reviews).toEqual([]);
    });

    it('is cancelled by one click', async () => {
      await post(`/requests/${view.id}/cancel`, {}).expect(303).expect('Location', `/requests/${view.id}`);
    });

    it('P23 takes the word of a person who looked at what needs a human', async () => {
      view = requestView({ state: 'needs-human', endedAt: view.viewedAt, still: null, you: { ...view.you, mayApprove: false, mayVeto: false, mayCancel: false } });
      expect((await get(`/requests/${view.id}`)).text).toContain('No other deletion runs on cluster leipzig until somebody says that they looked');
      await post(`/requests/${view.id}/acknowledge`, {}).expect(400);
      await post(`/requests/${view.id}/acknowledge`, { reason: 'the task failed on a full storage' }).expect(303);
      expect(looked).toEqual(['the task failed on a full storage']);
      const otto = await signedIn(app, 'otto', 'o');
      await form(asNobody(app).post(`/requests/${view.id}/acknowledge`).set('Cookie', otto.cookie)).send({ _csrf: otto.csrfToken, reason: 'x' }).expect(403);
    });

    it('P34 takes no review from somebody who may only look', async () => {
      const otto = await signedIn(app, 'otto', 'o');
      await form(asNobody(app).post(`/requests/${view.id}/review`).set('Cookie', otto.cookie)).send({ _csrf: otto.csrfToken, ...reviewForm() }).expect(403);
      expect(reviews).toEqual([]);
    });

    it('approves nothing by GET', async () => {
      await get(`/requests/${view.id}/review?decision=approve`).expect(404);
      expect(reviews).toEqual([]);
    });
  });

  describe('jobs and plans', () => {
    it('draws the log from its rows and says where the stream goes on', async () => {
      const job = await rows.job({ state: 'running' });
      await new LineStore(db.worker).add({ id: job, fence: 1 }, [{ step: null, level: 'info', text: 'begins' }, { step: 0, level: 'error', text: '<b>loud</b>' }]);
      const { text } = await get(`/jobs/${job}`).expect(200);
      expect(text).toContain('error: &lt;b>loud&lt;/b>');
      expect(text).toContain(`data-after="2" data-events="/api/apply/jobs/${job}/events"`);
      expect(text).not.toContain('Resume the job');
      expect((await get('/jobs')).text).toContain(`href="/jobs/${job}"`);
    });

    it('says why a job that runs cannot be resumed', async () => {
      const job = await rows.job({ state: 'running' });
      const { text } = await post(`/jobs/${job}/resume`, {}).expect(409);
      expect(text).toContain('This job cannot be resumed.');
    });

    it('finds no plan and no job that is not there', async () => {
      for (const path of ['/plans/7f000000-0000-4000-8000-000000000000', '/jobs/7f000000-0000-4000-8000-000000000000', '/requests/7f000000-0000-4000-8000-000000000000', '/guests/7f000000-0000-4000-8000-000000000000', '/nowhere']) {
        expect((await get(path).expect(404)).text).toContain('Not found');
      }
    });
  });

  describe('the journal', () => {
    it('names people and leads to what a line is about', async () => {
      const { id } = await rows.request('in-review');
      await append(db.worker, { kind: 'deletion.looked-at', subject: `request:${id}`, actor: 'netbox:netbox:2', body: {} });
      const { text } = await get('/journal').expect(200);
      expect(text).toContain(`href="/requests/${id}"`);
      expect(text).toContain('Erika Engineer');
      expect((await get('/journal?after=abc').expect(400)).text).toContain('after');
    });
  });

  describe('the freeze', () => {
    it('P31 stands on every page once somebody pressed the switch, and takes a second person to end', async () => {
      await post('/freeze', { reason: 'storage is <full>' }).expect(303);
      expect((await get('/plans')).text).toMatch(/FROZEN<\/strong> since .* by Anna &lt;Admin>: “storage is &lt;full>”/);
      expect((await post('/unfreeze', { reason: 'fine' }).expect(403)).text).toContain('Unfreezing takes a second person.');
    });

    it('offers no switch to somebody who only looks', async () => {
      const otto = await signedIn(app, 'otto', 'o');
      expect((await asPage(otto.get('/freeze'))).text).not.toContain('Freeze everything');
      await form(asNobody(app).post('/freeze').set('Cookie', otto.cookie)).send({ _csrf: otto.csrfToken, reason: 'x' }).expect(403);
    });
  });

  describe('the lab', () => {
    it('tells the story, merges as the engineer by one button, and says how it went', async () => {
      await rows.plan({ content: { source: { kind: 'branch', netbox: 'main', branchId: 1, branchName: 'web-tier', changeIds: [1], contentDigest: 'x', owner: null, authors: [] }, policyVersion: 1, actions: [], deletions: [], refusals: [] } });
      view = requestView();
      const merged = await post('/lab/merge', { branchId: 1 }).expect(303);
      expect(merged.headers['location']).toBe('/');
      expect(merges).toEqual([1]);
      const { text } = await get('/');
      expect(text).toContain('NetBox merged it &amp; more.');
      expect(text).toContain('The story of one branch');
      expect(text).toContain('a clone &amp; a container');
      await post('/lab/merge', { branchId: 2 }).expect(303);
      expect((await post('/lab/merge', { branchId: 3 }).expect(404)).text).toContain('This lab has no such branch.');
      expect(merges).toEqual([1, 2]);
    });

    it('has no merge button outside a lab, and says LIVE', async () => {
      await app.close();
      app = await open(false);
      anna = await signedIn(app, 'anna', 'a');
      const page = (await get('/')).text;
      expect(page).toMatch(/<title>LIVE · Overview/);
      expect(page).not.toContain('Merge as the engineer');
      expect((await post('/lab/merge', { branchId: 1 }).expect(404)).text).toContain('only a lab has a button for it');
      expect(merges).toEqual([]);
    });
  });
});
