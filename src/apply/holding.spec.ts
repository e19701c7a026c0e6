// Carries P7, P31: jobs that wait (freeze, NetBox away, a guest that other work holds) and go on without sending anything twice.
import { SmallBranches, type MadeBranch } from '../../test/setup/small-branch';
import { askGate, changeDigestOf } from '../../test/setup/scenes';
import { startStory, type Person, type Story } from '../../test/setup/story';
import { until } from '../../test/setup/until';
import { armFailpoint, disarmFailpoints } from '../platform/failpoint';
import { enqueue } from '../platform/queue';

jest.setTimeout(60_000);

let story: Story;
let small: SmallBranches;
let engineer: Person;
let approver: Person;
beforeAll(async () => {
  story = await startStory({ reconcileEvery: 1 });
  small = new SmallBranches(story);
  [engineer, approver] = [await story.signIn('engineer'), await story.signIn('approver')];
});
afterAll(() => story.end());
beforeEach(async () => {
  await lab().clear();
  await story.netboxLab.clearFaults();
});

const lab = () => story.proxmox('leipzig');
const vmidIn = (branch: MadeBranch): number => branch.plan.actions[0].guest.vmid;
const states = (job: any): string[] => job.steps.map((step: any) => step.state);

describe('P31 a freeze in the middle of a job', () => {
  it('holds before the next write, is lifted by a second person only, and the job goes on by itself', async () => {
    const branch = await small.make([{ name: 'frozen', status: 'active' }]);
    const vmid = vmidIn(branch);
    const paused = await lab().fault({ method: 'POST', path: '/nodes/pve3/qemu$' }, { taskPaused: 'start' });
    await small.merge(branch);
    await until(async () => (await small.creates(vmid)) === 1, 'the create call');
    expect((await engineer.post('/api/freeze', { reason: 'odd load on the cluster' })).status).toBe(200);
    await lab().lift(paused);
    const held = await small.rests(branch);
    expect(held).toMatchObject({ state: 'held', refusal: { code: 'freeze.on' } });
    expect(states(held)).toEqual(['done', 'waiting', 'waiting', 'waiting']);
    expect(await small.writes(vmid)).toEqual(['POST /nodes/pve3/qemu']);
    expect((await engineer.post('/api/unfreeze', { reason: 'mine' })).status).toBe(403);
    expect((await approver.post('/api/unfreeze', { reason: 'looked at it' })).status).toBe(200);
    const done = await small.rests(branch, ['done']);
    expect(states(done)).toEqual(['done', 'done', 'done', 'done']);
    expect((await small.effects(held.id)).map((effect) => [effect.kind, effect.state, effect.attempt])).toEqual([['create', 'confirmed', 1], ['hand-over', 'confirmed', 1], ['start', 'confirmed', 1], ['netbox-patch', 'confirmed', 1]]);
  });

  it('lets the gate permit nothing while it lasts', async () => {
    const branch = await small.make([{ name: 'frozen-gate' }]);
    await engineer.post('/api/freeze', { reason: 'again' });
    const job: any = await story.merge(branch.id);
    expect(job.status.value).toBe('errored');
    expect(JSON.stringify([job.error, job.log_entries])).toContain('frozen');
    await approver.post('/api/unfreeze', { reason: 'done' });
    expect(await small.jobOf(branch)).toBeNull();
  });
});

describe('consent that is taken back', () => {
  const consent = async (allow: string | null): Promise<void> => {
    const { body } = (await approver.get<{ body: { intent: { allow: string | null } } }>('/api/policy')).body;
    if (body.intent.allow === allow) return;
    const proposal = await approver.post<{ id: string; state: string }>('/api/policy/proposals', { body: { ...body, intent: { allow } }, reason: 'the change window' });
    if (proposal.body.state === 'active') return;
    expect((await engineer.post(`/api/policy/proposals/${proposal.body.id}/reviews`, { decision: 'approve', reason: 'it is open' })).status).toBe(200);
  };
  const given = 'allow-edit-and-add-actions';
  // The lab has one administrator, and giving consent takes two.
  beforeAll(() => story.owner.change(`insert into person_permissions (person_id, permission) select id, 'administer' from people where username = 'engineer'`));
  afterEach(() => consent(given));

  it('P19 stops a running job before its next write; given again by two people, the job is resumed and makes nothing twice', async () => {
    const branch = await small.make([{ name: 'withheld', status: 'active' }]);
    const vmid = vmidIn(branch);
    const paused = await lab().fault({ method: 'POST', path: '/nodes/pve3/qemu$' }, { taskPaused: 'start' });
    await small.merge(branch);
    await until(async () => (await small.creates(vmid)) === 1, 'the create call');
    await consent(null);
    await lab().lift(paused);
    const partial = await small.rests(branch, ['partial']);
    expect(partial.steps[1]).toMatchObject({ state: 'refused', detail: { refusal: { code: 'intent.allowed', observed: 'the policy in force sends nothing to Proxmox (intent.allow is off)' } } });
    expect(await small.writes(vmid)).toEqual(['POST /nodes/pve3/qemu']);
    await consent(given);
    await story.service.post(`/api/apply/jobs/${partial.id}/resume`);
    expect(states(await small.rests(branch, ['done']))).toEqual(['done', 'done', 'done', 'done']);
    expect(await small.creates(vmid)).toBe(1);
  });

  it('P19 between gate and merge makes the merge judged anew, and nothing is sent', async () => {
    const branch = await small.make([{ name: 'too-late' }]);
    const vmid = vmidIn(branch);
    const answer = await askGate(story, { body: { netbox: 'netbox', branchId: branch.id, action: 'merge', changeDigest: await changeDigestOf(story, branch.id) } });
    expect(answer.json).toMatchObject({ permitted: true });
    await consent(null);
    await story.netboxLab.noGate();
    try {
      await small.merge(branch);
    } finally {
      await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    }
    expect(await small.rests(branch)).toMatchObject({ state: 'refused', refusal: { code: 'merge.refused-anew', observed: expect.stringMatching(/made under policy \d+, and \d+ is in force.*intent\.allow is off/) as string } });
    expect(await small.writes(vmid)).toEqual([]);
  });
});

describe('NetBox is away when the guest is to be stamped', () => {
  it('holds, and goes on by itself when NetBox is back, without touching the guest again', async () => {
    const branch = await small.make([{ name: 'unstamped' }]);
    const vmid = vmidIn(branch);
    await lab().fault({ method: 'PUT', path: '/pools' }, { delayMillis: 1500 });
    await small.merge(branch);
    await until(async () => (await small.writes(vmid)).includes('PUT /pools'), 'the hand-over');
    await story.netboxLab.fault({ match: { method: 'GET', path: '/api/virtualization/virtual-machines/\\d+/' }, fault: { status: 503 }, times: 1000 });
    const held = await small.rests(branch);
    expect(held).toMatchObject({ state: 'held', refusal: { code: 'netbox.not-observed' } });
    expect(states(held)).toEqual(['done', 'done', 'waiting']);
    await story.netboxLab.clearFaults();
    const done = await small.rests(branch, ['done']);
    expect((await small.record('unstamped')).custom_fields).toMatchObject({ proxmox_vm_id: vmid, sluice_last_apply_run_id: done.id });
    expect(await small.writes(vmid)).toEqual(['POST /nodes/pve3/qemu', 'PUT /pools']);
  });

  it('retries nothing else while it waits: a step that was refused stays refused until a person resumes', async () => {
    const nursery = await small.make([{ name: 'waits-a' }, { name: 'waits-b' }]);
    await small.merge(nursery);
    await small.rests(nursery, ['done']);
    const branch = await small.make([], { 'waits-a': { vcpus: 2 }, 'waits-b': { vcpus: 2 } });
    const [first, second] = branch.plan.actions.map((action: any) => action.guest.vmid);
    await lab().act({ act: 'lock', vmid: first, lock: 'backup' });
    await lab().order({ match: { method: 'PUT', path: `/qemu/${second}/config$` }, fault: { delayMillis: 1000 } });
    await small.merge(branch);
    await until(async () => (await small.writes(second)).some((write) => write.endsWith('/config')), 'the change of the second');
    await story.netboxLab.fault({ match: { method: 'GET', path: '/api/virtualization/virtual-machines/\\d+/' }, fault: { status: 503 }, times: 1000 });
    const held = await small.rests(branch, ['held']);
    await until(async () => ((await small.jobOf(branch))?.fence ?? 0) >= 2, 'the job to be looked at again');
    await lab().act({ act: 'unlock', vmid: first });
    await story.netboxLab.clearFaults();
    const partial = await small.rests(branch, ['partial']);
    expect(states(partial).sort()).toEqual(['done', 'done', 'refused', 'skipped']);
    expect((await small.effects(held.id)).filter((effect) => effect.step === '0:cores')).toHaveLength(1);
    await story.service.post(`/api/apply/jobs/${partial.id}/resume`);
    expect(states(await small.rests(branch, ['done']))).toEqual(['done', 'done', 'done', 'done']);
  });
});

describe('P26 a cluster is taken out of the configuration while a write to it may be out', () => {
  it('leaves the job stuck and its guest claimed; back in the configuration, a resume looks and sends nothing again', async () => {
    const branch = await small.make([{ name: 'unconfigured' }]);
    armFailpoint('effects/create/after-call', 'throw');
    await small.merge(branch);
    await small.rests(branch, ['stuck']);
    disarmFailpoints();
    await story.restartSluice({ clusters: story.lab.config.clusters.filter((cluster) => cluster.name !== 'leipzig') });
    const resumed = async (fence: number): Promise<any> => {
      const { id } = (await small.jobOf(branch)) ?? { id: '' };
      expect((await story.service.post(`/api/apply/jobs/${id}/resume`)).status).toBe(200);
      await until(async () => (await small.jobOf(branch))?.fence === fence, 'the job to be taken again');
      return small.rests(branch);
    };
    const job = await resumed(2);
    expect(job).toMatchObject({ state: 'stuck', refusal: { code: 'cluster.unknown' } });
    expect(await story.owner.one('select count(*)::integer as n from guest_claims where holder_id = $1 and released_at is null', [job.id])).toEqual({ n: 1 });
    await story.restartSluice();
    expect((await resumed(3)).state).toBe('done');
    expect(await small.creates(vmidIn(branch))).toBe(1);
    [engineer, approver] = [await story.signIn('engineer'), await story.signIn('approver')];
  });
});

describe('P28 a worker whose lease ran out while its write was under way', () => {
  it('is superseded: the other one looks, sends nothing, and ends the job; the first says and writes no more', async () => {
    const nursery = await small.make([{ name: 'slow-worker' }]);
    await small.merge(nursery);
    await small.rests(nursery, ['done']);
    const vmid = await small.vmidOf('slow-worker');
    const branch = await small.make([], { 'slow-worker': { vcpus: 2, memory: 1024 } });
    await lab().clear();
    await lab().fault({ method: 'PUT', path: `/qemu/${vmid}/config$` }, { delayMillis: 2500 });
    await small.merge(branch);
    await until(async () => (await small.writes(vmid)).length === 1, 'the first write under way');
    const { id } = (await small.jobOf(branch)) ?? { id: '' };
    await story.owner.change('update apply_jobs set lease_until = sluice_now() where id = $1', [id]);
    await enqueue(story.owner, 'apply.run', id);
    const job = await small.rests(branch, ['done']);
    expect(job.fence).toBe(2);
    expect(await small.writes(vmid)).toEqual([`PUT /nodes/pve3/qemu/${vmid}/config`, `PUT /nodes/pve3/qemu/${vmid}/config`]);
    expect(await story.proxmoxGet('leipzig', `nodes/pve3/qemu/${vmid}/config`)).toMatchObject({ cores: 2, memory: '1024' });
    const lines = await small.lines(id);
    expect([lines.filter((line) => line === 'job goes on (worker 2)'), lines.filter((line) => line.startsWith('job ended'))]).toEqual([['job goes on (worker 2)'], ['job ended: done']]);
    expect((await small.effects(id)).map((effect) => [effect.step, effect.state, effect.attempt])).toEqual([['0:cores', 'confirmed', 1], ['1:memory', 'confirmed', 1], ['2:stamp', 'confirmed', 1]]);
  });
});

describe('P7 two branches that want the same guest', () => {
  it('lets the second wait for the first and then go on by itself; a third branch waits for nobody', async () => {
    const nursery = await small.make([{ name: 'wanted' }]);
    await small.merge(nursery);
    await small.rests(nursery, ['done']);
    const vmid = await small.vmidOf('wanted');
    const first = await small.make([], { wanted: { vcpus: 2 } });
    await lab().clear();
    await lab().fault({ method: 'PUT', path: `/qemu/${vmid}/config$` }, { delayMillis: 6000 });
    await small.merge(first);
    await until(async () => (await small.writes(vmid)).length === 1, 'the first change under way');
    const second = await small.make([], { wanted: { memory: 1024 } });
    const third = await small.make([{ name: 'unrelated' }]);
    await small.merge(second);
    await small.merge(third);
    await small.rests(third, ['done']);
    await until(async () => (await merge(second)).detail !== null, 'the second to say that it waits');
    expect(await merge(second)).toMatchObject({ state: 'told', detail: { waits: { code: 'guest.claimed' } } });
    expect(await small.jobOf(second)).toBeNull();
    expect((await small.jobOf(first))?.state).toBe('running');
    await small.rests(first, ['done']);
    await small.rests(second, ['done']);
    expect(await story.proxmoxGet('leipzig', `nodes/pve3/qemu/${vmid}/config`)).toMatchObject({ cores: 2, memory: '1024' });
    expect(await story.owner.rows(`select count(*)::integer as n from journal_entries where kind = 'merge.waits' and subject = $1`, [`merge:${(await merge(second)).id}`])).toEqual([{ n: 1 }]);
  });

  it('a plan made before other work began on its guest is stale: the gate asks for a new one', async () => {
    const nursery = await small.make([{ name: 'stale' }]);
    await small.merge(nursery);
    await small.rests(nursery, ['done']);
    const [first, second] = [await small.make([], { stale: { vcpus: 2 } }), await small.make([], { stale: { memory: 1024 } })];
    await small.merge(first);
    await small.rests(first, ['done']);
    expect((await story.service.get(`/api/intent/plans/${second.plan.id}`)).body.status).toBe('superseded');
    await small.merge(second);
    const job = await small.rests(second, ['done']);
    expect(job.planId).not.toBe(second.plan.id);
  });
});

describe('P12 what was merged is not what was permitted', () => {
  it('sends nothing for a branch that was merged without the gate, and says so', async () => {
    const branch = await small.make([{ name: 'no-gate' }]);
    await story.netboxLab.noGate();
    await small.merge(branch);
    const job = await small.rests(branch);
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.no-gate' } });
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });
});

const merge = (branch: MadeBranch): Promise<{ readonly id: string; readonly state: string; readonly detail: any }> => story.owner.one('select id, state, detail from merges where branch_id = $1', [branch.id]);
