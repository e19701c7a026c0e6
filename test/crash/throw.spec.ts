// Carries P25, P26: the crash matrix, first half. At every named place of merge, apply and their writes an error is thrown; then the
// work goes on. The list is the registry itself: a new failpoint is a new case, and each has to be reached.
import { pagesOfDatabase, verifyPages } from '../../src/journal';
import { armFailpoint, disarmFailpoints, failpoints, hitsOf } from '../../src/platform/failpoint';
import { SmallBranches, type MadeBranch } from '../setup/small-branch';
import { startStory, type Story } from '../setup/story';
import { until } from '../setup/until';
import { applyKinds, branchOf, caseOf, endsAsItShould, nursery, recovered } from './ending';

jest.setTimeout(120_000);

const ours = (point: string): boolean => point.startsWith('merge/') || point.startsWith('apply/') || applyKinds.some((kind) => point.startsWith(`effects/${kind}/`));
const points = failpoints().filter(ours);

let story: Story;
let small: SmallBranches;
const ran = new Map<string, { readonly branch: MadeBranch; readonly hits: number; readonly stopped: string | null; readonly end: any; readonly writesOfApp: readonly string[] }>();

beforeAll(async () => {
  story = await startStory({ reconcileEvery: 1 });
  small = new SmallBranches(story);
  await nursery(small, points.map((_point, number) => caseOf(number)));
  await story.proxmox('leipzig').clear();
  const stopped = new Map<string, { branch: MadeBranch; hits: number; state: string | null }>();
  for (const [number, point] of points.entries()) {
    const branch = await branchOf(small, caseOf(number));
    armFailpoint(point, 'throw');
    await small.merge(branch);
    await until(() => hitsOf(point) === 1, `${point} to be reached`, 20_000);
    // A merge that was stopped is looked at again by itself; a job that was stopped waits for a person.
    const state = point.startsWith('merge/') ? null : (await small.rests(branch, ['stuck'])).state;
    stopped.set(point, { branch, hits: hitsOf(point), state });
    disarmFailpoints();
  }
  const resume = (jobId: string) => story.service.post(`/api/apply/jobs/${jobId}/resume`);
  // Looking has patience, so the recoveries go side by side.
  await Promise.all(points.map(async (point, number) => {
    const before = stopped.get(point);
    if (before === undefined) return;
    const end = await recovered(small, before.branch, resume);
    ran.set(point, { branch: before.branch, hits: before.hits, stopped: before.state, end, writesOfApp: (await small.writes(await small.vmidOf(caseOf(number).app))) });
  }));
}, 170_000);
afterAll(async () => {
  disarmFailpoints();
  await story.end();
});

it('enumerates the places of merge, apply and every kind of write that apply makes', () => {
  // Seven places in a write; three kinds start no task that could be accepted.
  expect(points.length).toBe(applyKinds.length * 7 - 3 + 4 + 3);
});

it.each(points.map((point, number) => [point, number] as const))('P25 an error at %s: reached once, and the story ends as it should', async (point, number) => {
  const one = ran.get(point);
  if (one === undefined) throw new Error(`${point} was not run`);
  expect([one.hits, one.stopped]).toEqual([1, point.startsWith('merge/') ? null : 'stuck']);
  await endsAsItShould(story, small, caseOf(number), one.branch, one.end, one.writesOfApp);
});

it('P37 leaves a journal whose chain is whole', async () => {
  expect(await verifyPages(pagesOfDatabase(story.owner))).toMatchObject({ kind: 'whole' });
});
