// Replays: what was approved was not what ran: a stale plan, an approval of something else, "all" resolved too late, no evidence read as
// consent, a gate removed by whom it held, a precondition left out (docs/track-record.md).
import {
  askedDeletion, askGate, cardOf, changeDigestOf, changes, deletes, guestText, jobsOf, lastRequest, lookedUp, makeBranch, makeGuest, netboxAs, passTime, planOf, untilState, vmPath, waitingDeletion, writesSince, type Deletion, type MadeBranch, type MadeGuest,
} from '../../setup/scenes';
import { startStory, type Person, type Story, type Wire } from '../../setup/story';
import { until } from '../../setup/until';
import { naively } from './naive';

jest.setTimeout(90_000);

const deletion = { window: 12, approveWithin: 3600, startWithin: 120, threshold: 1, maxPerHour: 50, powerOff: 'refuse' } as const;
let story: Story;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ deletion });
  approver = await story.signIn('approver');
});
afterAll(() => story.end());
afterEach(() => story.proxmox('leipzig').lift());

const end = async (branch: MadeBranch): Promise<{ id: string; state: string; refusal: Wire | null } | undefined> => {
  await until(async () => !['queued', 'running', undefined].includes((await jobsOf(story, branch.id))[0]?.state), `the end of the job of ${branch.name}`, 20_000);
  return (await jobsOf(story, branch.id))[0];
};
const stepsOf = async (branch: MadeBranch): Promise<string> => JSON.stringify(await story.owner.rows('select s.kind, s.state, s.detail from apply_steps s join apply_jobs j on j.id = s.job_id join merges m on m.id = j.merge_id where m.branch_id = $1 order by s.ordinal', [branch.id]));
const waiting = (guest: MadeGuest): Promise<Deletion> => waitingDeletion(story, approver, guest);
/** The gate says yes; then somebody acts; then NetBox merges without asking again. */
async function permittedThen(branch: MadeBranch, act: () => Promise<unknown>): Promise<void> {
  const answer = await askGate(story, { body: { netbox: 'netbox', branchId: branch.id, action: 'merge', changeDigest: await changeDigestOf(story, branch.id) } });
  expect(answer.json).toMatchObject({ permitted: true });
  await act();
  await story.netboxLab.noGate();
  try {
    await story.merge(branch.id);
    await story.netboxLab.idle();
    await lookedUp(story);
  } finally {
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
  }
}

describe('a stale plan', () => {
  it('P6, P9 the world moved after the gate: what a human set stays, the job says what it saw', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    const since = await lastRequest(story);
    await permittedThen(branch, () => story.proxmox('leipzig').act({ act: 'set-config', vmid: guest.vmid, set: { memory: '3000' } }));
    expect((await end(branch))?.state).not.toBe('done');
    expect(await stepsOf(branch)).toMatch(/3000/);
    expect(await guestText(story, guest.vmid)).toContain('memory: 3000');
    expect(await writesSince(story, since)).toEqual([]);
    // The naive way: the saved plan is sent as it is, and the human's value is gone.
    expect(await naively(story, 'leipzig', 'PUT', `nodes/pve2/qemu/${guest.vmid}/config`, { memory: '2048' })).toBe(200);
    expect(await guestText(story, guest.vmid)).toContain('memory: 2048');
  });

  it('P7 two plans from one base: the first to be merged makes the second stale, which is refused at the gate', async () => {
    const guest = await makeGuest(story);
    const [one, two] = [await makeBranch(story, [changes(guest, { memory: 2048 })]), await makeBranch(story, [changes(guest, { memory: 4096 })])];
    for (const branch of [one, two]) expect((await planOf(story, branch.id)).body.permitted).toBe(true);
    await story.merge(one.id);
    expect((await end(one))?.state).toBe('done');
    const job = await story.merge(two.id);
    expect([job.status.value, job.error]).toEqual(['errored', expect.stringMatching(/memory/)]);
    expect(await guestText(story, guest.vmid)).toContain('memory: 2048');
  });
});

describe('an approval of something else', () => {
  it('P3 an approval names one digest: that of another request is refused, over the API and as the runtime role', async () => {
    const [harmless, precious] = [await askedDeletion(story, await makeGuest(story)), await askedDeletion(story, await makeGuest(story))];
    const card = await cardOf(approver, harmless.id);
    const answer = await approver.post<Wire>(`/api/deletion/requests/${precious.id}/reviews`, { decision: 'approve', digest: card.digest, viewedAt: card.viewedAt, typedName: precious.guest.name, reason: 'the first one, I thought' });
    expect([answer.status, answer.body['code']]).toEqual([409, 'review.other-digest']);
    expect(answer.body['observed']).toContain(card.digest.slice(0, 8));
    const person = (await story.owner.one<{ id: string }>(`select id from people where username = 'approver'`)).id;
    await expect(story.asRole('api', `insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ('${precious.id}', '${person}', 'approve', '${card.digest}', '{}', sluice_now(), '${precious.guest.name}', 'x')`)).rejects.toThrow(/the review names digest/);
    expect((await cardOf(approver, precious.id)).state).toBe('in-review');
    for (const { id } of [harmless, precious]) await approver.post(`/api/deletion/requests/${id}/cancel`, { reason: 'end of the test' });
  });

  it('P4, P12 one plan is permitted and another is merged: the deletion that was slipped in is judged anew, and without its opt-in nothing is sent', async () => {
    const [shown, slipped] = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, [changes(shown, { memory: 2048 })], { apply_to_proxmox: true, apply_destroy_confirmed: false });
    const since = await lastRequest(story);
    await permittedThen(branch, () => netboxAs(story, 'engineer', 'DELETE', vmPath(slipped.netboxVmId), undefined, branch.name));
    expect(await end(branch)).toMatchObject({ state: 'refused', refusal: { code: 'merge.refused-anew', observed: expect.stringMatching(/differs from the permitted plan.*apply_destroy_confirmed is false/) as string } });
    expect(await writesSince(story, since)).toEqual([]);
    expect(await story.owner.rows('select 1 from deletion_requests where guest_id = $1', [slipped.guestId])).toEqual([]);
    expect(await guestText(story, slipped.vmid)).toContain(slipped.uuid);
  });
});

describe('"all" that was resolved when it ran', () => {
  it('P2, P23 a list approved is the list executed: who came later is in no plan and no request', async () => {
    const listed = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, deletes(...listed));
    const plan = await planOf(story, branch.id);
    expect(plan.body.deletions.map((planned) => planned.guest.vmid)).toEqual(listed.map((guest) => guest.vmid));
    const later = await makeGuest(story);
    await story.merge(branch.id);
    const raised = (): Promise<{ vmid: number }[]> => story.owner.rows<{ vmid: number }>('select r.vmid from deletion_requests r join merges m on m.id = r.merge_id where m.branch_id = $1 order by r.vmid', [branch.id]);
    await until(async () => (await raised()).length === 2, 'the two requests');
    expect(await raised()).toEqual(listed.map(({ vmid }) => ({ vmid })));
    expect(await story.owner.rows('select 1 from deletion_requests where guest_id = $1', [later.guestId])).toEqual([]);
  });
});

describe('absent evidence', () => {
  const empty = { status: 200, body: '{"data":[]}' } as const;

  it('P5, P30 an empty list of guests, a forbidden one and a configuration without digest are no world to plan in', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    const config = await story.proxmoxGet('leipzig', `nodes/pve2/qemu/${guest.vmid}/config`);
    for (const [path, fault] of [['cluster/resources', empty], ['cluster/resources', { status: 403 }], [`qemu/${guest.vmid}/config`, { status: 200, body: JSON.stringify({ data: { ...config, digest: undefined } }) }], [`qemu/${guest.vmid}/config`, { status: 200, body: JSON.stringify({ data: { ...config, digest: '' } }) }]] as const) {
      await story.proxmox('leipzig').fault({ method: 'GET', path }, fault, 100);
      const { body } = await planOf(story, branch.id);
      expect([body.permitted, body.actions]).toEqual([false, []]);
      expect(body.findings).toContainEqual(expect.objectContaining({ rule: 'observation.incomplete', observed: expect.stringMatching(/\w{4,}/) as string }));
      await story.proxmox('leipzig').lift();
    }
  });

  it.each([['is empty', empty], ['is forbidden', { status: 403 }], ['is half of it', 'truncated']] as const)('P5, P30 in the window, a list that %s is neither "gone" nor "as before": it waits and says why', async (_name, fault) => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').fault({ method: 'GET', path: 'cluster/resources' }, fault, 10_000);
    await passTime(story, 12);
    await until(async () => (await cardOf(approver, id)).hold !== null, 'the hold');
    const card = await cardOf(approver, id);
    expect([card.state, card.hold?.observed]).toEqual(['waiting', expect.stringMatching(/\w{4,}/)]);
    expect((await writesSince(story, since)).filter((entry) => entry.method === 'DELETE' || entry.path.includes('access'))).toEqual([]);
    await story.proxmox('leipzig').lift();
    await untilState(story, id, 'destroyed');
  });
});

describe('a precondition that was left out', () => {
  it('P10 somebody edits between our look and our write: Proxmox refuses by the digest that we always send', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    await planOf(story, branch.id);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').actAt({ method: 'PUT', path: `qemu/${guest.vmid}/config`, token: 'update' }, { act: 'set-config', vmid: guest.vmid, set: { memory: '3000' } });
    await story.merge(branch.id);
    expect((await end(branch))?.state).not.toBe('done');
    expect(await guestText(story, guest.vmid)).toContain('memory: 3000');
    const { entries } = await story.proxmox('leipzig').requests(since);
    for (const put of entries.filter((entry) => entry.method === 'PUT' && entry.path.endsWith('/config'))) expect(put.params['digest']).toMatch(/^[0-9a-f]{40}$/);
    // The naive way: without the digest the same write is taken.
    expect(await naively(story, 'leipzig', 'PUT', `nodes/pve2/qemu/${guest.vmid}/config`, { memory: '2048' })).toBe(200);
  });
});

describe('a gate removed by whom it held', () => {
  it('P32 a configuration file that weakens the policy does not start: it names the key and the way to propose it', async () => {
    await story.stopSluice();
    try {
      await expect(story.restartSluice({ deletion: { ...deletion, window: 1, maxPerHour: 500 } })).rejects.toThrow(/weakens the policy in force.*deletion\.(window|maxPerHour).*POST \/api\/policy\/proposals; a second person has to approve it/s);
    } finally {
      await story.restartSluice();
      approver = await story.signIn('approver');
    }
    expect((await approver.get<{ body: { deletion: Wire } }>('/api/policy')).body.body.deletion).toMatchObject({ windowSeconds: 12, maxPerHour: 50 });
  });

  it('P21 protection that lives in the guest is not cleared by who wants it gone: the request is refused', async () => {
    const guest = await makeGuest(story, { config: { protection: '1' } });
    await expect(askedDeletion(story, guest)).rejects.toThrow(/is refused: .*Clear protection by hand in Proxmox.*protection is on/);
    expect(await guestText(story, guest.vmid)).toContain('protection: 1');
  });
});
