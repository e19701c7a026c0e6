// Carries P11, P25, P26: every kind of step that changes a guest that stands, with an error at each place of its write, and with its
// task killed. Whatever stopped it, it goes on, and no request is sent twice.
import { EveryKind, stepKinds, type StepKindCase } from '../../test/setup/every-kind';
import type { MadeBranch } from '../../test/setup/small-branch';
import { until } from '../../test/setup/until';
import { effectPoints } from '../effects';
import { armFailpoint, disarmFailpoints, hitsOf } from '../platform/failpoint';

jest.setTimeout(180_000);

type Point = (typeof effectPoints)[number];
const tasks = stepKinds.filter((one) => one.isTask);
const kindsAt = (point: Point): readonly StepKindCase[] => (point === 'after-accept' ? tasks : stepKinds);
/** An error before the call is settled by looking that has patience: those go side by side, and not all of them. */
const inTurn = effectPoints.filter((point) => point !== 'before-call');
const sideBySide = stepKinds.filter((one) => one.isTask || ['name', 'tags', 'nic', 'disk-detach'].includes(one.kind));

let scene: EveryKind;
beforeAll(async () => { scene = await EveryKind.start([...effectPoints, 'killed-start', 'killed-middle']); });
afterEach(() => disarmFailpoints());
afterAll(() => scene.end());

const resume = async (jobId: string): Promise<void> => expect((await scene.story.service.post(`/api/apply/jobs/${jobId}/resume`)).status).toBe(200);
const pointOf = (one: StepKindCase, point: Point): string => `effects/${one.effect}/${point}`;

/** Arms each kind's place alone, so that the job stops once more. A place that a resumed write passes again is followed by one behind it. */
async function stoppedAtEach(branch: MadeBranch, point: Point): Promise<{ readonly stops: number; readonly job: any }> {
  const names = (at: Point): readonly string[] => [...new Set(kindsAt(point).map((one) => pointOf(one, at)))];
  const passedAgain = point === 'after-recheck' || point === 'before-read-back';
  let stops = 0;
  for (let at = point; ; at = passedAgain && at === point ? 'after-confirm' : point) {
    disarmFailpoints();
    for (const name of names(at)) armFailpoint(name, 'throw');
    const known = await scene.small.jobOf(branch);
    if (known === null) await scene.small.merge(branch);
    else await resume(known.id);
    const job = await scene.small.rests(branch, undefined, 60_000);
    if (job.state !== 'stuck') return { stops, job };
    if (at === point) stops += names(at).reduce((sum, name) => sum + hitsOf(name), 0);
  }
}

describe.each(inTurn)('P25 an error at %s of every kind', (point) => {
  let ran: Awaited<ReturnType<typeof stoppedAtEach>>;
  beforeAll(async () => { ran = await stoppedAtEach(await scene.small.make([], scene.changes(point, kindsAt(point))), point); });
  it('was reached once by each, and the job is done', () => expect([ran.stops, ran.job.state, ran.job.refusal]).toEqual([kindsAt(point).length, 'done', null]));
  it.each(kindsAt(point).map((one) => [one.kind, one] as const))('%s is done, by one request', async (_kind, one) => {
    await scene.isDoneOnce(point, one);
    expect(await scene.effects(ran.job.id, point, one)).toEqual([`${one.effect} confirmed`]);
  });
});

describe('P26 what was stopped before its call, or whose task was killed', () => {
  const cases = [...sideBySide.map((one) => ['before-call', one] as const), ...tasks.flatMap((one) => [['killed-start', one] as const, ['killed-middle', one] as const])];
  const keyOf = (group: string, one: StepKindCase): string => `${group} ${one.kind}`;
  const ended = new Map<string, { readonly first: any; readonly writes: readonly string[]; readonly job: any; readonly effects: readonly string[] }>();

  async function begin(group: string, one: StepKindCase): Promise<MadeBranch> {
    const branch = await scene.small.make([], scene.changes(group, [one]));
    if (group === 'before-call') armFailpoint(pointOf(one, 'before-call'), 'throw');
    else await scene.story.proxmox('leipzig').fault(scene.request(group, one), { taskKilled: group === 'killed-start' ? 'start' : 'middle' });
    await scene.small.merge(branch);
    await until(async () => (group === 'before-call' ? hitsOf(pointOf(one, 'before-call')) === 1 : (await scene.story.proxmox('leipzig').armed()).length === 0), `the trouble of ${keyOf(group, one)}`);
    if (group === 'before-call') {
      await scene.small.rests(branch, ['stuck']);
      disarmFailpoints();
    }
    return branch;
  }

  async function finish(group: string, one: StepKindCase, branch: MadeBranch): Promise<void> {
    let job = await scene.small.rests(branch, undefined, 60_000);
    const [first, { vmid }] = [job, scene.of(group, one)];
    const writes = await scene.small.writes(vmid);
    for (let resumes = 0; resumes < 3 && job.state !== 'done'; resumes += 1) {
      await resume(job.id);
      job = await scene.small.rests(branch, undefined, 60_000);
    }
    ended.set(keyOf(group, one), { first, writes, job, effects: await scene.effects(job.id, group, one) });
  }

  beforeAll(async () => {
    const begun: (readonly [string, StepKindCase, MadeBranch])[] = [];
    for (const [group, one] of cases) begun.push([group, one, await begin(group, one)]);
    await Promise.all(begun.map(([group, one, branch]) => finish(group, one, branch)));
  });

  const of = (group: string, one: StepKindCase) => {
    const end = ended.get(keyOf(group, one));
    if (end === undefined) throw new Error(`${keyOf(group, one)} did not end`);
    return end;
  };
  it.each(sideBySide.map((one) => [one.kind, one] as const))('before the call of %s: nothing was sent, looking says so, and a person has it sent once', async (_kind, one) => {
    expect(of('before-call', one)).toMatchObject({ first: { state: 'stuck' }, writes: [], job: { state: 'done' }, effects: [`${one.effect} refused`, `${one.effect} confirmed`] });
    await scene.isDoneOnce('before-call', one);
  });
  it.each(tasks.flatMap((one) => (['killed-start', 'killed-middle'] as const).map((group) => [group, one.kind, one] as const)))('%s, the task of %s: never called done, sent again only by a person', async (group, _kind, one) => {
    const { first, writes, job, effects } = of(group, one);
    expect([first.state, first.refusal.observed, writes.length]).toEqual(['refused', expect.stringMatching(/its worker was killed .*; looked: /), 1]);
    expect([job.state, effects]).toEqual(['done', [`${one.effect} refused`, `${one.effect} confirmed`]]);
    expect([await scene.now(group, one), (await scene.small.writes(scene.of(group, one).vmid)).length]).toEqual([one.wanted(scene.of(group, one)), 2]);
  });
});
