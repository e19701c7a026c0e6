// Replays: a name or number outlived the thing that bore it, and the right command ran in the wrong place. First what a bare call
// does, then what Sluice answers (docs/track-record.md).
import { cardOf, changes, guestText, jobsOf, lastRequest, makeBranch, makeGuest, newVm, passTime, planOf, untilState, untilUndone, waitingDeletion, writesSince, type Deletion, type MadeGuest } from '../../setup/scenes';
import { startStory, type Person, type Story } from '../../setup/story';
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
const healthy = { name: 'healthy-successor' };

describe('VMID 107 belongs to somebody else by now', () => {
  it('the naive way: eleven healthy machines were destroyed like this; one bare DELETE is enough', async () => {
    const guest = await makeGuest(story);
    await story.proxmox('leipzig').act({ act: 'recycle', vmid: guest.vmid, pool: 'same', config: healthy });
    expect(await naively(story, 'leipzig', 'DELETE', `nodes/pve2/qemu/${guest.vmid}`)).toBe(200);
    await until(async () => (await guestText(story, guest.vmid)) === null, 'the end of the successor');
  });

  it('P13 the successor that came during the window is seen, and nothing is sent', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').act({ act: 'recycle', vmid: guest.vmid, pool: 'same', config: healthy });
    await untilState(story, id, 'cancelled');
    expect((await cardOf(approver, id)).refusal?.observed).toMatch(new RegExp(`meant uuid ${guest.uuid}.*; now `));
    await passTime(story, 12);
    await untilUndone(story, id);
    expect((await writesSince(story, since)).map((entry) => entry.method)).not.toContain('DELETE');
    expect(await guestText(story, guest.vmid)).toContain('healthy-successor');
  });

  it('P15 the one that came between our last look and our DELETE is saved by Proxmox itself: the loan died with its predecessor', async () => {
    const guest = await makeGuest(story);
    const { id } = await waiting(guest);
    const since = await lastRequest(story);
    await story.proxmox('leipzig').actAt({ method: 'DELETE', token: 'destroy' }, { act: 'recycle', vmid: guest.vmid, pool: 'same', config: healthy });
    await passTime(story, 12);
    await untilState(story, id, 'needs-human');
    expect((await writesSince(story, since)).filter((entry) => entry.method === 'DELETE').map((entry) => entry.status)).toEqual([403]);
    expect(await guestText(story, guest.vmid)).toContain('healthy-successor');
    expect((await approver.post(`/api/deletion/requests/${id}/acknowledge`, { reason: 'seen' })).status).toBe(200);
  });

  it('P13, P10 an update does not reach it either: planned for one guest, the write carries that guest\'s digest', async () => {
    const guest = await makeGuest(story);
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    await planOf(story, branch.id);
    await story.proxmox('leipzig').actAt({ method: 'PUT', path: `qemu/${guest.vmid}/config`, token: 'update' }, { act: 'recycle', vmid: guest.vmid, pool: 'same', config: healthy });
    await story.merge(branch.id);
    await until(async () => ['refused', 'partial', 'diverged', 'stuck'].includes((await jobsOf(story, branch.id))[0]?.state ?? ''), 'the end of the job', 20_000);
    expect(await guestText(story, guest.vmid)).toContain('healthy-successor');
    expect(await guestText(story, guest.vmid)).toContain('memory: 512');
  });
});

describe('the right command in the wrong place', () => {
  /** The connection of `leipzig` leads to the cluster dresden: a rebuilt name server, a copied file, a restored cluster. */
  const elsewhere = () => {
    const [dresden] = story.lab.config.clusters.filter((cluster) => cluster.name === 'dresden');
    return { clusters: story.lab.config.clusters.map((cluster) => (cluster.name === 'leipzig' && dresden !== undefined ? { ...cluster, connections: dresden.connections.map(({ url }) => ({ node: null, url })), caFile: dresden.caFile } : cluster)) } as unknown as Parameters<Story['restartSluice']>[0];
  };

  it('P13 another cluster answers under the same name: nothing is planned, nothing is destroyed, although VMID and right are there', async () => {
    const guest = await makeGuest(story);
    const asked = await waiting(guest);
    const branch = await makeBranch(story, []);
    await newVm(story, branch, { custom_fields: { proxmox_node: 'dd1' } });
    await planOf(story, branch.id);
    await story.proxmox('dresden').act({ act: 'create', vmid: guest.vmid, node: 'dd1', pool: 'sluice-managed', config: { name: 'dresden-production' } });
    const since = await lastRequest(story, 'dresden');
    await story.restartSluice(elsewhere());
    try {
      approver = await story.signIn('approver');
      const plan = await planOf(story, branch.id);
      expect(plan.body.permitted).toBe(false);
      expect(plan.body.findings).toContainEqual(expect.objectContaining({ rule: 'cluster.identity', severity: 'refusal', observed: 'its identity is changed' }));
      await passTime(story, 12);
      await until(async () => (await cardOf(approver, asked.id)).hold !== null || (await cardOf(approver, asked.id)).state !== 'waiting', 'what the deleter says');
      const card = await cardOf(approver, asked.id);
      expect([card.state, card.hold?.code]).toEqual(['waiting', 'cluster.not-confirmed']);
      expect(card.hold?.observed).toMatch(/name, nodes or CA changed/);
      expect(await writesSince(story, since, 'dresden')).toEqual([]);
    } finally {
      await story.restartSluice();
      approver = await story.signIn('approver');
    }
    // The naive way: the same call, and dresden's machine is gone.
    expect(await naively(story, 'dresden', 'DELETE', `nodes/dd1/qemu/${guest.vmid}`)).toBe(200);
  });
});
