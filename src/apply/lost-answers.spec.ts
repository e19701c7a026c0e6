// Carries P11, P26: an answer that was lost is settled by looking, never by sending again; a UPID is not success, and what reads
// back differently is `diverged`. Each case has its own VM in one lab.
import { SmallBranches, type MadeBranch, type NewVm } from '../../test/setup/small-branch';
import { startStory, type Story } from '../../test/setup/story';
import { until } from '../../test/setup/until';
import type { Fault } from '../lab/proxmox';

jest.setTimeout(60_000);

let story: Story;
let small: SmallBranches;
beforeAll(async () => {
  story = await startStory({ reconcileEvery: 3600 });
  small = new SmallBranches(story);
});
afterAll(() => story.end());
beforeEach(async () => {
  await story.proxmox('leipzig').clear();
  await story.netboxLab.clearFaults();
});

const lab = () => story.proxmox('leipzig');
const resume = (jobId: string) => story.service.post(`/api/apply/jobs/${jobId}/resume`);
const config = (vmid: number): Promise<any> => story.proxmoxGet('leipzig', `nodes/pve3/qemu/${vmid}/config`);
const vmidIn = (branch: MadeBranch): number => branch.plan.actions[0].guest.vmid;
const mergeAndRest = async (branch: MadeBranch): Promise<any> => {
  await small.merge(branch);
  return small.rests(branch);
};
/** A branch that makes one started, tagged VM. */
const create = (vm: NewVm): Promise<MadeBranch> => small.make([{ status: 'active', tags: ['web'], ...vm }]);
const whole = (vmid: number): string[] => ['POST /nodes/pve3/qemu', 'PUT /pools', `PUT /nodes/pve3/qemu/${vmid}/config`, `POST /nodes/pve3/qemu/${vmid}/status/start`];
const requestOf: Readonly<Record<'create' | 'hand-over' | 'tags' | 'start', (vmid: number) => { method: 'POST' | 'PUT'; path: string }>> = {
  create: () => ({ method: 'POST', path: '/nodes/pve3/qemu$' }), 'hand-over': () => ({ method: 'PUT', path: '/pools' }),
  tags: (vmid) => ({ method: 'PUT', path: `/qemu/${vmid}/config$` }), start: (vmid) => ({ method: 'POST', path: `/qemu/${vmid}/status/start$` }),
};

describe('P26 an answer that never came', () => {
  const faults: readonly (readonly [string, Fault])[] = [['the connection is cut after it was done', 'answer-lost'], ['an HTML page answers after it was done', 'html'], ['a cut body answers after it was done', 'truncated'], ['596 answers after it was done', { status: 596, executed: true }]];
  it.each(faults.flatMap(([words, fault]) => (['create', 'hand-over', 'tags', 'start'] as const).map((step) => [step, words, fault] as const)))('%s: %s; it is found by looking, and every request is sent exactly once', async (step, _words, fault) => {
    const branch = await create({ name: `lost-${step}-${JSON.stringify(fault).replace(/[^a-z0-9]/g, '')}` });
    const vmid = vmidIn(branch);
    await lab().fault(requestOf[step](vmid), fault);
    const job = await mergeAndRest(branch);
    expect([job.state, job.refusal]).toEqual(['done', null]);
    expect(await lab().armed()).toEqual([]);
    expect(await small.writes(vmid)).toEqual(whole(vmid));
    expect(await small.effects(job.id)).toMatchObject(['create', 'hand-over', 'configure', 'start', 'netbox-patch'].map((kind) => ({ kind, state: 'confirmed', attempt: 1 })));
    expect(await config(vmid)).toMatchObject({ tags: 'web' });
    expect((await small.lines(job.id)).join('\n')).toContain('the outcome is not known');
  });

  it('stamp: the answer of NetBox is lost; the record is read, and the stamp is sent once', async () => {
    const branch = await create({ name: 'lost-stamp' });
    const since = await story.netboxLab.lastRequest();
    await story.netboxLab.fault({ match: { method: 'PATCH', path: '/virtual-machines/' }, fault: 'answer-lost' });
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('done');
    const patches = (await story.netboxLab.requests(since)).filter((request) => request.method === 'PATCH');
    expect(patches.length).toBe(1);
    expect((await small.record('lost-stamp')).custom_fields).toMatchObject({ proxmox_vm_id: vmidIn(branch), sluice_last_apply_run_id: job.id, sluice_intent_state: 'applied' });
  });

  it.each([['its task is seen', 0], ['its task is not seen either', 1000]])('create: the guest is hidden from the reflect token (%s); it ends stuck, keeps its claim, and a resume looks instead of sending', async (words, times) => {
    const branch = await create({ name: words.replaceAll(' ', '-') });
    const vmid = vmidIn(branch);
    const audit = (grant: boolean) => ({ act: 'acl', path: '/vms', role: 'SluiceVmAudit', holder: 'sluice-reflect@pve!reflect', propagate: true, grant }) as const;
    await lab().actAt(requestOf.create(vmid), audit(false), 'after');
    await lab().fault(requestOf.create(vmid), 'answer-lost');
    const tasks = times === 0 ? null : await lab().fault({ method: 'GET', path: '/nodes/pve3/tasks$' }, { status: 403, body: 'Permission check failed' }, times);
    const job = await mergeAndRest(branch);
    if (tasks !== null) await lab().lift(tasks);
    expect(job).toMatchObject({ state: 'stuck', refusal: { code: 'effect.unknown', observed: expect.stringContaining(times === 0 ? 'cannot see' : 'tasks of node pve3 could not be read') } });
    expect(await story.owner.rows('select released_at from guest_claims where holder_id = $1', [job.id])).toEqual([{ released_at: null }]);
    await lab().act(audit(true));
    await resume(job.id);
    expect((await small.rests(branch, ['done'])).state).toBe('done');
    expect(await small.writes(vmid)).toEqual(whole(vmid));
  });
});

/** Looking has patience here (a write may still be at work), so these wait side by side. */
describe('P11, P26 nothing was done, or not all of it', () => {
  const cases = {
    'cut before': ['create', 'connection-reset-before'], 'no space': ['create', { taskFails: 'unable to create VM: no space left' }], 'killed early': ['create', { taskKilled: 'start' }], 'killed halfway': ['create', { taskKilled: 'middle' }],
    'hand-over cut before': ['hand-over', 'connection-reset-before'], 'start fails': ['start', { taskFails: 'start failed: QEMU exited with code 1' }],
  } as const;
  const jobs = new Map<string, { readonly branch: MadeBranch; readonly vmid: number; readonly job: any; readonly writes: readonly string[] }>();
  beforeAll(async () => {
    const begun: [string, MadeBranch][] = [];
    for (const [name, [step, fault]] of Object.entries(cases)) {
      const branch = await create({ name: name.replaceAll(' ', '-') });
      await lab().fault(requestOf[step](vmidIn(branch)), fault);
      await small.merge(branch);
      await until(async () => (await lab().armed()).length === 0, `the trouble of ${name}`);
      begun.push([name, branch]);
    }
    for (const [name, branch] of begun) jobs.set(name, { branch, vmid: vmidIn(branch), job: await small.rests(branch, undefined, 30_000), writes: await small.writes(vmidIn(branch)) });
  });
  const of = (name: keyof typeof cases) => {
    const found = jobs.get(name);
    if (found === undefined) throw new Error(`no case ${name}`);
    return found;
  };
  const resumed = async (name: keyof typeof cases): Promise<any> => {
    expect((await resume(of(name).job.id)).status).toBe(200);
    return small.rests(of(name).branch, ['done']);
  };

  it('create, cut before anything was done: looking finds the VMID free, the step is refused, and only a person makes a second attempt', async () => {
    const { vmid, job, writes } = of('cut before');
    expect(job).toMatchObject({ state: 'refused', refusal: { observed: expect.stringContaining(`VMID ${vmid} is free`) } });
    expect(writes).toEqual(['POST /nodes/pve3/qemu']);
    await resumed('cut before');
    expect(await story.proxmoxGet('leipzig', `nodes/pve3/qemu/${vmid}/config`)).toMatchObject({ name: 'cut-before' });
    expect((await small.effects(job.id)).filter((effect) => effect.kind === 'create')).toMatchObject([{ attempt: 1, state: 'refused' }, { attempt: 2, state: 'confirmed' }]);
  });

  it.each(['no space', 'killed early', 'killed halfway'] as const)('create, its task ends badly (%s): never called done, nothing else is sent, the reason is told', (name) => {
    const { job, writes } = of(name);
    expect(['refused', 'stuck', 'diverged']).toContain(job.state);
    expect(writes).toEqual(['POST /nodes/pve3/qemu']);
    expect(job.refusal.observed).toMatch(/task|looked/);
    expect(job.steps.slice(1).every((step: any) => step.state === 'skipped')).toBe(true);
  });

  it('hand-over, cut before anything was done: the guest stays in intake, a resume hands it over and makes no second guest', async () => {
    const { vmid, job, writes } = of('hand-over cut before');
    expect(job).toMatchObject({ state: 'partial', refusal: { observed: expect.stringContaining('sluice-intake') } });
    await resumed('hand-over cut before');
    expect([writes, (await small.writes(vmid))[0]]).toEqual([['POST /nodes/pve3/qemu', 'PUT /pools'], 'PUT /pools']);
  });

  it('start, its task fails: the guest is made and stopped, the job partial, a resume starts it', async () => {
    const { vmid, job, writes } = of('start fails');
    expect(job).toMatchObject({ state: 'partial', refusal: { observed: expect.stringContaining('QEMU exited') } });
    expect(job.steps.map((step: any) => step.state)).toEqual(['done', 'done', 'done', 'refused', 'skipped']);
    await resumed('start fails');
    expect([writes, await small.writes(vmid)]).toEqual([whole(vmid), [`POST /nodes/pve3/qemu/${vmid}/status/start`]]);
  });
});

describe('P11 what reads back differently, and tasks that end badly', () => {
  it('ends diverged when the value is not what was promised, and no later step touches the guest', async () => {
    const nursery = await small.make([{ name: 'reads-other' }]);
    await mergeAndRest(nursery);
    const branch = await small.make([], { 'reads-other': { vcpus: 2, memory: 1024 } });
    const vmid = vmidIn(branch);
    await lab().clear();
    await lab().actAt(requestOf.tags(vmid), { act: 'set-config', vmid, set: { cores: '7' } }, 'after');
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'diverged', refusal: { code: 'effect.diverged', observed: expect.stringMatching(/promised 2, read 7/) } });
    expect(job.steps.map((step: any) => step.state)).toEqual(['diverged', 'skipped', 'skipped']);
    expect(await small.writes(vmid)).toEqual([`PUT /nodes/pve3/qemu/${vmid}/config`]);
    expect(await story.owner.one('select status from plan_states where plan_id = $1', [job.planId])).toEqual({ status: 'diverged' });
    expect((await resume(job.id)).status).toBe(409);
  });

  it('ends diverged when a created guest is not as planned', async () => {
    const branch = await create({ name: 'made-other' });
    const vmid = vmidIn(branch);
    await lab().actAt({ method: 'GET', path: `/qemu/${vmid}/config$` }, { act: 'set-config', vmid, set: { memory: '4096' } });
    const job = await mergeAndRest(branch);
    expect(job).toMatchObject({ state: 'diverged', refusal: { observed: expect.stringContaining('4096') } });
    expect(await small.writes(vmid)).toEqual(['POST /nodes/pve3/qemu']);
  });

  it('tries again by itself what provably did nothing for a passing reason, each time after a whole recheck', async () => {
    const branch = await create({ name: 'passing' });
    const vmid = vmidIn(branch);
    await lab().fault(requestOf.create(vmid), { status: 595 }, 4);
    const job = await mergeAndRest(branch);
    expect(job.state).toBe('done');
    const attempts = (await small.effects(job.id)).filter((effect) => effect.kind === 'create').map((effect) => [effect.attempt, effect.state]);
    expect(attempts.slice(0, 1)).toEqual([[1, 'refused']]);
    expect(attempts.at(-1)?.[1]).toBe('confirmed');
  });
});

it('says NetBox, not Proxmox, when NetBox refuses the stamp', async () => {
  const branch = await create({ name: 'stamp-refused' });
  await story.netboxLab.fault({ match: { method: 'PATCH', path: '/virtual-machines/' }, fault: { status: 403, body: '{"detail":"You do not have permission"}' } });
  const job = await mergeAndRest(branch);
  expect(job).toMatchObject({ state: 'partial', refusal: { code: 'netbox.refused', observed: expect.stringContaining('403') } });
  await resume(job.id);
  expect((await small.rests(branch, ['done'])).state).toBe('done');
});
