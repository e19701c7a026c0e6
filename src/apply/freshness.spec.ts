// Carries P6, P9, P10, P13: what happens when the world moves between plan, recheck and write. Each case has its own VM in one
// lab; in each, the guest that somebody else touched is as they left it.
import { SmallBranches, type MadeBranch, type VmChange } from '../../test/setup/small-branch';
import { startStory, type Story } from '../../test/setup/story';
import { until } from '../../test/setup/until';
import type { Act, FaultOrder } from '../lab/proxmox';
import { armFailpoint, disarmFailpoints } from '../platform/failpoint';

jest.setTimeout(60_000);

const names = ['edit', 'moved', 'digest', 'recycled', 'destroyed', 'locked', 'offline', 'started', 'quorum', 'migrated', 'half-a', 'half-b', 'renamed', 'twice', 'race', 'stranger', 'unknown'] as const;
type Name = (typeof names)[number];

let story: Story;
let small: SmallBranches;
const vmid = new Map<Name, number>();
beforeAll(async () => {
  story = await startStory({ reconcileEvery: 3600 });
  small = new SmallBranches(story);
  const nursery = await small.make(names.map((name) => ({ name })));
  await small.merge(nursery);
  expect((await small.rests(nursery)).state).toBe('done');
  for (const name of names) vmid.set(name, await small.vmidOf(name));
  await lab().clear();
});
afterAll(() => story.end());
afterEach(() => story.proxmox('leipzig').clear());

const lab = () => story.proxmox('leipzig');
const id = (name: Name): number => vmid.get(name) ?? 0;
const config = (name: Name, node = 'pve3'): Promise<any> => story.proxmoxGet('leipzig', `nodes/${node}/qemu/${id(name)}/config`);
const change = (name: Name, what: VmChange = { vcpus: 2 }): Promise<MadeBranch> => small.make([], { [name]: what });
const mergeAndRest = async (branch: MadeBranch): Promise<any> => {
  await small.merge(branch);
  return small.rests(branch);
};
const putOf = (name: Name): FaultOrder['match'] => ({ method: 'PUT', path: `/qemu/${id(name)}/config$` });
const act = (one: Act): Promise<unknown> => lab().act(one);

describe('an update whose target moved', () => {
  it('P9, P10 is refused by Proxmox when somebody edits the guest between recheck and write; the edit stands and the job says so', async () => {
    const branch = await change('edit');
    await lab().actAt(putOf('edit'), { act: 'set-config', vmid: id('edit'), set: { cores: '3' } });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'proxmox.refused' } });
    expect(job.refusal.observed).toContain('file change');
    expect((await config('edit')).cores).toBe(3);
    expect(await small.writes(id('edit'))).toEqual([`PUT /nodes/pve3/qemu/${id('edit')}/config`]);
    expect((await lab().requests()).entries.find((entry) => entry.method === 'PUT')?.params).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(await small.record('edit')).toMatchObject({ custom_fields: { sluice_last_apply_run_id: expect.not.stringMatching(job.id) } });
  });

  it('P6, P9 sends nothing when the baseline moved between plan and apply, and names both values', async () => {
    const branch = await change('moved');
    await act({ act: 'set-config', vmid: id('moved'), set: { cores: '3' } });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'baseline.moved', observed: 'cores: planned from 1, now 3' } });
    expect(await small.writes(id('moved'))).toEqual([]);
    expect(job.steps.map((step: any) => step.state)).toEqual(['refused', 'skipped']);
  });

  it('P6 takes a digest that moved while the baseline did not for no drift', async () => {
    const branch = await change('digest');
    await act({ act: 'set-config', vmid: id('digest'), set: { boot: 'order=scsi0' } });
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('done');
    expect((await small.lines(job.id)).at(-1)).toBe('job ended: done');
    expect(await story.owner.one('select max(l.at) <= max(j.ended_at) as first from apply_lines l join apply_jobs j on j.id = l.job_id where j.id = $1', [job.id])).toEqual({ first: true });
    expect(await config('digest')).toMatchObject({ cores: 2, boot: 'order=scsi0' });
  });

  it('P13 refuses when the VMID now belongs to another guest, in the same pool, with the same values', async () => {
    const branch = await change('recycled');
    await act({ act: 'recycle', vmid: id('recycled'), pool: 'same', config: { name: 'recycled', cores: '1', memory: '512' } });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'refused' });
    expect(job.refusal.code).toMatch(/^guest\./);
    expect(await small.writes(id('recycled'))).toEqual([]);
  });

  it('P13 refuses when the guest is gone, and says that its VMID is free', async () => {
    const branch = await change('destroyed');
    await act({ act: 'destroy', vmid: id('destroyed') });
    expect(await mergeAndRest(branch)).toMatchObject({ state: 'refused', refusal: { code: 'guest.gone', observed: expect.stringContaining('free') } });
    expect(await small.writes(id('destroyed'))).toEqual([]);
  });

  it('P9 refuses under a lock, names it, and does it once a person resumed after the lock went', async () => {
    const branch = await change('locked');
    await act({ act: 'lock', vmid: id('locked'), lock: 'backup' });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { observed: expect.stringContaining('backup') } });
    expect(await small.writes(id('locked'))).toEqual([]);
    await act({ act: 'unlock', vmid: id('locked') });
    expect((await story.service.post(`/api/apply/jobs/${job.id}/resume`)).status).toBe(200);
    expect((await small.rests(branch, ['done'])).steps.map((step: any) => step.state)).toEqual(['done', 'done']);
    expect(await small.effects(job.id)).toMatchObject([{ kind: 'configure', state: 'refused', attempt: 1 }, { kind: 'configure', state: 'confirmed', attempt: 2 }, { kind: 'netbox-patch', state: 'confirmed' }]);
  });

  it('P30 refuses while the node is offline, and goes on when a person resumes', async () => {
    const branch = await change('offline');
    await act({ act: 'node', node: 'pve3', online: false });
    const job = await mergeAndRest(branch);
    await act({ act: 'node', node: 'pve3', online: true });
    expect(job.state).toBe('refused');
    expect(job.refusal.observed).toContain('pve3');
    expect(await small.writes(id('offline'))).toEqual([]);
    await story.service.post(`/api/apply/jobs/${job.id}/resume`);
    expect((await small.rests(branch, ['done'])).state).toBe('done');
  });

  it('P30 sends nothing without quorum', async () => {
    const branch = await change('quorum');
    await act({ act: 'quorum', quorate: false });
    const job = await mergeAndRest(branch);
    await act({ act: 'quorum', quorate: true });
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'cluster.no-quorum' } });
    expect(await small.writes(id('quorum'))).toEqual([]);
  });

  it('P9 sends no cores to a guest that somebody started meanwhile: they would only wait as pending', async () => {
    const branch = await change('started', { vcpus: 2, memory: 1024 });
    await act({ act: 'start', vmid: id('started') });
    expect(await mergeAndRest(branch)).toMatchObject({ state: 'refused', refusal: { code: 'baseline.moved', observed: 'hasProcess: planned from false, now true' } });
    expect(await small.writes(id('started'))).toEqual([]);
  });

  it('changes a guest that was moved to another node where it stands now', async () => {
    const branch = await change('migrated', { description: 'elsewhere' });
    await act({ act: 'move-to-node', vmid: id('migrated'), node: 'pve1' });
    expect((await mergeAndRest(branch)).state).toBe('done');
    expect(await small.writes(id('migrated'))).toEqual([`PUT /nodes/pve1/qemu/${id('migrated')}/config`]);
    expect((await config('migrated', 'pve1')).description).toContain('elsewhere');
  });

  it('leaves what it does not own: a rename by somebody else is no part of a change of memory', async () => {
    const branch = await change('renamed', { memory: 1024 });
    await act({ act: 'rename', vmid: id('renamed'), name: 'their-name' });
    expect((await mergeAndRest(branch)).state).toBe('done');
    expect(await config('renamed')).toMatchObject({ name: 'their-name', memory: '1024' });
  });

  it('does the rest of a branch when one guest says no, ends partial, and a resume does what is left and nothing twice', async () => {
    const branch = await small.make([], { 'half-a': { vcpus: 2 }, 'half-b': { vcpus: 2 } });
    await act({ act: 'lock', vmid: id('half-a'), lock: 'snapshot' });
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('partial');
    expect(job.steps.map((step: any) => step.state).sort()).toEqual(['done', 'done', 'refused', 'skipped']);
    expect([(await config('half-a')).cores, (await config('half-b')).cores]).toEqual([1, 2]);
    await act({ act: 'unlock', vmid: id('half-a') });
    await story.service.post(`/api/apply/jobs/${job.id}/resume`);
    await small.rests(branch, ['done']);
    expect((await config('half-a')).cores).toBe(2);
    expect((await small.writes(id('half-b'))).length).toBe(1);
    expect(await story.owner.one('select status from plan_states where plan_id = $1', [job.planId])).toEqual({ status: 'done' });
  });

  it('P9 stops between two writes of one guest when somebody edits it there, and keeps what was done', async () => {
    const branch = await change('twice', { vcpus: 2, memory: 1024 });
    // After the first PUT and before the second recheck.
    await lab().order({ match: { method: 'GET', path: `/qemu/${id('twice')}/pending$` }, act: { act: 'set-config', vmid: id('twice'), set: { memory: '768' } }, when: 'after' });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'partial', refusal: { code: 'baseline.moved', observed: 'memoryMib: planned from 512, now 768' } });
    expect(await config('twice')).toMatchObject({ cores: 2, memory: '768' });
  });

  it('P13 refuses when the guest is recycled between recheck and write: the digest is of the former one', async () => {
    const branch = await change('race');
    await lab().actAt(putOf('race'), { act: 'recycle', vmid: id('race'), pool: 'same', config: { name: 'race', cores: '1', memory: '512' } });
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('refused');
    expect((await config('race')).cores).toBe(1);
  });
});

describe('P13 a cluster that is not the one that was confirmed', () => {
  const other = (): Promise<number> => story.owner.change(`update clusters set confirmed_identity = confirmed_identity || '{"name": "another"}' where name = 'leipzig'`);

  it('gets no write, neither a create nor a change, until an administrator confirms it and a person resumes', async () => {
    const branch = await small.make([{ name: 'on-stranger' }], { stranger: { vcpus: 2 } });
    const created = branch.plan.actions.find((action: any) => action.kind === 'create').guest.vmid;
    await other();
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'cluster.not-confirmed' } });
    expect([await small.writes(created), await small.writes(id('stranger'))]).toEqual([[], []]);
    const approver = await story.signIn('approver');
    expect((await approver.get<any>('/api/connections')).body.find((row: any) => row.name === 'leipzig').state).toBe('changed');
    expect((await (await story.signIn('engineer')).post('/api/connections/leipzig/confirm')).status).toBe(403);
    expect((await approver.post('/api/connections/leipzig/confirm')).status).toBe(200);
    expect((await approver.post<any>('/api/connections/leipzig/confirm')).body.code).toBe('cluster.not-changed');
    await story.service.post(`/api/apply/jobs/${job.id}/resume`);
    await small.rests(branch, ['done']);
    expect(await small.creates(created)).toBe(1);
  });

  it('P26 does not make an outcome that is not known a refusal: what was sent before is settled by looking, and the guest stays claimed until then', async () => {
    const branch = await change('unknown');
    armFailpoint('effects/configure/after-call', 'throw');
    await small.merge(branch);
    await small.rests(branch, ['stuck']);
    disarmFailpoints();
    const away = await lab().fault({ method: 'GET', path: '/cluster/status$' }, { status: 500 }, 10_000);
    const { id: jobId } = await small.jobOf(branch) ?? { id: '' };
    await story.service.post(`/api/apply/jobs/${jobId}/resume`);
    await until(async () => (await small.jobOf(branch))?.fence === 2, 'the job to be taken again');
    const job = await small.rests(branch, undefined, 40_000);
    expect(job).toMatchObject({ state: 'stuck', refusal: { code: 'effect.unknown' } });
    expect(await story.owner.one('select count(*)::integer as n from guest_claims where holder_id = $1 and released_at is null', [job.id])).toEqual({ n: 1 });
    await lab().lift(away);
    await story.service.post(`/api/apply/jobs/${job.id}/resume`);
    await small.rests(branch, ['done']);
    expect(await small.writes(id('unknown'))).toEqual([`PUT /nodes/pve3/qemu/${id('unknown')}/config`]);
  });
});

describe('a create whose VMID is taken', () => {
  it('P14 sends nothing when a foreign guest stands there already', async () => {
    const branch = await small.make([{ name: 'taken' }]);
    const taken = branch.plan.actions[0].guest.vmid;
    await act({ act: 'create', vmid: taken, node: 'pve1', config: { name: 'theirs' } });
    expect(await mergeAndRest(branch)).toMatchObject({ state: 'refused', refusal: { code: 'vmid.taken' } });
    expect(await small.creates(taken)).toBe(0);
    expect(await story.proxmoxGet('leipzig', `nodes/pve1/qemu/${taken}/config`)).toMatchObject({ name: 'theirs' });
  });

  it('P10, P26 is refused by Proxmox when it is taken at the last moment; the foreign guest is not touched', async () => {
    const branch = await small.make([{ name: 'taken-late' }]);
    const taken = branch.plan.actions[0].guest.vmid;
    await lab().actAt({ method: 'POST', path: '/nodes/pve3/qemu$' }, { act: 'create', vmid: taken, node: 'pve1', config: { name: 'theirs' } });
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('refused');
    expect(job.refusal.observed).toContain(String(taken));
    expect(job.steps.map((step: any) => step.state)).toEqual(['refused', 'skipped', 'skipped']);
    expect(await small.writes(taken)).toEqual(['POST /nodes/pve3/qemu']);
    expect(await story.proxmoxGet('leipzig', `nodes/pve1/qemu/${taken}/config`)).toMatchObject({ name: 'theirs' });
  });

  it('P30 makes nothing on a node that went offline, nor without quorum', async () => {
    const [onNode, inCluster] = [await small.make([{ name: 'no-node' }]), await small.make([{ name: 'no-quorum' }])];
    await act({ act: 'node', node: 'pve3', online: false });
    const first = await mergeAndRest(onNode);
    await act({ act: 'node', node: 'pve3', online: true });
    await act({ act: 'quorum', quorate: false });
    const second = await mergeAndRest(inCluster);
    await act({ act: 'quorum', quorate: true });
    expect([first.refusal.code, second.refusal.code]).toEqual(['node.offline', 'cluster.no-quorum']);
    expect([await small.creates(onNode.plan.actions[0].guest.vmid), await small.creates(inCluster.plan.actions[0].guest.vmid)]).toEqual([0, 0]);
  });
});
