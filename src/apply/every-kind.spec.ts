// Carries P6, P9, P10, P11, P26: every kind of step that changes a guest that stands: applied and planned anew, with its answer lost,
// and with somebody who was faster. One branch changes a guest of each kind.
import { EveryKind, stepKinds } from '../../test/setup/every-kind';
import type { MadeBranch } from '../../test/setup/small-branch';

jest.setTimeout(120_000);

const all = stepKinds.map((one) => [one.kind, one] as const);
let scene: EveryKind;
beforeAll(async () => { scene = await EveryKind.start(['fresh', 'lost', 'late', 'early']); });
afterAll(() => scene.end());
const lab = () => scene.story.proxmox('leipzig');

describe('applied, then planned anew', () => {
  let again: MadeBranch;
  beforeAll(async () => {
    const [first, second] = [await scene.small.make([], scene.changes('fresh')), await scene.small.open([], scene.changes('fresh'))];
    const job = await scene.mergeAndRest(first);
    expect([job.state, job.refusal]).toEqual(['done', null]);
    again = { ...second, plan: await scene.small.plan(second.id) };
  });
  it.each(all)('%s: the guest is as the branch said, by one request', (_kind, one) => scene.isDoneOnce('fresh', one));
  it('a branch that says the same once more asks for nothing', () => expect([again.plan.actions, again.plan.deletions]).toEqual([[], []]));
});

describe('P26 the answer is lost', () => {
  let job: any;
  beforeAll(async () => {
    const branch = await scene.small.make([], scene.changes('lost'));
    for (const one of stepKinds) await lab().fault(scene.request('lost', one), 'answer-lost');
    job = await scene.mergeAndRest(branch);
    expect([job.state, await lab().armed()]).toEqual(['done', []]);
  });
  it.each(all)('%s: it is found by looking, and was sent once', async (_kind, one) => {
    await scene.isDoneOnce('lost', one);
    expect(await scene.effects(job.id, 'lost', one)).toEqual([`${one.effect} confirmed`]);
  });
});

describe('P9, P10 somebody does something to the same thing between recheck and write', () => {
  let job: any;
  beforeAll(async () => {
    const branch = await scene.small.make([], scene.changes('late'));
    for (const one of stepKinds) await lab().actAt(scene.request('late', one), one.theirs(scene.of('late', one)));
    job = await scene.mergeAndRest(branch);
  });
  // What is off already is as it was wanted: Proxmox's task says so too.
  const ends: Readonly<Record<string, RegExp | null>> = { start: /already running/, shutdown: null };
  it.each(all)('%s: Proxmox refuses it, and what they did stands', async (kind, one) => {
    const said = kind in ends ? ends[kind] : /checksum mismatch/;
    expect(await scene.effects(job.id, 'late', one)).toEqual([`${one.effect} ${said === null ? 'confirmed' : 'refused'}`]);
    if (said !== null) expect(scene.refusal(job, 'late', one)).toMatchObject({ code: expect.stringMatching(/^proxmox\.(task-)?refused$/), observed: expect.stringMatching(said ?? /./) });
    expect(await scene.now('late', one)).toEqual(one.theyHave(scene.of('late', one)));
  });
});

describe('P6, P9 somebody does something to the same thing between plan and recheck', () => {
  let job: any;
  beforeAll(async () => {
    const branch = await scene.small.make([], scene.changes('early'));
    for (const one of stepKinds) await lab().act(one.theirs(scene.of('early', one)));
    job = await scene.mergeAndRest(branch);
    expect(job.state).toBe('refused');
  });
  it.each(all)('%s: nothing is sent, both values are named, and what they did stands', async (_kind, one) => {
    expect(await scene.effects(job.id, 'early', one)).toEqual([`${one.effect} refused`]);
    expect(scene.refusal(job, 'early', one)).toMatchObject({ code: 'baseline.moved', observed: expect.stringMatching(/: planned from .*, now /) });
    expect([await scene.now('early', one), await scene.small.writes(scene.of('early', one).vmid)]).toEqual([one.theyHave(scene.of('early', one)), []]);
  });
});
