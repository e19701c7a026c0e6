// Carries P11, P13, P14, P25, P26, P29: every way of making a guest: applied and planned anew, its answer lost, its task killed, its
// VMID taken by somebody who was faster, its template changed, and stopped at each place of its call. Nothing is sent twice, nothing destroyed.
import { EveryOrigin, origins, type OriginCase } from '../../test/setup/origins';
import type { MadeBranch } from '../../test/setup/small-branch';
import { until } from '../../test/setup/until';
import { effectPoints } from '../effects';
import { armFailpoint, disarmFailpoints, hitsOf } from '../platform/failpoint';

jest.setTimeout(120_000);

const all = origins.map((one) => [one.origin, one] as const);
const some = origins.filter((one) => ['linked clone', 'container'].includes(one.origin));
let scene: EveryOrigin;
beforeAll(async () => { scene = await EveryOrigin.start(); });
afterEach(() => disarmFailpoints());
afterAll(() => scene.end());
const resume = async (job: any): Promise<void> => expect((await scene.story.service.post(`/api/apply/jobs/${job.id}/resume`)).status).toBe(200);

describe('applied, then planned anew', () => {
  let again: any;
  beforeAll(async () => {
    const branch = await scene.make('fresh');
    const job = await scene.mergeAndRest(branch);
    expect([job.state, job.refusal]).toEqual(['done', null]);
    again = await scene.small.plan(branch.id);
  });
  it.each(all)('%s: the guest is as the branch said, ours by its marker, made by one call', (_origin, one) => scene.isMadeOnce('fresh', one));
  it('what was merged asks for nothing when it is planned anew', () => expect([again.actions, again.deletions]).toEqual([[], []]));
});

describe('P26 the answer is lost', () => {
  beforeAll(async () => {
    const branch = await scene.make('lost');
    for (const one of origins) await scene.lab.fault(scene.request('lost', one), 'answer-lost');
    const job = await scene.mergeAndRest(branch);
    expect([job.state, job.refusal, await scene.lab.armed()]).toEqual(['done', null, []]);
  });
  it.each(all)('%s: it is found by looking, and was asked for once', async (_origin, one) => {
    await scene.isMadeOnce('lost', one);
    expect(await scene.effects('lost', one)).toEqual([`${one.effect} confirmed`]);
  });
});

describe('P14 somebody takes the VMID between recheck and call', () => {
  let job: any;
  const theirs = { name: 'theirs', memory: '333' };
  beforeAll(async () => {
    const branch = await scene.make('taken');
    for (const one of origins) await scene.lab.actAt(scene.request('taken', one), { act: 'create', vmid: scene.vmid('taken', one), kind: 'qemu', node: 'pve2', config: theirs });
    job = await scene.mergeAndRest(branch);
  });
  it.each(all)('%s: Proxmox refuses the call, nothing more is sent, and their guest is untouched', async (_origin, one) => {
    expect(job.state).toBe('refused');
    expect([await scene.effects('taken', one), await scene.writes('taken', one)]).toEqual([[`${one.effect} refused`], [`POST /nodes/${one.node}/${one.path(scene.templateOf('taken', one))}`]]);
    expect(await scene.story.proxmoxGet('leipzig', `nodes/pve2/qemu/${scene.vmid('taken', one)}/config`)).toMatchObject({ name: 'theirs', memory: '333' });
  });
});

describe('P26, P29 the task that makes it is killed', () => {
  const cases = origins.flatMap((one) => (['start', 'middle'] as const).map((at) => [one.origin, at, one] as const));
  const ended = new Map<string, any>();
  const group = (at: string): string => `killed-${at}`;
  beforeAll(async () => {
    const begun: (readonly [string, MadeBranch])[] = [];
    for (const [origin, at, one] of cases) {
      const branch = await scene.make(group(at), [one]);
      await scene.lab.fault(scene.request(group(at), one), { taskKilled: at });
      await scene.small.merge(branch);
      await until(async () => (await scene.lab.armed()).length === 0, `the call of ${origin}`);
      begun.push([`${origin} ${at}`, branch]);
    }
    await Promise.all(begun.map(async ([key, branch]) => ended.set(key, await scene.small.rests(branch, undefined, 60_000))));
  });
  it.each(cases)('%s, at its %s: never called done, the reason and what stands are told, nothing is sent after it', async (origin, at, one) => {
    const job = ended.get(`${origin} ${at}`);
    expect(job.state).toMatch(/^(?:refused|stuck)$/);
    expect(job.refusal.observed).toMatch(/its worker was killed .*; looked: /);
    expect([await scene.writes(group(at), one), job.steps.slice(1).map((step: any) => step.state)]).toEqual([[`POST /nodes/${one.node}/${one.path(scene.templateOf(group(at), one))}`], job.steps.slice(1).map(() => 'skipped')]);
  });
  it.each(cases.filter(([, , one]) => one.effect === 'clone'))('P13 %s, at its %s: a stub with a lock and without our marker says nothing; a resume looks and sends nothing', async (origin, at, one) => {
    const job = ended.get(`${origin} ${at}`);
    expect([job.state, job.refusal.code]).toEqual(['stuck', 'effect.unknown']);
    expect(await scene.config(group(at), one)).toMatchObject({ lock: one.kind === 'qemu' ? 'clone' : 'create' });
    expect(await scene.effects(group(at), one)).toEqual(['clone unknown']);
  });
});

describe('what is copied is not what was planned from', () => {
  const clones = origins.filter((one) => one.effect === 'clone');
  const changes = { renamed: (vmid: number, one: OriginCase) => ({ act: 'set-config', vmid, set: { [one.kind === 'qemu' ? 'name' : 'hostname']: 'silver' } }) as const, 'turned-back': (vmid: number) => ({ act: 'set-config', vmid, drop: ['template'] }) as const };
  const jobs = new Map<string, any>();
  beforeAll(async () => {
    for (const [group, change] of Object.entries(changes)) {
      const branch = await scene.make(group, clones);
      for (const one of clones) await scene.lab.act(change(scene.templateOf(group, one), one));
      jobs.set(group, await scene.mergeAndRest(branch));
    }
  });
  it.each(Object.keys(changes).flatMap((group) => clones.map((one) => [group, one.origin, one] as const)))('P9 %s: %s is refused by name, and nothing is sent', async (group, _origin, one) => {
    expect(jobs.get(group).state).toBe('refused');
    expect(scene.refusal(jobs.get(group), group, one)).toMatchObject({ code: 'template.changed' });
    expect([await scene.effects(group, one), await scene.writes(group, one)]).toEqual([['clone refused'], []]);
  });
});

it('P26 two clones of one template whose answers are lost: the task of the one is not taken for the other\'s', async () => {
  const [linked] = origins.filter((one) => one.origin === 'linked clone') as [OriginCase];
  const first = await scene.make('never-sent', [linked]);
  const template = scene.templateOf('never-sent', linked);
  const second = await scene.make('beside', [linked], template);
  await scene.lab.fault(scene.request('never-sent', linked), 'connection-reset-before');
  await scene.lab.fault(scene.request('beside', linked), 'answer-lost');
  await scene.small.merge(first);
  await until(async () => (await scene.lab.armed()).length === 1, 'the call of the first');
  await scene.small.merge(second);
  const [one, other] = await Promise.all([first, second].map((branch) => scene.small.rests(branch, undefined, 60_000)));
  expect([one.state, one.refusal.observed]).toEqual(['refused', expect.stringContaining(`VMID ${scene.vmid('never-sent', linked)} is free`)]);
  expect([other.state, other.refusal]).toEqual(['done', null]);
  await scene.isMadeOnce('beside', linked);
  await resume(one);
  expect((await scene.small.rests(first, ['done'])).state).toBe('done');
});

describe('P25 an error at each place of the call', () => {
  type Point = (typeof effectPoints)[number];
  const names = (point: Point): readonly string[] => [...new Set(some.map((one) => `effects/${one.effect}/${point}`))];
  const passedAgain = (point: Point): boolean => point === 'after-recheck' || point === 'before-read-back';

  /** As in the spec of changes: each place throws once for each guest; where a resumed call passes it again, the next throw waits behind it. */
  async function stopped(branch: MadeBranch, point: Point): Promise<{ readonly stops: number; readonly job: any }> {
    let stops = 0;
    for (let at = point, job: any = null; ; at = passedAgain(point) && at === point ? 'after-confirm' : point) {
      disarmFailpoints();
      for (const name of names(at)) armFailpoint(name, 'throw');
      if (job === null) await scene.small.merge(branch);
      else await resume(job);
      job = await scene.small.rests(branch, undefined, 60_000);
      if (job.state !== 'stuck') return { stops, job };
      if (at === point) stops += names(at).reduce((sum, name) => sum + hitsOf(name), 0);
    }
  }

  it.each(effectPoints.filter((point) => point !== 'before-call'))('%s: it goes on from the row, and nothing is sent twice', async (point) => {
    const { stops, job } = await stopped(await scene.make(point, some), point);
    expect([stops, job.state, job.refusal]).toEqual([some.length, 'done', null]);
    for (const one of some) {
      await scene.isMadeOnce(point, one);
      expect(await scene.effects(point, one)).toEqual([`${one.effect} confirmed`]);
    }
  });

  it('before-call: looking says that nothing was sent, and a person has it sent once', async () => {
    const begun: (readonly [OriginCase, MadeBranch, any])[] = [];
    for (const one of some) {
      const branch = await scene.make('before-call', [one]);
      armFailpoint(`effects/${one.effect}/before-call`, 'throw');
      await scene.small.merge(branch);
      begun.push([one, branch, await scene.small.rests(branch, ['stuck'])]);
      disarmFailpoints();
    }
    await Promise.all(begun.map(async ([one, branch, job]) => {
      await resume(job);
      expect([(await scene.small.rests(branch, ['refused'])).refusal.observed, await scene.writes('before-call', one)]).toEqual([expect.stringContaining('is free'), []]);
      await resume(job);
      await scene.small.rests(branch, ['done']);
      await scene.isMadeOnce('before-call', one);
    }));
  });
});
