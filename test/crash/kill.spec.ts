// Carries P25, P26, P28: the crash matrix, second half. Sluice's process is killed (SIGKILL) at a place of every phase; a new one
// goes on from the rows alone. Simulators and database survive.
import { pagesOfDatabase, verifyPages } from '../../src/journal';
import { SmallBranches } from '../setup/small-branch';
import { startStory, type Story } from '../setup/story';
import { branchOf, caseOf, endsAsItShould, nursery, recovered } from './ending';
import { KillableSluice } from './killable';

jest.setTimeout(90_000);

const points = [
  'merge/after-tell', 'merge/before-start', 'merge/after-start', 'apply/after-claim', 'apply/after-step', 'apply/before-end',
  'effects/create/after-intent', 'effects/create/before-call', 'effects/create/after-call', 'effects/create/after-accept', 'effects/create/before-read-back', 'effects/create/after-confirm',
  'effects/hand-over/after-call', 'effects/configure/after-call', 'effects/start/after-accept', 'effects/netbox-patch/after-call',
] as const;

let story: Story;
let sluice: KillableSluice;
let small: SmallBranches;
beforeAll(async () => {
  story = await startStory({ reconcileEvery: 1 });
  await nursery(new SmallBranches(story), points.map((_point, number) => caseOf(number)));
  await story.stopSluice();
  await story.proxmox('leipzig').clear();
  sluice = new KillableSluice(story);
  small = new SmallBranches(sluice.seen());
  await sluice.start();
});
afterAll(async () => {
  await sluice.stop();
  await story.end();
});

it.each(points.map((point, number) => [point, number] as const))('P25 killed at %s: another process finishes the story, and sends nothing twice', async (point, number) => {
  const one = caseOf(number);
  const branch = await branchOf(small, one);
  await sluice.arm(point);
  await small.merge(branch);
  expect(await sluice.ended()).toBe('SIGKILL');
  // What the dead process held is free once its lease has run out; the test does not wait for that.
  await story.owner.change(`update apply_jobs set lease_until = sluice_now() where state = 'running'`);
  await sluice.start();
  const end = await recovered(small, branch, (jobId) => sluice.seen().service.post(`/api/apply/jobs/${jobId}/resume`));
  await endsAsItShould(story, small, one, branch, end, await small.writes(await small.vmidOf(one.app)));
});

it('P37 leaves a journal whose chain is whole', async () => {
  expect(await verifyPages(pagesOfDatabase(story.owner))).toMatchObject({ kind: 'whole' });
});
