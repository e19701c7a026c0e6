// Replays: a retry repeated what must happen once: a destroy sent by two, sent again after a lost answer, a create made twice. First
// what a bare retry does, then what Sluice sends (docs/track-record.md).
import { startSluice, type RunningSluice } from '../../../src/roles/start';
import { silentLog } from '../../../src/platform/log';
import { cardOf, emptyBranch, guestText, jobsOf, lastRequest, makeGuest, newVm, passTime, planOf, untilState, waitingDeletion, writesSince, type Deletion, type MadeBranch, type MadeGuest } from '../../setup/scenes';
import { startStory, type Person, type Story, type Wire } from '../../setup/story';
import { until } from '../../setup/until';
import { naively } from './naive';

jest.setTimeout(90_000);

let story: Story;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ deletion: { window: 12, approveWithin: 3600, startWithin: 120, threshold: 1, maxPerHour: 50, powerOff: 'refuse' } });
  approver = await story.signIn('approver');
});
afterAll(() => story.end());
afterEach(() => story.proxmox('leipzig').lift());

const waiting = (guest: MadeGuest): Promise<Deletion> => waitingDeletion(story, approver, guest);
const deletesSince = async (since: number): Promise<readonly string[]> => (await writesSince(story, since)).filter((entry) => entry.method === 'DELETE' && entry.path.includes('/qemu/')).map((entry) => entry.path);
const named = async (name: string): Promise<Wire[]> => (await story.proxmoxGet<Wire[]>('leipzig', 'cluster/resources?type=vm')).filter((row) => row['name'] === name);

describe('a destroy that was sent twice', () => {
  it('the naive way: the answer got lost, the task is retried, and the retry hits who lives there by then', async () => {
    const guest = await makeGuest(story);
    await story.proxmox('leipzig').fault({ method: 'DELETE', path: `qemu/${guest.vmid}$` }, 'answer-lost');
    await expect(naively(story, 'leipzig', 'DELETE', `nodes/pve2/qemu/${guest.vmid}`)).rejects.toThrow();
    await until(async () => (await guestText(story, guest.vmid)) === null, 'the end of the guest');
    await story.proxmox('leipzig').act({ act: 'create', vmid: guest.vmid, node: 'pve2', config: { name: 'the-next-one' } });
    expect(await naively(story, 'leipzig', 'DELETE', `nodes/pve2/qemu/${guest.vmid}`)).toBe(200);
    await until(async () => (await guestText(story, guest.vmid)) === null, 'the end of the next one');
  });

  it('P26, P27 a lost answer is settled by looking: one DELETE was sent, the guest is gone, the request says destroyed', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').fault({ method: 'DELETE', token: 'destroy' }, 'answer-lost');
    await passTime(story, 12);
    await untilState(story, id, 'destroyed');
    expect(await deletesSince(since)).toEqual([`/nodes/pve2/qemu/${guest.vmid}`]);
  });

  it('P26, P27 lost, and the VMID has another guest by the time we look: nothing is sent again, the other lives', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').fault({ method: 'DELETE', token: 'destroy' }, 'answer-lost');
    // The list says that it is gone; whether its number is free is asked next, and right before that somebody takes it.
    await story.proxmox('leipzig').actAt({ method: 'GET', path: 'cluster/nextid' }, { act: 'create', vmid: guest.vmid, node: 'pve2', config: { name: 'the-next-one' } });
    await passTime(story, 12);
    await untilState(story, id, 'needs-human', 'destroyed');
    expect(await deletesSince(since)).toHaveLength(1);
    expect(await guestText(story, guest.vmid)).toContain('the-next-one');
    const card = await cardOf(approver, id);
    if (card.state === 'needs-human') expect((await approver.post(`/api/deletion/requests/${id}/acknowledge`, { reason: 'seen' })).status).toBe(200);
  });

  it('P27, P28 three deleters at once send one DELETE between them', async () => {
    const guests = [await makeGuest(story), await makeGuest(story)];
    const others: RunningSluice[] = [];
    const since = await lastRequest(story);
    try {
      for (let n = 0; n < 2; n += 1) others.push(await startSluice({ ...story.lab.config, roles: ['deleter'] }, { log: silentLog }));
      const asked = [];
      for (const guest of guests) asked.push(await waiting(guest));
      await passTime(story, 12);
      for (const { id } of asked) await untilState(story, id, 'destroyed');
    } finally {
      for (const other of others) await other.stop();
    }
    expect([...(await deletesSince(since))].sort()).toEqual(guests.map((guest) => `/nodes/pve2/qemu/${guest.vmid}`).sort());
    expect(await story.owner.rows(`select holder_id from effects where kind = 'destroy' group by holder_id having count(*) > 1`)).toEqual([]);
  });

  it('P27 a task that failed half-way is not tried again: the guest stays, a human looks', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').fault({ method: 'DELETE', token: 'destroy' }, { taskFails: 'storage is busy', at: 'start' });
    await passTime(story, 12);
    await untilState(story, id, 'needs-human');
    expect((await cardOf(approver, id)).refusal?.observed).toMatch(/task ended with: storage is busy; looked: VM \d+ of cluster leipzig is there.*the loan is taken back/);
    await passTime(story, 5);
    expect(await deletesSince(since)).toHaveLength(1);
    expect(await story.proxmoxGet<Wire[]>('leipzig', 'access/acl').then((rows) => rows.filter((row) => row['path'] === `/vms/${guest.vmid}`))).toEqual([]);
    expect((await approver.post(`/api/deletion/requests/${id}/acknowledge`, { reason: 'seen' })).status).toBe(200);
  });
});

describe('a create whose answer was lost', () => {
  const branchOfOne = async (): Promise<{ branch: MadeBranch; name: string; vmid: number }> => {
    const branch = await emptyBranch(story, { apply_to_proxmox: true, apply_destroy_confirmed: false });
    await newVm(story, branch);
    const plan = await planOf(story, branch.id);
    const [action] = plan.body.actions;
    return { branch, name: action?.guest.name ?? '', vmid: action?.guest.vmid ?? 0 };
  };
  const ended = (branch: MadeBranch): Promise<void> => until(async () => ['done', 'refused', 'stuck', 'diverged', 'partial'].includes((await jobsOf(story, branch.id))[0]?.state ?? ''), 'the end of the job', 20_000);

  it('the naive way: it is sent again with the next free id, and there are two', async () => {
    const params = { name: 'twin', memory: '64' };
    await story.proxmox('leipzig').fault({ method: 'POST', path: 'nodes/pve1/qemu$' }, 'answer-lost');
    await expect(naively(story, 'leipzig', 'POST', 'nodes/pve1/qemu', { vmid: '901', ...params })).rejects.toThrow();
    expect(await naively(story, 'leipzig', 'POST', 'nodes/pve1/qemu', { vmid: '902', ...params })).toBe(200);
    await until(async () => (await named('twin')).length === 2, 'two of them');
  });

  it('P14, P26 is found by its own uuid: one POST, one VM, and the job ends done', async () => {
    const { branch, name, vmid } = await branchOfOne();
    const since = await lastRequest(story);
    await story.proxmox('leipzig').fault({ method: 'POST', path: '/qemu$', token: 'create' }, 'answer-lost');
    await story.merge(branch.id);
    await ended(branch);
    expect((await jobsOf(story, branch.id)).map((job) => job.state)).toEqual(['done']);
    expect((await writesSince(story, since)).filter((entry) => entry.method === 'POST' && entry.path.endsWith('/qemu'))).toHaveLength(1);
    // A list right after a create may not know its name yet (Proxmox VE 8.4), so it is read from the guest.
    const made = (await story.proxmoxGet<{ vmid: number }[]>('leipzig', 'cluster/resources?type=vm')).map((row) => row.vmid).filter((id) => id > 5005 && id < 5800);
    expect([made, await guestText(story, vmid)]).toEqual([[vmid], expect.stringContaining(`name: ${name}`) as string]);
  });

  it('P14, P26 lost before it was done, and somebody else took the VMID: theirs is not ours, it is not touched', async () => {
    const { branch, name, vmid } = await branchOfOne();
    const since = await lastRequest(story);
    const match = { method: 'POST', path: '/qemu$', token: 'create' } as const;
    await story.proxmox('leipzig').fault(match, 'connection-reset-before');
    await story.proxmox('leipzig').actAt(match, { act: 'create', vmid, node: 'pve1', config: { name: 'foreign' } });
    await story.merge(branch.id);
    await ended(branch);
    const [job] = await jobsOf(story, branch.id);
    expect(job?.state).not.toBe('done');
    expect(JSON.stringify(await story.owner.rows('select detail from apply_steps where job_id = $1', [job?.id]))).toMatch(/not-applied|uuid|taken/);
    expect((await writesSince(story, since)).filter((entry) => entry.path.includes(String(vmid)))).toEqual([]);
    expect(await guestText(story, vmid)).toContain('foreign');
    expect(await named(name)).toEqual([]);
  });
});
