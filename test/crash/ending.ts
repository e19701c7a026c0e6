// How every crashed story has to end, whatever stopped it: one guest made by one request, every write sent once, the plan done.
import type { SmallBranches } from '../setup/small-branch';
import type { Story } from '../setup/story';

/** One branch of the matrix: it makes `web` and changes `app`, so that a job passes every kind of write. */
export interface CrashCase { readonly web: string; readonly app: string }
export const caseOf = (number: number): CrashCase => ({ web: `web-${number}`, app: `app-${number}` });

/** The kinds of write that a merge can lead to in `apply`. */
export const applyKinds = ['create', 'hand-over', 'configure', 'start', 'netbox-patch'] as const;

export async function nursery(small: SmallBranches, cases: readonly CrashCase[]): Promise<void> {
  const branch = await small.make(cases.map(({ app }) => ({ name: app })));
  await small.merge(branch);
  expect((await small.rests(branch, ['done'], 60_000)).state).toBe('done');
}

export const branchOf = (small: SmallBranches, { web, app }: CrashCase) => small.make([{ name: web, status: 'active', tags: ['web'] }], { [app]: { vcpus: 2 } });

/** Waits for the end of the branch's job; what was refused because nothing had been sent is resumed by a person. */
export async function recovered(small: SmallBranches, branch: { readonly id: number }, resume: (jobId: string) => Promise<unknown>): Promise<any> {
  for (let resumes = 0; resumes < 4; resumes += 1) {
    const job = await small.rests(branch, ['done', 'refused', 'partial', 'stuck', 'diverged'], 40_000);
    if (job.state === 'done' || job.state === 'diverged') return job;
    await resume(job.id);
  }
  return small.rests(branch, ['done'], 40_000);
}

export async function endsAsItShould(story: Story, small: SmallBranches, one: CrashCase, branch: { readonly id: number }, job: any, writesOfApp: readonly string[]): Promise<void> {
  expect([job.state, job.refusal, job.steps.filter((step: any) => step.state !== 'done')]).toEqual(['done', null, []]);
  const [vmid, app] = [await small.vmidOf(one.web), await small.vmidOf(one.app)];
  // The nodes' own lists: names and states in the list of the cluster come late, as in Proxmox.
  const guests: any[] = (await Promise.all(['pve1', 'pve2', 'pve3'].map((node) => story.proxmoxGet('leipzig', `nodes/${node}/qemu`)))).flat();
  expect(guests.filter((guest) => guest.name === one.web)).toMatchObject([{ vmid, status: 'running', tags: 'web' }]);
  expect((await story.proxmox('leipzig').guest(vmid))?.pool).toBe('sluice-managed');
  expect(await small.writes(vmid)).toEqual(['POST /nodes/pve3/qemu', 'PUT /pools', `PUT /nodes/pve3/qemu/${vmid}/config`, `POST /nodes/pve3/qemu/${vmid}/status/start`]);
  expect(writesOfApp).toEqual([`PUT /nodes/pve3/qemu/${app}/config`]);
  expect((await story.proxmoxGet('leipzig', `nodes/pve3/qemu/${app}/config`)).cores).toBe(2);
  expect((await small.record(one.web)).custom_fields).toMatchObject({ proxmox_vm_id: vmid, sluice_last_apply_run_id: job.id, sluice_intent_state: 'applied' });
  expect(await story.owner.rows('select j.state from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1', [branch.id])).toEqual([{ state: 'done' }]);
  expect(await story.owner.one('select s.status, (select count(*) from guest_claims where holder_id = $2 and released_at is null)::integer as claims from plan_states s where s.plan_id = $1', [job.planId, job.id])).toEqual({ status: 'done', claims: 0 });
  const open = await story.owner.rows('select kind, state from effects where holder_id = $1 and settled_at is null', [job.id]);
  expect(open).toEqual([]);
}
