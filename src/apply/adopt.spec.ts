// Carries P1, P9, P10, P13, P25, P26: guests that Sluice did not make, taken in: one by one in one lab, each as somebody made it by hand.
import { randomUUID } from 'node:crypto';
import { askedDeletion, cardOf, makeBranch, netboxAs, planOf, vmPath, type MadeBranch, type MadeGuest } from '../../test/setup/scenes';
import { SmallBranches } from '../../test/setup/small-branch';
import { startStory, type Story } from '../../test/setup/story';
import { effectPoints } from '../effects';
import { markerLine } from '../guest';
import type { GuestId } from '../kernel';
import type { Act, FaultOrder } from '../lab/proxmox';
import { armFailpoint, disarmFailpoints, hitsOf } from '../platform/failpoint';

jest.setTimeout(60_000);

interface Stranger { readonly name: string; readonly vmid: number; readonly kind: 'qemu' | 'lxc'; readonly netboxVmId: number }
const human = 'kept by hand\nsince 2019';

let story: Story;
let small: SmallBranches;
beforeAll(async () => {
  story = await startStory({ reconcileEvery: 3600 });
  small = new SmallBranches(story);
});
afterAll(() => story.end());
afterEach(async () => { disarmFailpoints(); await lab().clear(); });

const lab = () => story.proxmox('leipzig');
const act = (one: Act): Promise<unknown> => lab().act(one);
let next = 300;

/** A NetBox VM that names no guest. */
const record = async (name: string, kind: string): Promise<number> => (await netboxAs<{ id: number }>(story, 'admin', 'POST', '/api/virtualization/virtual-machines/', { name, cluster: { name: 'leipzig' }, device: { name: 'pve2' }, status: 'active', vcpus: 1, memory: 1024, description: 'as NetBox has it', custom_fields: { proxmox_kind: kind } })).id;

/** A guest as somebody made it by hand, and its NetBox VM. */
async function stranger(more: { readonly kind?: 'qemu' | 'lxc'; readonly uuid?: string; readonly description?: string | null } = {}): Promise<Stranger> {
  const [vmid, kind] = [next++, more.kind ?? 'qemu'];
  const name = `by-hand-${vmid}`;
  const mac = `BC:24:11:55:${String(Math.floor(vmid / 100)).padStart(2, '0')}:${String(vmid % 100).padStart(2, '0')}`;
  const description = more.description === null ? {} : { description: more.description ?? human };
  await act(kind === 'qemu'
    ? { act: 'create', vmid, node: 'pve2', pool: 'sluice-managed', running: true, config: { name, memory: '1024', ostype: 'l26', scsi0: `vmdata:vm-${vmid}-disk-0,size=4G`, net0: `virtio=${mac},bridge=vmbr0`, smbios1: `uuid=${more.uuid ?? randomUUID()}`, meta: 'creation-qemu=8.1.0,ctime=1700000000', tags: 'legacy', ...description } }
    : { act: 'create', vmid, kind: 'lxc', node: 'pve2', pool: 'sluice-managed', running: false, config: { hostname: name, arch: 'amd64', ostype: 'debian', memory: '1024', rootfs: `vmdata:vm-${vmid}-disk-0,size=4G`, net0: `name=eth0,bridge=vmbr0,hwaddr=${mac},type=veth`, ...description } });
  return { name, vmid, kind, netboxVmId: await record(name, kind) };
}

const wish = (guest: Pick<Stranger, 'vmid' | 'netboxVmId'>, body: object = {}): Promise<MadeBranch> => makeBranch(story, [{ method: 'PATCH', path: vmPath(guest.netboxVmId), body: { custom_fields: { proxmox_vm_id: guest.vmid }, ...body } }]);
const planned = async (branch: MadeBranch): Promise<any> => (await planOf(story, branch.id)).body;
const adopting = async (guest: Stranger): Promise<any> => {
  const branch = await wish(guest);
  return { ...branch, plan: await small.plan(branch.id) };
};
const mergeAndRest = async (branch: { readonly id: number }): Promise<any> => {
  await small.merge(branch);
  return small.rests(branch);
};
const at = (guest: Stranger): string => `/nodes/pve2/${guest.kind}/${guest.vmid}/config`;
const putOf = (guest: Stranger): FaultOrder['match'] => ({ method: 'PUT', path: `/${guest.kind}/${guest.vmid}/config$` });
const config = (guest: Stranger): Promise<any> => story.proxmoxGet('leipzig', at(guest).slice(1));
const writes = async (guest: Stranger): Promise<readonly string[]> => (await lab().requests()).entries.filter((entry) => entry.method !== 'GET' && entry.path.includes(`/${guest.vmid}`)).map((entry) => `${entry.method} ${entry.path}`);
const idIn = (branch: any): GuestId => branch.plan.actions[0].guest.guestId;
const linkOf = (guestId: string) => story.owner.maybe<any>('select netbox_vm_id as vm, vmid, kind, uuid, ctime, macs, state from guest_links where guest_id = $1', [guestId]);
const refusedBy = (plan: any): readonly string[] => plan.findings.filter((finding: any) => finding.severity === 'refusal').map((finding: any) => `${finding.rule}: ${finding.observed}`);
const resume = async (jobId: string): Promise<void> => expect((await story.service.post(`/api/apply/jobs/${jobId}/resume`)).status).toBe(200);

/** Taken in, by one write, and everything of it as it was. */
async function isTakenIn(guest: Stranger, guestId: GuestId, words = human): Promise<void> {
  expect((await config(guest)).description.trim()).toBe(`${words}\n\n${markerLine(guestId)}`);
  expect(await writes(guest)).toEqual([`PUT ${at(guest)}`]);
  expect(await linkOf(guestId)).toMatchObject({ vm: guest.netboxVmId, vmid: guest.vmid, kind: guest.kind, state: 'live' });
}

it('the lab\'s stranger: not while it is in no pool; then shown, taken in, stamped, journalled, and planned anew to nothing', async () => {
  const legacy: Stranger = { name: 'legacy-fileserver', vmid: 100, kind: 'qemu', netboxVmId: await record('legacy-fileserver', 'qemu') };
  const branch = await wish(legacy);
  const [same, late] = [await wish(legacy), await makeBranch(story, [{ method: 'PATCH', path: vmPath(legacy.netboxVmId), body: { vcpus: 4 } }])];
  expect(refusedBy(await planned(branch))).toEqual(['guest.pool-rights: the guest is in no pool']);
  expect(refusedBy(await planned(late))).toEqual(['guest.not-adopted: no guest is linked to this NetBox VM']);

  await act({ act: 'pool', vmid: 100, pool: 'sluice-managed' });
  const plan = await planned(branch);
  expect(plan.findings).toMatchObject([{ rule: 'adopt.guest', severity: 'info', observed: 'it takes in qemu 100, legacy-fileserver, on pve1, in pool sluice-managed, without tags' }]);
  expect((await planned(branch)).digest).toBe(plan.digest);
  const job = await mergeAndRest(branch);
  expect([job.state, job.refusal, job.steps.map((step: any) => step.title)]).toEqual(['done', null, ['take legacy-fileserver (100) in, cluster leipzig', 'stamp legacy-fileserver (100) in NetBox']]);

  const guestId: string = plan.actions[0].guest.guestId;
  expect(await story.proxmoxGet<any>('leipzig', 'nodes/pve1/qemu/100/config')).toMatchObject({ name: 'legacy-fileserver', memory: '4096', description: markerLine(guestId as GuestId) });
  expect(await linkOf(guestId)).toEqual({ vm: legacy.netboxVmId, vmid: 100, kind: 'qemu', uuid: '30000000-0000-4000-8000-000000000100', ctime: '1700000000', macs: [], state: 'live' });
  expect((await small.record('legacy-fileserver')).custom_fields).toMatchObject({ proxmox_vm_id: 100, sluice_guest_id: guestId, sluice_intent_state: 'applied', sluice_last_apply_run_id: job.id });
  expect(await story.owner.rows('select reason, guest_id as "guestId" from vmid_ledger where vmid = 100')).toEqual([{ reason: 'seen', guestId }]);
  expect(await story.owner.rows(`select kind from journal_entries where subject = $1 and kind like 'guest.%'`, [`guest:${guestId}`])).toEqual([{ kind: 'guest.adopted' }]);

  for (const again of [branch, same]) expect(await planned(again)).toMatchObject({ actions: [], deletions: [], findings: [] });
  expect(refusedBy(await planned(late))).not.toContain('guest.not-adopted: no guest is linked to this NetBox VM');
});

it('P13 a container is known by marker and MAC addresses from then on', async () => {
  const guest = await stranger({ kind: 'lxc' });
  const branch = await adopting(guest);
  expect((await mergeAndRest(branch)).state).toBe('done');
  await isTakenIn(guest, idIn(branch));
  expect(await linkOf(idIn(branch))).toMatchObject({ uuid: null, macs: [expect.stringMatching(/^BC:24:11:55:/)] });
});

it('a guest that was taken in is changed, and its deletion is asked for, like any other', async () => {
  const guest = await stranger();
  const branch = await adopting(guest);
  expect((await mergeAndRest(branch)).state).toBe('done');
  const change = await small.make([], { [guest.name]: { tags: ['web'] } });
  expect((await mergeAndRest(change)).state).toBe('done');
  expect((await config(guest)).tags).toBe('legacy;web');
  await act({ act: 'stop', vmid: guest.vmid });
  const deletion = await askedDeletion(story, { ...guest, guestId: idIn(branch) } as unknown as MadeGuest);
  const card: any = await cardOf(await story.signIn('approver'), deletion.id);
  expect(card).toMatchObject({ state: 'in-review', thing: { vmid: guest.vmid, guestId: idIn(branch) }, still: { verdict: 'same' } });
});

describe('P26 the answer is lost', () => {
  it.each([['done', 'answer-lost'], ['not done', 'connection-reset-before']] as const)('and it was %s: looking tells, and nothing is sent twice by itself', async (words, fault) => {
    const guest = await stranger();
    const branch = await adopting(guest);
    await lab().fault(putOf(guest), fault);
    const job = await mergeAndRest(branch);
    if (words === 'not done') {
      expect(job).toMatchObject({ state: 'refused', refusal: { observed: expect.stringContaining('it bears no marker') } });
      expect([(await config(guest)).description.trim(), await linkOf(idIn(branch))]).toEqual([human, null]);
      await lab().clear();
      await resume(job.id);
      await small.rests(branch, ['done']);
    }
    expect(await small.effects(job.id)).toMatchObject([...(words === 'done' ? [] : [{ state: 'refused' }]), { kind: 'configure', state: 'confirmed' }, { kind: 'netbox-patch', state: 'confirmed' }]);
    await isTakenIn(guest, idIn(branch));
  });
});

describe('P9, P10 somebody is faster', () => {
  it('between recheck and write: Proxmox refuses by the digest, their edit stands, and nothing is linked', async () => {
    const guest = await stranger();
    const branch = await adopting(guest);
    await lab().actAt(putOf(guest), { act: 'set-config', vmid: guest.vmid, set: { description: 'theirs' } });
    expect(await mergeAndRest(branch)).toMatchObject({ state: 'refused', refusal: { code: 'proxmox.refused', observed: expect.stringMatching(/checksum mismatch/) } });
    expect([(await config(guest)).description.trim(), await linkOf(idIn(branch))]).toEqual(['theirs', null]);
  });

  const other = randomUUID() as GuestId;
  const before: readonly [string, (guest: Stranger) => Act, string][] = [
    ['writes in it', ({ vmid }) => ({ act: 'set-config', vmid, set: { description: 'theirs' } }), 'baseline.moved'],
    ['renames it', ({ vmid }) => ({ act: 'rename', vmid, name: 'theirs' }), 'baseline.moved'],
    ['puts another in its place', ({ vmid, name }) => ({ act: 'recycle', vmid, pool: 'same', config: { name, memory: '1024', description: human } }), 'guest.identity-changed'],
    ['takes it in', ({ vmid }) => ({ act: 'set-config', vmid, set: { description: markerLine(other) } }), 'adopt.marker'],
    ['locks it', ({ vmid }) => ({ act: 'lock', vmid, lock: 'backup' }), 'guest.locked'],
    ['destroys it', ({ vmid }) => ({ act: 'destroy', vmid }), 'guest.gone'],
  ];
  it.each(before)('between plan and recheck, and %s: nothing is sent, nothing is linked', async (_words, theirs, code) => {
    const guest = await stranger();
    const branch = await adopting(guest);
    await act(theirs(guest));
    expect(await mergeAndRest(branch)).toMatchObject({ state: 'refused', refusal: { code } });
    expect([await writes(guest), await linkOf(idIn(branch))]).toEqual([[], null]);
  });
});

describe('P25 an error at each place of the write', () => {
  it.each([...effectPoints.filter((point) => point !== 'after-accept' && point !== 'before-call').map((point) => `effects/configure/${point}`), 'apply/after-step'])('%s: it goes on, and is taken in by one write', async (point) => {
    const guest = await stranger();
    const branch = await adopting(guest);
    armFailpoint(point, 'throw');
    await small.merge(branch);
    const job = await small.rests(branch, ['stuck']);
    expect(hitsOf(point)).toBe(1);
    disarmFailpoints();
    await resume(job.id);
    await small.rests(branch, ['done']);
    await isTakenIn(guest, idIn(branch));
    expect(await story.owner.rows(`select kind from journal_entries where subject = $1 and kind like 'guest.%'`, [`guest:${idIn(branch)}`])).toEqual([{ kind: 'guest.adopted' }]);
  });
});

describe('P13 who cannot be told apart, or belongs to somebody', () => {
  it('two guests with one uuid are both refused', async () => {
    const uuid = randomUUID();
    const [one, two] = [await stranger({ uuid }), await stranger({ uuid })];
    for (const [guest, twin] of [[one, two], [two, one]] as const) expect(refusedBy(await planned(await wish(guest)))).toEqual([`adopt.duplicate: qemu ${twin.vmid} (${twin.name}) bears the same uuid ${uuid}`]);
  });

  it('a copy of one of our guests, its marker and all, is refused, and so is our guest under another VM of NetBox', async () => {
    const ours = '10000000-0000-4000-8000-000000005001';
    const copy = await stranger({ description: markerLine(ours as GuestId) });
    expect(refusedBy(await planned(await wish(copy)))).toEqual([`adopt.marker: it bears the marker ${ours}, of qemu 5001 of cluster leipzig`]);
    expect(refusedBy(await planned(await wish({ vmid: 5001, netboxVmId: copy.netboxVmId })))).toEqual([expect.stringMatching(/^adopt.linked: qemu 5001 is linked to NetBox VM \d+ already$/)]);
  });

  it('P1 two branches of two VMs may want one guest: the first that is merged has it', async () => {
    const guest = await stranger();
    const rival = { vmid: guest.vmid, netboxVmId: await record(guest.name.replace('by', 'as'), 'qemu') };
    const [first, second] = [await adopting(guest), await wish(rival)];
    expect((await planned(second)).permitted).toBe(true);
    expect((await mergeAndRest(first)).state).toBe('done');
    const late = await mergeAndRest(second);
    expect(late).toMatchObject({ state: 'refused', refusal: { code: 'adopt.marker', observed: `marker ${idIn(first)}` } });
    await isTakenIn(guest, idIn(first));
  });

  it('P30 a guest on a node that cannot be asked keeps every other one out', async () => {
    const guest = await stranger();
    const branch = await wish(guest);
    await act({ act: 'node', node: 'pve3', online: false });
    const refused = refusedBy(await planned(branch));
    await act({ act: 'node', node: 'pve3', online: true });
    expect(refused).toEqual([expect.stringMatching(/^adopt.duplicate: whether another guest is it as well is not known/)]);
  });

  it('whatever else the branch wants of that VM is refused by name', async () => {
    const guest = await stranger();
    expect(refusedBy(await planned(await wish(guest, { vcpus: 4, comments: 'taken in' })))).toEqual([expect.stringMatching(/^adopt.alone: the branch also changes vcpus/)]);
  });
});
