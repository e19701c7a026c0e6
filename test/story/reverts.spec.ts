// F3 end to end: a merge is taken back in NetBox. What had not begun does not happen, what was made is asked to go, what was changed is set
// back, what is destroyed is said to be gone; the gate answers for all of it beforehand (P4, P5, P7, P12, P17, P24).
import { askedDeletion, askGate, cardOf, changeDigestOf, changes, deletes, guestText, lastRequest, lookedUp, makeBranch, makeGuest, mergesOf, newVm, passTime, planOf, reconcile, recordsNamed, review, untilState, untilUndone, waitingDeletion, writesSince, type MadeBranch } from '../setup/scenes';
import { startStory, type NetBoxJob, type Person, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(90_000);

const windowSeconds = 5;
let story: Story;
let engineer: Person;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ deletion: { window: windowSeconds, approveWithin: 3600, startWithin: 3600, threshold: 1, maxPerHour: 50, powerOff: 'refuse' } });
  [engineer, approver] = [await story.signIn('engineer'), await story.signIn('approver')];
});
afterAll(() => story.end());

async function revert(branch: MadeBranch): Promise<NetBoxJob> {
  const begun = await story.netbox('engineer').post<NetBoxJob>(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
  expect(begun.status).toBe(200);
  await story.netboxLab.idle();
  return (await story.netbox('admin').get<NetBoxJob>(`/api/core/jobs/${begun.body.id}/`)).body;
}
async function reverted(branch: MadeBranch): Promise<void> {
  const job = await revert(branch);
  expect([job.status.value, job.error]).toEqual(['completed', '']);
  await until(async () => (await mergesOf(story, branch.id)).some((row) => row.kind === 'reverted' && row.state !== 'told'), 'the revert', 20_000);
}
const jobs = (branch: MadeBranch, kind: 'merged' | 'reverted'): Promise<{ state: string }[]> => story.owner.rows('select j.state from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1 and m.kind = $2', [branch.id, kind]);
const jobDone = (branch: MadeBranch, kind: 'merged' | 'reverted' = 'merged'): Promise<void> => until(async () => (await jobs(branch, kind))[0]?.state === 'done', `the job of ${kind} ${branch.name}`, 20_000);
async function merged(branch: MadeBranch): Promise<void> {
  const plan = await planOf(story, branch.id);
  expect(plan.body.findings.filter((finding) => finding.severity === 'refusal')).toEqual([]);
  const job = await story.merge(branch.id);
  expect([job.status.value, job.error]).toEqual(['completed', '']);
}
const ask = async (branch: MadeBranch): Promise<Wire> => (await askGate(story, { body: { netbox: 'netbox', branchId: branch.id, action: 'revert', changeDigest: await changeDigestOf(story, branch.id) } })).json;
const requestOf = (guestId: string): Promise<{ id: string; state: string; reason: string; originators: string[] }> => story.owner.one('select id, state, reason, originators from deletion_requests where guest_id = $1 order by requested_at desc limit 1', [guestId]);
const madeBy = (branch: MadeBranch): Promise<{ guest_id: string; vmid: number; netbox_vm_id: number }> =>
  story.owner.one(`select l.guest_id, l.vmid, l.netbox_vm_id from guest_links l join apply_steps s on s.guest_id = l.guest_id and s.kind = 'create' join apply_jobs j on j.id = s.job_id join merges m on m.id = j.merge_id where m.branch_id = $1`, [branch.id]);

describe('a merge that made, changed and removed', () => {
  it('is taken back: the request is cancelled, the new guest is asked to go, the other has its old size, and both sides say the same', async () => {
    const [app, old] = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, [changes(app, { memory: 2048 }), ...deletes(old)]);
    await newVm(story, branch, { name: 'web-x' });
    await merged(branch);
    await jobDone(branch);
    const asked = await requestOf(old.guestId);
    await untilState(story, asked.id, 'in-review');
    const web = await madeBy(branch);
    expect(await guestText(story, app.vmid)).toContain('memory: 2048');

    await reverted(branch);
    await jobDone(branch, 'reverted');
    const rows = await mergesOf(story, branch.id);
    expect(rows).toMatchObject([{ kind: 'merged', state: 'started' }, { kind: 'reverted', state: 'started', detail: { cancelled: [{ request: asked.id }], withdrawn: [] } }]);

    // The deletion that it asked for is not wanted any more; NetBox brought the record back itself, once.
    expect((await cardOf(approver, asked.id))).toMatchObject({ state: 'cancelled', refusal: { code: 'deletion.reverted' } });
    expect(await untilUndone(story, asked.id)).toMatchObject({ undo: 'done' });
    expect((await recordsNamed(story, old.name)).map((row) => row['id'])).toEqual([old.netboxVmId]);
    expect(await story.owner.one('select state, netbox_vm_id from guest_links where guest_id = $1', [old.guestId])).toEqual({ state: 'live', netbox_vm_id: old.netboxVmId });

    // The change is set back, on both sides.
    expect(await guestText(story, app.vmid)).toContain('memory: 1024');
    expect((await recordsNamed(story, app.name))[0]).toMatchObject({ memory: 1024 });

    // The new guest stands until other people say yes: who reverted and who wrote the branch are no approvers (P17).
    const gone = await requestOf(web.guest_id);
    await untilState(story, gone.id, 'in-review');
    expect(gone.reason).toBe(`made by branch ${branch.name}, which was reverted`);
    expect(await recordsNamed(story, 'web-x')).toEqual([]);
    expect(await guestText(story, web.vmid)).not.toBeNull();
    const card = await cardOf(engineer, gone.id);
    const own = await engineer.post<Wire>(`/api/deletion/requests/${gone.id}/reviews`, { decision: 'approve', digest: card.digest, viewedAt: card.viewedAt, typedName: 'web-x', reason: 'mine' });
    expect(own.status).toBeGreaterThanOrEqual(400);

    // Planned once more there is nothing left to take back, and told again nothing starts again.
    const since = await lastRequest(story);
    await reconcile(story);
    expect(await jobs(branch, 'reverted')).toEqual([{ state: 'done' }]);
    expect(await writesSince(story, since)).toEqual([]);
    const plan = (await story.owner.one<{ source: Wire; digest: string }>('select source, digest from plans where id = $1', [rows[1]?.plan_id]));
    expect(plan.source).toMatchObject({ kind: 'revert', branchId: branch.id });

    // P7: merged again while that request lives, the guest that it makes would be taken away under it.
    expect((await planOf(story, branch.id)).body).toMatchObject({ permitted: false });
    expect((await planOf(story, branch.id)).body.findings.map((finding) => finding.rule)).toContain('deletion.requested');

    const { status } = await review(approver, { id: gone.id, branch, guest: { ...app, name: 'web-x' } });
    expect(status).toBe(201);
    await untilState(story, gone.id, 'waiting');
    await passTime(story, windowSeconds);
    await untilState(story, gone.id, 'destroyed');
    expect(await guestText(story, web.vmid)).toBeNull();
  });

  it('P24 cancelled, the guest that a revert asked for has its record again', async () => {
    const branch = await makeBranch(story, []);
    await newVm(story, branch, { name: 'web-y' });
    await merged(branch);
    await jobDone(branch);
    const web = await madeBy(branch);
    await reverted(branch);
    const gone = await requestOf(web.guest_id);
    await untilState(story, gone.id, 'in-review');
    expect(await recordsNamed(story, 'web-y')).toEqual([]);
    await approver.post(`/api/deletion/requests/${gone.id}/cancel`, { reason: 'it is needed' });
    expect(await untilUndone(story, gone.id)).toMatchObject({ undo: 'done' });
    expect(await recordsNamed(story, 'web-y')).toHaveLength(1);
    expect(await guestText(story, web.vmid)).not.toBeNull();
  });
});

describe('what cannot be taken back', () => {
  it('a destroyed guest: the gate says when and by which request, permits the rest, and nothing is made again', async () => {
    const [app, old] = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, [changes(app, { memory: 2048 }), ...deletes(old)]);
    const { id } = await waitingDeletion(story, approver, old, branch);
    await passTime(story, windowSeconds);
    await untilState(story, id, 'destroyed');
    await jobDone(branch);
    const answer = await ask(branch);
    expect(answer).toMatchObject({ permitted: true, message: expect.stringMatching(new RegExp(`1 to change.*destroyed on .* by deletion request ${id}.*restore it from a backup`)) as string });
    await reverted(branch);
    await jobDone(branch, 'reverted');
    expect(await guestText(story, app.vmid)).toContain('memory: 1024');
    expect(await guestText(story, old.vmid)).toBeNull();
    expect(await recordsNamed(story, old.name)).toHaveLength(1);
    expect(await story.owner.rows('select id from deletion_requests where guest_id = $1', [old.guestId])).toEqual([{ id }]);
  });

  it('P9 a change after which somebody else changed the guest: refused by the gate, NetBox keeps the merge, the drift is in the plan', async () => {
    const app = await makeGuest(story);
    const branch = await makeBranch(story, [changes(app, { memory: 2048 })]);
    await merged(branch);
    await jobDone(branch);
    await story.proxmox('leipzig').act({ act: 'set-config', vmid: app.vmid, set: { memory: '8192' } });
    const since = await lastRequest(story);
    const job = await revert(branch);
    expect([job.status.value, job.error]).toEqual(['errored', expect.stringContaining('change.drifted')]);
    expect((await mergesOf(story, branch.id)).map((row) => row.kind)).toEqual(['merged']);
    expect(await story.owner.one(`select drift from plans where branch_id = $1 and source->>'kind' = 'revert' order by made_at desc limit 1`, [branch.id])).toMatchObject({ drift: [{ property: 'memory', netbox: '2048', proxmox: '8192' }] });
    expect(await writesSince(story, since)).toEqual([]);
  });

  it('P12 past the gate nothing is set back, and the requests are cancelled all the same', async () => {
    const [app, old] = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, [changes(app, { memory: 2048 }), ...deletes(old)]);
    const { id } = await askedDeletion(story, old, branch);
    await jobDone(branch);
    const since = await lastRequest(story);
    await story.netboxLab.noGate();
    await revert(branch).finally(() => story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' }));
    await untilState(story, id, 'cancelled');
    await lookedUp(story);
    expect((await mergesOf(story, branch.id))[1]).toMatchObject({ kind: 'reverted', state: 'refused', detail: { refusal: { code: 'merge.no-gate' }, cancelled: [{ request: id }] } });
    expect(await guestText(story, app.vmid)).toContain('memory: 2048');
    expect(await writesSince(story, since)).toEqual([]);
  });
});

describe('what stands in the way', () => {
  it('P7 other work on the guest: the revert waits and goes on by itself', async () => {
    const app = await makeGuest(story);
    const branch = await makeBranch(story, [changes(app, { memory: 2048 })]);
    await merged(branch);
    await jobDone(branch);
    await story.owner.change(`insert into guest_claims (guest_id, holder_kind, holder_id) values ($1, 'job', gen_random_uuid())`, [app.guestId]);
    const job = await revert(branch);
    expect([job.status.value, job.error]).toEqual(['completed', '']);
    await until(async () => (await mergesOf(story, branch.id))[1]?.detail?.['waits'] !== undefined, 'the wait');
    expect((await mergesOf(story, branch.id))[1]).toMatchObject({ state: 'told', detail: { waits: { code: 'guest.claimed' } } });
    await story.owner.change('update guest_claims set released_at = sluice_now() where guest_id = $1 and released_at is null', [app.guestId]);
    await reconcile(story);
    await jobDone(branch, 'reverted');
    expect(await guestText(story, app.vmid)).toContain('memory: 1024');
  });

  it('P31 a freeze: the gate permits no revert that would do something', async () => {
    const app = await makeGuest(story);
    const branch = await makeBranch(story, [changes(app, { memory: 2048 })]);
    await merged(branch);
    await jobDone(branch);
    expect((await engineer.post('/api/freeze', { reason: 'wait' })).status).toBe(200);
    const answer = await ask(branch);
    expect((await approver.post('/api/unfreeze', { reason: 'go on' })).status).toBe(200);
    expect(answer).toMatchObject({ permitted: false, message: expect.stringContaining('frozen') as string });
  });
});

// Last: the clock goes forward further than the gate's signatures reach.
describe('too late', () => {
  it('P8 a permission that was not used in time', async () => {
    const app = await makeGuest(story);
    const branch = await makeBranch(story, [changes(app, { memory: 2048 })]);
    await merged(branch);
    await jobDone(branch);
    expect(await ask(branch)).toMatchObject({ permitted: true });
    await story.netboxLab.noGate();
    await story.owner.change(`update settings set clock_shift = clock_shift + (select max(start_by) - sluice_now() + interval '1 second' from plan_states s join plans p on p.id = s.plan_id where p.branch_id = $1)`, [branch.id]);
    await revert(branch).finally(() => story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' }));
    await until(async () => (await mergesOf(story, branch.id))[1]?.state === 'refused', 'the refusal');
    expect((await mergesOf(story, branch.id))[1]?.detail).toMatchObject({ refusal: { code: 'merge.expired' } });
    expect(await guestText(story, app.vmid)).toContain('memory: 2048');
  });
});
