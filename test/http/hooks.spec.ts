// Carries P33, P36: NetBox's webhook over real sockets. It is only a reason to look: whatever comes, doubled, forged, out of order or
// never, ends in exactly one row for what NetBox itself says happened, and in exactly one start.
import { createHmac } from 'node:crypto';
import { changes, deletes, jobsOf, lastRequest, lookedUp, makeBranch, makeGuest, mergesOf, planOf, reconcile, recordsNamed, writesSince, type MadeBranch } from '../setup/scenes';
import { startStory, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(60_000);

let story: Story;
beforeAll(async () => {
  story = await startStory();
  // The first tick plans the two branches that wait; after it nothing happens by itself.
  await until(async () => (await story.service.get<Wire[]>('/api/intent/plans')).body.length > 1, 'the plans of the waiting branches');
  await lookedUp(story);
});
afterAll(() => story.end());
afterEach(() => story.netboxLab.clearFaults());

const sign = (body: string, secret = story.lab.secrets.webhook): string => createHmac('sha512', secret).update(body).digest('hex');
async function deliver(body: string, headers: Readonly<Record<string, string>> = { 'X-Hook-Signature': sign(body) }, instance = 'netbox'): Promise<{ status: number; body: Wire }> {
  const answer = await fetch(`${story.url}/api/hooks/netbox/${instance}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Wire) : {} };
}
const hook = (event: 'branch_merged' | 'branch_reverted', branch: { id: number; name: string }, time = new Date().toISOString()): string => JSON.stringify({
  event, timestamp: time, object_type: 'netbox_branching.branch', username: 'engineer', request_id: null,
  data: { id: branch.id, schema_id: 'abcdefgh', name: branch.name, merged_time: event === 'branch_merged' ? time : null },
});
const counts = (): Promise<Wire> => story.owner.one('select (select count(*) from merges)::int as merges, (select count(*) from apply_jobs)::int as jobs, (select count(*) from deletion_requests)::int as requests, (select count(*) from plans)::int as plans');

async function readyChange(memory = 1536): Promise<MadeBranch> {
  const guest = await makeGuest(story);
  const branch = await makeBranch(story, [changes(guest, { memory })]);
  expect((await planOf(story, branch.id)).body.permitted).toBe(true);
  return branch;
}
const done = (branch: MadeBranch): Promise<void> => until(async () => (await jobsOf(story, branch.id))[0]?.state === 'done', `the job of ${branch.name}`, 20_000);
/** What one merge of one change leaves behind, however often it was told. */
async function startedOnce(branch: MadeBranch): Promise<void> {
  expect((await mergesOf(story, branch.id)).map((row) => [row.kind, row.state])).toEqual([['merged', 'started']]);
  expect(await jobsOf(story, branch.id)).toEqual([expect.objectContaining({ state: 'done' })]);
}

describe('hooks that are not believed', () => {
  const anyone = { id: 4, name: 'x' };
  it.each([
    ['without a signature', () => deliver(hook('branch_merged', anyone), {}), 401, 'hook.unsigned', 'no header'],
    ['with the signature of another secret', () => deliver(hook('branch_merged', anyone), { 'X-Hook-Signature': sign(hook('branch_merged', anyone), 'another') }), 401, 'hook.signature', 'X-Hook-Signature of 128 characters'],
    ['with a signature over other bytes', () => deliver(`${hook('branch_merged', anyone)} `, { 'X-Hook-Signature': sign(hook('branch_merged', anyone)) }), 401, 'hook.signature', 'over'],
    ['with a signature that is no hex', () => deliver(hook('branch_merged', anyone), { 'X-Hook-Signature': 'z'.repeat(128) }), 401, 'hook.signature', '128 characters'],
    ['signed, of an instance that nobody configured', () => deliver(hook('branch_merged', anyone), undefined, 'elsewhere'), 404, 'netbox.not-found', 'last part of the path'],
    ['signed, with an empty body', () => deliver('', { 'X-Hook-Signature': sign('') }), 400, 'hook.unreadable', 'no JSON object'],
    ['signed, with half a body', () => deliver('{"event":"branch_mer'), 400, 'request.not-readable', ''],
    ['signed, that is a list', () => deliver('[]'), 400, 'hook.unreadable', 'no JSON object'],
    ['signed, without a time', () => deliver('{"event":"branch_merged"}'), 400, 'hook.unreadable', 'event and timestamp'],
    ['signed, merged but naming no branch', () => deliver(JSON.stringify({ event: 'branch_merged', timestamp: new Date().toISOString(), object_type: 'netbox_branching.branch', data: {} })), 400, 'hook.unreadable', 'without a branch'],
  ] as const)('P30, P36 refuses one %s: nothing is kept and nothing looked at', async (_name, send, status, code, observed) => {
    const before = [await counts(), await story.netboxLab.lastRequest()];
    const answer = await send();
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.body['observed']).toContain(observed);
    expect(answer.body['next']).toMatch(/\w+/);
    expect([await counts(), await story.netboxLab.lastRequest()]).toEqual(before);
    expect(await story.owner.rows('select 1 from hook_deliveries')).toEqual([]);
  });

  it('P30 refuses 5 MB with 413, in words, and goes on serving', async () => {
    const huge = JSON.stringify({ event: 'branch_merged', padding: 'x'.repeat(5 * 1024 * 1024) });
    const answer = await deliver(huge);
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'request.too-large', observed: expect.stringMatching(/\d+ bytes; at most \d+ are read/) as string, next: expect.stringMatching(/\w/) as string });
    expect((await fetch(`${story.url}/health`)).status).toBe(200);
  });
});

describe('hooks that are believed', () => {
  it('P33 a genuine hook of a branch that NetBox does not know as merged starts nothing: Sluice asks NetBox, and NetBox says no', async () => {
    const before = await counts();
    const answer = await deliver(hook('branch_merged', { id: 999_999, name: 'nowhere' }));
    expect([answer.status, answer.body]).toEqual([202, { accepted: true, known: false }]);
    const open = await readyChange();
    expect((await deliver(hook('branch_merged', open))).status).toBe(202);
    await lookedUp(story);
    expect(await mergesOf(story, 999_999)).toEqual([]);
    expect(await mergesOf(story, open.id)).toEqual([]);
    expect(await counts()).toMatchObject({ merges: before['merges'], jobs: before['jobs'], requests: before['requests'] });
  });

  it('P33 a doubled delivery is one merge and one start', async () => {
    const branch = await readyChange();
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'duplicate', next: 1 });
    await story.merge(branch.id);
    await done(branch);
    await story.netboxLab.idle();
    await lookedUp(story);
    await startedOnce(branch);
  });

  it('P33 a delivery played back hours later changes nothing and says that it is known', async () => {
    const branch = await readyChange();
    await story.merge(branch.id);
    await done(branch);
    const since = await lastRequest(story);
    const [last] = (await story.netboxLab.deliveries()).filter((delivery) => delivery.event === 'branch_merged').slice(-1);
    const again = await deliver(last?.body ?? '', { 'X-Hook-Signature': last?.headers['X-Hook-Signature'] ?? '' });
    expect([again.status, again.body]).toEqual([202, { accepted: true, known: true }]);
    // With another body, newly signed, it is a reason to look again, and the look finds nothing new.
    expect((await deliver(hook('branch_merged', branch))).body).toEqual({ accepted: true, known: false });
    await lookedUp(story);
    await startedOnce(branch);
    expect(await writesSince(story, since)).toEqual([]);
  });

  it('P33 twenty hooks at once are still one start', async () => {
    const branch = await readyChange();
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 1 });
    await story.merge(branch.id);
    const answers = await Promise.all(Array.from({ length: 20 }, (_one, index) => deliver(hook('branch_merged', branch, new Date(Date.now() + index).toISOString()))));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 202));
    await done(branch);
    await lookedUp(story);
    await startedOnce(branch);
  });

  it('P33 a revert that is told before its merge does not overtake it: both are kept in their order, and of the two together nothing is asked', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, deletes(guest));
    expect((await planOf(story, branch.id)).body.permitted).toBe(true);
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 2 });
    await story.merge(branch.id);
    const begun = await story.netbox('engineer').post<{ id: number }>(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
    expect(begun.status).toBe(200);
    await story.netboxLab.idle();
    expect(await mergesOf(story, branch.id)).toEqual([]);
    await deliver(hook('branch_reverted', branch));
    await deliver(hook('branch_merged', branch));
    await until(async () => (await mergesOf(story, branch.id)).filter((row) => row.state !== 'told').length === 2, 'merge and revert', 20_000);
    expect((await mergesOf(story, branch.id)).map((row) => row.kind)).toEqual(['merged', 'reverted']);
    expect((await mergesOf(story, branch.id))[0]).toMatchObject({ state: 'nothing', detail: { why: 'it was reverted before it was started' } });
    expect(await story.owner.rows('select id from deletion_requests where guest_id = $1', [guest.guestId])).toEqual([]);
    expect((await story.proxmox('leipzig').guest(guest.vmid))?.text).toContain(guest.uuid);
    // The revert brought the record back itself: it stands there once.
    expect((await recordsNamed(story, guest.name)).map((row) => row['id'])).toEqual([guest.netboxVmId]);
  });

  it('P33 a lost hook loses no intent: the reconciler finds the merge by itself', async () => {
    const branch = await readyChange();
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 1 });
    await story.merge(branch.id);
    await story.netboxLab.idle();
    expect((await story.netboxLab.deliveries()).at(-1)).toMatchObject({ event: 'branch_merged', result: 'dropped' });
    expect(await mergesOf(story, branch.id)).toEqual([]);
    // The scheduler's own tick, which comes at its start and then every reconcileEvery.
    await story.restartSluice();
    await done(branch);
    await startedOnce(branch);
    await reconcile(story);
    await startedOnce(branch);
  });

  it('P33 a hook that comes while NetBox cannot be read is not lost either: the next look finds it', async () => {
    const branch = await readyChange();
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 1 });
    await story.merge(branch.id);
    await story.netboxLab.fault({ match: { path: 'branch-events' }, fault: 'html', times: 100 });
    expect((await deliver(hook('branch_merged', branch))).status).toBe(202);
    await lookedUp(story);
    expect(await mergesOf(story, branch.id)).toEqual([]);
    await story.netboxLab.clearFaults();
    await reconcile(story);
    await done(branch);
    await startedOnce(branch);
  });
});
