// The deletion's other ends, end to end: somebody thinks again, a right is taken away, a third party touches the guest, time runs out,
// the branch is taken back, the gate was gone round. Each ends as the promises say, with what was seen in its sentence, and whoever
// is still alive afterwards is as before.
import { randomUUID } from 'node:crypto';
import { seedPeople, type Permission } from '../../src/identity';
import { pagesOfDatabase, verifyPages } from '../../src/journal';
import type { Act } from '../../src/lab/proxmox/control/protocol';
import {
  askedDeletion, askGate, cardOf, changeDigestOf, changes, deletes, guestText, jobsOf, lastRequest, lookedUp, makeBranch, makeGuest, mergesOf, netboxAs, newVm, passTime, planOf, recordsNamed, review, untilState, untilUndone, vmPath, waitingDeletion, writesSince,
  type Deletion, type MadeBranch, type MadeGuest,
} from '../setup/scenes';
import { startStory, type Person, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(90_000);

const windowSeconds = 12;
let story: Story;
let engineer: Person;
let approver: Person;
beforeAll(async () => {
  story = await startStory({
    deletion: { window: windowSeconds, approveWithin: 3600, startWithin: 40, threshold: 1, maxPerHour: 50, powerOff: 'shutdown' },
    plan: { expiresAfter: 3600, startWithin: 20, maxCores: 32, maxMemoryMib: null },
  });
  [engineer, approver] = [await story.signIn('engineer'), await story.signIn('approver')];
});
afterAll(() => story.end());
afterEach(() => story.proxmox('leipzig').lift());

interface Recorded extends Wire { readonly id: number; readonly name: string; readonly custom_fields: Wire; readonly status: Wire; readonly vcpus: number; readonly memory: number; readonly description: string }
/** What makes a record the same one for people: everything but ids and times. */
const essence = ({ name, status, vcpus, memory, description, custom_fields: fields, disk }: Recorded): Wire => ({ name, status, vcpus, memory, description, disk, vmid: fields['proxmox_vm_id'], guestId: fields['sluice_guest_id'] });
const childrenOf = async (vmId: number): Promise<Wire> => {
  const names = async (path: string, key: string): Promise<unknown[]> => (await story.netbox('admin').get<{ results: Wire[] }>(`/api/${path}`)).body.results.map((row) => row[key]);
  return { interfaces: await names(`virtualization/interfaces/?virtual_machine_id=${vmId}`, 'name'), disks: await names(`virtualization/virtual-disks/?virtual_machine_id=${vmId}`, 'size'), macs: await names(`dcim/mac-addresses/?virtual_machine_id=${vmId}`, 'mac_address') };
};
const recordOf = async (name: string): Promise<Recorded | null> => ((await recordsNamed(story, name))[0] ?? null) as Recorded | null;
const powerOf = async (guest: MadeGuest): Promise<unknown> => (await story.proxmoxGet('leipzig', `nodes/pve2/qemu/${guest.vmid}/status/current`))['status'];
const aclOf = async (vmid: number): Promise<Wire[]> => (await story.proxmoxGet<Wire[]>('leipzig', 'access/acl')).filter((row) => row['path'] === `/vms/${vmid}`);
const linkOf = (guest: MadeGuest): Promise<Wire> => story.owner.one('select state, netbox_vm_id from guest_links where guest_id = $1', [guest.guestId]);

interface Before { readonly text: string | null; readonly power: unknown; readonly record: Wire; readonly children: Wire }
async function before(guest: MadeGuest): Promise<Before> {
  const record = await recordOf(guest.name);
  if (record === null) throw new Error('the guest has no record');
  return { text: await guestText(story, guest.vmid), power: await powerOf(guest), record: essence(record), children: await childrenOf(record.id) };
}

/** P22, P24: tag, power, configuration, record and children are as they were, and the link row leads from one to the other. */
async function isAsBefore(was: Before, guest: MadeGuest, id: string, recordId: 'new' | 'old' = 'new'): Promise<void> {
  const undone = await untilUndone(story, id);
  expect(undone).toMatchObject({ undo: 'done' });
  expect(await guestText(story, guest.vmid)).toBe(was.text);
  expect(await powerOf(guest)).toBe(was.power);
  expect(await aclOf(guest.vmid)).toEqual([]);
  const records = (await recordsNamed(story, guest.name)) as Recorded[];
  expect(records.map(essence)).toEqual([was.record]);
  const [record] = records;
  expect(await childrenOf(record?.id ?? 0)).toEqual(was.children);
  expect(record?.id === guest.netboxVmId).toBe(recordId === 'old');
  expect(await linkOf(guest)).toEqual({ state: 'live', netbox_vm_id: record?.id });
  expect(await story.owner.rows(`select 1 from journal_entries where kind = 'deletion.undo-done' and subject = $1`, [`request:${id}`])).toHaveLength(1);
  expect(await story.owner.rows(`select 1 from guest_claims where guest_id = $1 and released_at is null`, [guest.guestId])).toEqual([]);
}

const endOf = async (id: string): Promise<{ state: string; code: unknown; observed: string; next: unknown }> => {
  const card = await cardOf(approver, id);
  return { state: card.state, code: card.refusal?.code, observed: card.refusal?.observed ?? '', next: card.refusal?.next };
};
const cancel = (id: string, as: Person = engineer): Promise<{ status: number; body: Wire }> => as.post(`/api/deletion/requests/${id}/cancel`, { reason: 'second thoughts' });
const wasDestroyCalled = async (id: string): Promise<boolean> => (await story.owner.rows(`select 1 from effects where holder_id = $1 and kind = 'destroy' and called_at is not null`, [id])).length > 0;
const deletesSent = async (since: number): Promise<readonly string[]> => (await writesSince(story, since)).filter((entry) => entry.method === 'DELETE').map((entry) => entry.path);

const waiting = (guest: MadeGuest, branch?: MadeBranch): Promise<Deletion> => waitingDeletion(story, approver, guest, branch);

describe('cancelled', () => {
  it('P22, P24 in review: nothing was sent to Proxmox, the record and its children stand again under new ids, the link row moved', async () => {
    const guest = await makeGuest(story);
    const was = await before(guest);
    const { id } = await askedDeletion(story, guest);
    const since = await lastRequest(story);
    expect(await recordOf(guest.name)).toBeNull();
    expect((await cancel(id)).body).toMatchObject({ state: 'cancelled' });
    await isAsBefore(was, guest, id);
    expect(await writesSince(story, since)).toEqual([]);
    expect(await endOf(id)).toMatchObject({ state: 'cancelled', code: 'deletion.cancelled', observed: 'second thoughts' });
  });

  it('P22 after the approval, while the quarantine is being written: what was on its way is looked at and taken back', async () => {
    const guest = await makeGuest(story);
    const was = await before(guest);
    const asked = await askedDeletion(story, guest);
    await story.proxmox('leipzig').fault({ method: 'PUT', path: `qemu/${guest.vmid}/config` }, { delayMillis: 1500 });
    expect((await review(approver, asked)).status).toBe(201);
    await untilState(story, asked.id, 'quarantining');
    expect((await cancel(asked.id)).body).toMatchObject({ state: 'cancelled' });
    await isAsBefore(was, guest, asked.id);
  });

  it('P22, P24 in the window: the tag is off, the power that we took is back, and it cannot be cancelled twice', async () => {
    const guest = await makeGuest(story, { running: true });
    const was = await before(guest);
    expect(was.power).toBe('running');
    const { id } = await waiting(guest);
    expect([await powerOf(guest), (await guestText(story, guest.vmid))?.includes('sluice-quarantine')]).toEqual(['stopped', true]);
    expect((await cancel(id)).body).toMatchObject({ state: 'cancelled' });
    await isAsBefore(was, guest, id);
    const again = await cancel(id);
    expect([again.status, again.body['code']]).toEqual([409, 'deletion.impossible-move']);
    await passTime(story, windowSeconds);
    expect(await wasDestroyCalled(id)).toBe(false);
  });

  it('P22 can be asked for again afterwards, and then it goes', async () => {
    const guest = await makeGuest(story);
    const first = await askedDeletion(story, guest);
    await cancel(first.id);
    await untilUndone(story, first.id);
    const record = await recordOf(guest.name);
    const again: MadeGuest = { ...guest, netboxVmId: record?.id ?? 0 };
    const { id } = await waiting(again);
    await passTime(story, windowSeconds);
    await untilState(story, id, 'destroyed');
    expect(await guestText(story, guest.vmid)).toBeNull();
    expect(await recordOf(guest.name)).toBeNull();
  });
});

describe('people think again', () => {
  it('P18 one veto ends it, whatever approvals there are and whatever the policy says by then', async () => {
    const password = randomUUID();
    const more: readonly Permission[] = ['view', 'approve_deletion'];
    await seedPeople(story.owner, [{ username: 'third', displayName: 'Thea Third', password, permissions: more }, { username: 'admin-2', displayName: 'Ada Admin', password, permissions: ['view', 'administer'] }], { n: 1024, r: 8, p: 1 });
    const third = await story.signInAs('third', password);
    const single = await makeGuest(story);
    const askedBefore = await askedDeletion(story, single);
    const policy = (await approver.get<{ body: { deletion: Wire } }>('/api/policy')).body.body;
    const raised = await approver.post<Wire>('/api/policy/proposals', { body: { ...policy, deletion: { ...policy.deletion, threshold: 2 } }, reason: 'two approvers from now on' });
    expect([raised.status, raised.body['code'] ?? null]).toEqual([201, null]);

    const guest = await makeGuest(story);
    const was = await before(guest);
    const asked = await askedDeletion(story, guest);
    expect((await review(approver, asked)).status).toBe(201);
    expect((await cardOf(approver, asked.id)).votes).toMatchObject({ standing: 1, threshold: 2 });
    expect((await review(third, asked, 'veto')).status).toBe(201);
    expect(await endOf(asked.id)).toMatchObject({ state: 'vetoed', code: 'deletion.vetoed', observed: 'a test' });
    await isAsBefore(was, guest, asked.id);
    const late = await review(approver, asked);
    expect([late.status, late.body['code']]).toEqual([409, 'review.not-in-review']);

    // P18: the one that was asked for before keeps the threshold of its day.
    expect((await review(third, askedBefore)).status).toBe(201);
    await untilState(story, askedBefore.id, 'waiting');
    await cancel(askedBefore.id);
    await untilUndone(story, askedBefore.id);
    const lowered = await approver.post<{ id: string; state: string }>('/api/policy/proposals', { body: { ...policy, deletion: { ...policy.deletion, threshold: 1 } }, reason: 'back to one' });
    // P32: lowering it again needs a second pair of eyes.
    expect((await approver.get<{ body: { deletion: Wire } }>('/api/policy')).body.body.deletion).toMatchObject({ threshold: 2 });
    const admin = await story.signInAs('admin-2', password);
    expect((await admin.post(`/api/policy/proposals/${lowered.body.id}/reviews`, { decision: 'approve', reason: 'agreed' })).status).toBe(200);
  });

  it('P19 an approver who lost the right before the execution is no approver: nothing is lent, nothing is sent', async () => {
    const guest = await makeGuest(story);
    const was = await before(guest);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    const [{ person_id: person } = { person_id: '' }] = await story.owner.rows<{ person_id: string }>(`delete from person_permissions where permission = 'approve_deletion' and person_id = (select id from people where username = 'approver') returning person_id`);
    try {
      await passTime(story, windowSeconds);
      await untilState(story, id, 'cancelled');
    } finally {
      await story.owner.change(`insert into person_permissions (person_id, permission) values ($1, 'approve_deletion') on conflict do nothing`, [person]);
    }
    expect(await endOf(id)).toMatchObject({ code: 'deletion.approval-void', observed: expect.stringContaining('0 of 1 stand') as string });
    expect((await writesSince(story, since)).filter((entry) => entry.path.includes('access'))).toEqual([]);
    expect(await wasDestroyCalled(id)).toBe(false);
    await isAsBefore(was, guest, id);
  });

  it('P31 a freeze in the window holds it, also when its time has come; unfrozen by a second person, it goes on', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    expect((await engineer.post('/api/freeze', { reason: 'wait' })).status).toBe(200);
    try {
      await passTime(story, windowSeconds);
      await until(async () => (await cardOf(approver, id)).hold?.code === 'freeze.on', 'the hold');
      expect(await endOf(id)).toMatchObject({ state: 'waiting' });
      expect((await writesSince(story, since))).toEqual([]);
      expect((await engineer.post('/api/unfreeze', { reason: 'me again' })).status).not.toBe(200);
    } finally {
      expect((await approver.post('/api/unfreeze', { reason: 'looked at' })).status).toBe(200);
    }
    await untilState(story, id, 'destroyed');
  });
});

describe('a third party in the window', () => {
  const acts: readonly (readonly [string, (vmid: number) => Act, RegExp])[] = [
    ['starts it', (vmid) => ({ act: 'start', vmid }), /it was off, it is running/],
    ['edits it', (vmid) => ({ act: 'set-config', vmid, set: { memory: '4096' } }), /memory was "1024", is "4096"/],
    ['renames it', (vmid) => ({ act: 'rename', vmid, name: 'please-keep' }), /name was "guest-\d+", is "please-keep"/],
    ['protects it', (vmid) => ({ act: 'protect', vmid, on: true }), /protection was absent, is "1"/],
    ['moves it to another node', (vmid) => ({ act: 'move-to-node', vmid, node: 'pve1' }), /node was pve2, is pve1/],
    ['makes another guest of it', (vmid) => ({ act: 'recycle', vmid, pool: 'same' }), /meant uuid .*; now /],
  ];
  it.each(acts)('P9, P13, P22 who %s cancels the deletion, and the request says what was seen', async (_name, act, observed) => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').act(act(guest.vmid));
    await untilState(story, id, 'cancelled');
    const end = await endOf(id);
    expect(end.observed).toMatch(observed);
    expect(end.next).toMatch(/\w+/);
    await passTime(story, windowSeconds);
    const undone = await untilUndone(story, id);
    expect(await deletesSent(since)).toEqual([]);
    expect(await guestText(story, guest.vmid)).not.toBeNull();
    // P24: the guest lives, so its record is back; where another guest lives under its number, a human decides.
    const isAnother = /uuid/.test(end.observed);
    expect(undone['undo']).toBe(isAnother ? 'needs-human' : 'done');
    expect(await recordsNamed(story, guest.name)).toHaveLength(isAnother ? 0 : 1);
  });

  it('P22 a backup only holds it: when the lock is gone, it goes on', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    await story.proxmox('leipzig').act({ act: 'lock', vmid: guest.vmid, lock: 'backup' });
    await until(async () => (await cardOf(approver, id)).hold?.code === 'guest.locked', 'the hold');
    await passTime(story, windowSeconds);
    expect(await endOf(id)).toMatchObject({ state: 'waiting' });
    await story.proxmox('leipzig').act({ act: 'unlock', vmid: guest.vmid });
    await untilState(story, id, 'destroyed');
  });

  it('P35 who removes it in Proxmox closes the request as gone-outside, and no DELETE of ours was sent', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').act({ act: 'destroy', vmid: guest.vmid });
    await untilState(story, id, 'gone-outside');
    expect(await endOf(id)).toMatchObject({ observed: expect.stringMatching(/\w/) as string, next: expect.stringMatching(/\w/) as string });
    expect(await deletesSent(since)).toEqual([]);
    expect(await wasDestroyCalled(id)).toBe(false);
    expect(await recordsNamed(story, guest.name)).toEqual([]);
  });

  it('P15, P13 who takes the VMID in the last moment is safe: Proxmox itself says 403, a human is asked, the loan is gone', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').actAt({ method: 'DELETE', path: `/qemu/${guest.vmid}$`, token: 'destroy' }, { act: 'recycle', vmid: guest.vmid, pool: 'same', config: { name: 'the-successor' } });
    await passTime(story, windowSeconds);
    await untilState(story, id, 'needs-human');
    expect((await writesSince(story, since)).filter((entry) => entry.method === 'DELETE').map((entry) => [entry.token, entry.status])).toEqual([['sluice-destroy@pve!destroy', 403]]);
    const end = await endOf(id);
    expect(end.observed).toContain('403');
    expect(end.observed).toContain('the loan is taken back');
    expect(end.observed).toMatch(/now: .*not the guest that was meant/);
    expect(await guestText(story, guest.vmid)).toContain('the-successor');
    expect(await aclOf(guest.vmid)).toEqual([]);
    // P23: the first surprise stops the rest, until somebody says that they saw it.
    const next = await makeGuest(story);
    const waits = await waiting(next);
    await passTime(story, windowSeconds);
    await until(async () => (await cardOf(approver, waits.id)).hold?.code === 'deletion.human-first', 'the hold');
    expect((await approver.post(`/api/deletion/requests/${id}/acknowledge`, { reason: 'seen' })).status).toBe(200);
    await untilState(story, waits.id, 'destroyed');
    expect(await guestText(story, guest.vmid)).toContain('the-successor');
  });
});

describe('the branch thinks again', () => {
  it('P22, P24 a revert in the window cancels the deletion; NetBox brings the record back itself, exactly once', async () => {
    const guest = await makeGuest(story);
    const was = await before(guest);
    const { id, branch } = await waiting(guest);
    const begun = await story.netbox('engineer').post<{ id: number }>(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
    expect(begun.status).toBe(200);
    await story.netboxLab.idle();
    const job = await story.netbox('admin').get<{ status: Wire; error: string }>(`/api/core/jobs/${begun.body.id}/`);
    expect([job.body.status['value'], job.body.error]).toEqual(['completed', '']);
    await untilState(story, id, 'cancelled');
    expect(await endOf(id)).toMatchObject({ code: 'deletion.reverted' });
    await isAsBefore(was, guest, id, 'old');
    expect((await mergesOf(story, branch.id)).map((row) => [row.kind, row.state])).toEqual([['merged', 'started'], ['reverted', 'nothing']]);
  });

  const withoutGate = async <T>(work: () => Promise<T>): Promise<T> => {
    await story.netboxLab.noGate();
    try {
      return await work();
    } finally {
      await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    }
  };
  const mergeUnasked = (branch: MadeBranch): Promise<unknown> => withoutGate(async () => {
    await story.merge(branch.id);
    await story.netboxLab.idle();
    await lookedUp(story);
  });
  const permit = async (branch: MadeBranch): Promise<void> => {
    const answer = await askGate(story, { body: { netbox: 'netbox', branchId: branch.id, action: 'merge', changeDigest: await changeDigestOf(story, branch.id) } });
    expect(answer.json).toMatchObject({ permitted: true });
  };

  it('P12 a merge without the gate sends nothing: no job runs, no deletion is asked for, and it says so', async () => {
    const [gone, grown] = [await makeGuest(story), await makeGuest(story)];
    const branch = await makeBranch(story, [...deletes(gone), changes(grown, { memory: 2048 })]);
    await planOf(story, branch.id);
    const [since, text] = [await lastRequest(story), await guestText(story, grown.vmid)];
    await mergeUnasked(branch);
    expect(await mergesOf(story, branch.id)).toEqual([expect.objectContaining({ kind: 'merged', state: 'refused', detail: { refusal: expect.objectContaining({ code: 'merge.no-gate' }) as Wire } })]);
    expect(await jobsOf(story, branch.id)).toEqual([expect.objectContaining({ state: 'refused' })]);
    expect(await story.owner.rows('select 1 from deletion_requests where guest_id = $1', [gone.guestId])).toEqual([]);
    expect(await writesSince(story, since)).toEqual([]);
    expect(await guestText(story, grown.vmid)).toBe(text);
  });

  it('P4, P12 an answer of the gate serves one merge: merged, reverted and merged again without it, nothing is sent', async () => {
    const guest = await makeGuest(story);
    const { id, branch } = await askedDeletion(story, guest);
    await story.netbox('engineer').post(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
    await story.netboxLab.idle();
    await untilState(story, id, 'cancelled');
    await untilUndone(story, id);
    const since = await lastRequest(story);
    await mergeUnasked(branch);
    expect((await mergesOf(story, branch.id)).map((row) => [row.kind, row.state])).toEqual([['merged', 'started'], ['reverted', 'nothing'], ['merged', 'refused']]);
    expect(await story.owner.rows(`select 1 from deletion_requests where guest_id = $1 and id <> $2`, [guest.guestId, id])).toEqual([]);
    expect(await writesSince(story, since)).toEqual([]);
  });

  it('P12 what was merged differs from what was permitted: it is planned and judged anew, and permitted it runs as it was merged', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    const first = await planOf(story, branch.id);
    await permit(branch);
    await netboxAs(story, 'engineer', 'PATCH', vmPath(guest.netboxVmId), { memory: 3072 }, branch.name);
    await mergeUnasked(branch);
    await until(async () => (await jobsOf(story, branch.id))[0]?.state === 'done', 'the job', 20_000);
    const [merge] = await mergesOf(story, branch.id);
    expect(merge?.plan_id).not.toBe(first.body.id);
    expect(await guestText(story, guest.vmid)).toContain('memory: 3072');
  });

  it('P12 what was merged differs and is refused: nothing is sent, and the job says both', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    await permit(branch);
    await netboxAs(story, 'engineer', 'PATCH', vmPath(guest.netboxVmId), { vcpus: 400 }, branch.name);
    const [since, text] = [await lastRequest(story), await guestText(story, guest.vmid)];
    await mergeUnasked(branch);
    const [job] = await jobsOf(story, branch.id);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.refused-anew', observed: expect.stringMatching(/differs from the permitted plan; .*400 cores on node pve2/) as string } });
    expect(await writesSince(story, since)).toEqual([]);
    expect(await guestText(story, guest.vmid)).toBe(text);
  });

  it('P30 a branch that was archived is planned no more: a no with its status', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    await planOf(story, branch.id);
    await story.merge(branch.id);
    await until(async () => (await jobsOf(story, branch.id))[0]?.state === 'done', 'the job', 20_000);
    expect((await planOf(story, branch.id)).body).toMatchObject({ permitted: true, actions: [], deletions: [] });
    expect((await story.netbox('engineer').post(`/api/plugins/branching/branches/${branch.id}/archive/`, { commit: true })).status).toBe(200);
    await story.netboxLab.idle();
    expect((await planOf(story, branch.id)).body).toMatchObject({ permitted: false, findings: [expect.objectContaining({ rule: 'branch.ready', observed: 'its status is archived' })] });
  });

  it('P8 merged too late after the gate said yes, nothing is sent', async () => {
    const branch = await makeBranch(story, []);
    await newVm(story, branch);
    await permit(branch);
    await passTime(story, 21);
    const since = await lastRequest(story);
    await mergeUnasked(branch);
    expect(await jobsOf(story, branch.id)).toEqual([expect.objectContaining({ state: 'refused', refusal: expect.objectContaining({ code: 'merge.expired', observed: expect.stringContaining('started by') as string }) as Wire })]);
    expect(await writesSince(story, since)).toEqual([]);
  });
});

describe('time', () => {
  it('P8 a deletion that was not carried out in its time expires: nothing is sent, the guest is as before', async () => {
    const guest = await makeGuest(story, { running: true });
    const was = await before(guest);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await passTime(story, windowSeconds + 41);
    await untilState(story, id, 'expired');
    expect(await endOf(id)).toMatchObject({ code: 'deletion.expired', observed: expect.stringContaining('the time ended at') as string });
    await isAsBefore(was, guest, id);
    expect(await deletesSent(since)).toEqual([]);
  });

  it('P8 one that nobody approved in its time expires too', async () => {
    const guest = await makeGuest(story);
    const was = await before(guest);
    const asked = await askedDeletion(story, guest);
    await passTime(story, 3601);
    await untilState(story, asked.id, 'expired');
    await isAsBefore(was, guest, asked.id);
  });

  it('P37 left a journal whose chain is whole, after all of this', async () => {
    expect(await verifyPages(pagesOfDatabase(story.owner))).toMatchObject({ kind: 'whole' });
  });
});
