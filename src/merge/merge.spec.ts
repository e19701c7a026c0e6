// Carries P8, P12, P33: from what NetBox says was merged or reverted to what is started, against the lab. No reconciler ticks here:
// each case says itself who tells Sluice, and when.
import { enqueue } from '../platform/queue';
import { PlanStore } from '../intent';
import { SmallBranches, type MadeBranch } from '../../test/setup/small-branch';
import { startStory, type Story } from '../../test/setup/story';
import { until } from '../../test/setup/until';

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

let named = 0;
const branchWithVm = (): Promise<MadeBranch> => small.make([{ name: `merged-${++named}` }]);
const vmidIn = (branch: MadeBranch): number => branch.plan.actions[0].guest.vmid;
const look = (): Promise<void> => enqueue(story.owner, 'merge.look', 'netbox', { queue: 'merge:netbox' });
const rows = (branch: { readonly id: number }): Promise<{ kind: string; state: string; detail: any }[]> => story.owner.rows('select kind, state, detail from merges where branch_id = $1 order by occurred_at', [branch.id]);
/** Merged in NetBox, and Sluice was told by nobody. */
async function mergedUnheard(branch: MadeBranch): Promise<void> {
  await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 1, event: 'branch_merged' });
  await small.merge(branch);
  await story.netboxLab.idle();
  expect(await rows(branch)).toEqual([]);
}
const patch = (branch: { readonly name: string }, vmId: number, body: any): Promise<unknown> =>
  story.netboxLab.act({ do: 'request', as: 'engineer', branch: branch.name, method: 'PATCH', path: `/api/virtualization/virtual-machines/${vmId}/`, body });

describe('P33 a lost event loses no intent', () => {
  it('a merge whose webhook was lost is found by the next look, and started once however often is looked', async () => {
    const branch = await branchWithVm();
    await mergedUnheard(branch);
    for (let looks = 0; looks < 5; looks += 1) await look();
    await small.rests(branch, ['done']);
    await look();
    await until(async () => (await story.owner.one<{ n: number }>(`select count(*)::integer as n from graphile_worker._private_jobs`)).n === 0, 'the looks');
    expect(await rows(branch)).toMatchObject([{ kind: 'merged', state: 'started' }]);
    expect(await small.creates(vmidIn(branch))).toBe(1);
  });

  it('a webhook that comes twice, and once more by hand, starts nothing twice', async () => {
    const branch = await branchWithVm();
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'duplicate', next: 1, event: 'branch_merged' });
    await small.merge(branch);
    await small.rests(branch, ['done']);
    await story.netboxLab.act({ do: 'redeliver-webhook', event: 'branch_merged' });
    await story.netboxLab.idle();
    await until(async () => (await story.owner.one<{ n: number }>(`select count(*)::integer as n from graphile_worker._private_jobs`)).n === 0, 'the looks');
    expect(await story.owner.rows('select state from apply_jobs j where plan_id = $1', [branch.plan.id])).toEqual([{ state: 'done' }]);
    expect(await story.owner.one<{ n: number }>('select count(*)::integer as n from hook_deliveries where branch_id = $1', [branch.id])).toEqual({ n: 1 });
    expect(await small.creates(vmidIn(branch))).toBe(1);
  });

  it('webhooks in the wrong order are only reasons to look: both merges start', async () => {
    const [first, second] = [await branchWithVm(), await branchWithVm()];
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'reorder', next: 2, event: 'branch_merged' });
    await small.merge(first);
    await small.merge(second);
    await small.rests(first, ['done']);
    await small.rests(second, ['done']);
  });

  it('a webhook with a wrong signature, or for another instance, is refused', async () => {
    const send = (instance: string, signature: string) => fetch(`${story.url}/api/hooks/netbox/${instance}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Hook-Signature': signature }, body: '{}' });
    const [forged, unsigned, elsewhere] = [await send('netbox', 'a'.repeat(128)), await send('netbox', ''), await send('nowhere', 'x')];
    expect([forged.status, unsigned.status, elsewhere.status]).toEqual([401, 401, 404]);
  });

  it('P30 NetBox cannot be read: nothing is decided, and the next look goes on', async () => {
    const branch = await branchWithVm();
    await mergedUnheard(branch);
    await story.netboxLab.fault({ match: { method: 'GET', path: '/changes/|change-diffs|changediff' }, fault: { status: 500 }, times: 50 });
    await look();
    await until(async () => (await rows(branch)).length === 1 && (await story.owner.one<{ n: number }>(`select count(*)::integer as n from graphile_worker._private_jobs`)).n === 0, 'the look that could not read');
    expect(await rows(branch)).toMatchObject([{ state: 'told' }]);
    await story.netboxLab.clearFaults();
    await look();
    await small.rests(branch, ['done']);
  });
});

describe('P12 what was merged is compared with what was permitted', () => {
  /** As if the gate had just said yes. */
  async function permit(branch: MadeBranch): Promise<void> {
    const { plan } = branch;
    const api = new PlanStore(story.owner);
    await story.owner.transaction(async (tx) => {
      await api.permit(tx, plan.id, 600);
      await tx.change(`insert into gate_answers (netbox, branch_id, action, change_digest, permitted, plan_id, message) select 'netbox', $1, 'merge', change_digest, true, id, 'Permitted' from plans where id = $2`, [branch.id, plan.id]);
    });
  }

  /** The gate permitted the branch; then it was changed, and merged past the gate. */
  async function mergedOtherwise(change: any): Promise<MadeBranch> {
    const branch = await branchWithVm();
    await permit(branch);
    const diffs: any = (await story.netbox('admin').get(`/api/plugins/branching/changes/?branch_id=${branch.id}`)).body;
    const vmId = diffs.results.find((diff: any) => String(diff.object_type).includes('virtualmachine')).object_id;
    await patch(branch, vmId, change);
    await story.netboxLab.noGate();
    await small.merge(branch);
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    return branch;
  }

  it('a difference is planned and judged anew; permitted, the new plan is what runs', async () => {
    const branch = await mergedOtherwise({ memory: 768 });
    const job = await small.rests(branch, ['done']);
    expect(job.planId).not.toBe(branch.plan.id);
    expect(await story.proxmoxGet('leipzig', `nodes/pve3/qemu/${vmidIn(branch)}/config`)).toMatchObject({ memory: '768' });
  });

  it('P17 a deletion that came in after the gate has no authors that NetBox still shows: it is not asked for', async () => {
    const branch = await branchWithVm();
    await permit(branch);
    await story.netboxLab.noGate();
    const gone = await small.vmId('web-02');
    await story.netboxLab.act({ do: 'request', as: 'engineer', branch: branch.name, method: 'DELETE', path: `/api/virtualization/virtual-machines/${gone}/` });
    await small.merge(branch);
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    const job = await small.rests(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.refused-anew', observed: expect.stringContaining('branch.authors-known') } });
    expect(await story.owner.rows(`select 1 from deletion_requests where guest_name = 'web-02'`)).toEqual([]);
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });

  it('the opt-in that was taken back before the merge counts, although the permitted content was merged', async () => {
    const branch = await branchWithVm();
    await story.netboxLab.act({ do: 'request', as: 'engineer', method: 'PATCH', path: `/api/plugins/branching/branches/${branch.id}/`, body: { custom_fields: { apply_to_proxmox: false } } });
    await small.merge(branch);
    expect(await small.rests(branch)).toMatchObject({ state: 'refused', refusal: { code: 'merge.opted-out' } });
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });

  it('a difference that is refused sends nothing: the job ends refused and says why', async () => {
    const branch = await mergedOtherwise({ custom_fields: { proxmox_node: 'pve9' } });
    const job = await small.rests(branch);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.refused-anew', observed: expect.stringContaining('differs from the permitted plan') } });
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });
});

describe('P8 the time to start', () => {
  it('is over when the merge is seen too late: nothing is sent, and the job says until when it had been', async () => {
    const branch = await branchWithVm();
    await mergedUnheard(branch);
    const { seconds } = await story.owner.one<{ seconds: number }>('select ceil(extract(epoch from start_by - sluice_now()))::integer + 1 as seconds from plan_states where plan_id = $1', [branch.plan.id]);
    await story.owner.change('update settings set clock_shift = clock_shift + make_interval(secs => $1)', [seconds]);
    await look();
    const job = await small.rests(branch);
    await story.owner.change(`update settings set clock_shift = '0'`);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.expired' } });
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });
});

describe('P8 whatever became of the plan meanwhile', () => {
  it('a merge that is seen too late is not planned anew', async () => {
    const branch = await branchWithVm();
    await mergedUnheard(branch);
    await story.owner.change(`update plan_states set status = 'superseded' where plan_id = $1`, [branch.plan.id]);
    await story.owner.change(`update settings set clock_shift = interval '2 days'`);
    await look();
    const job = await small.rests(branch);
    await story.owner.change(`update settings set clock_shift = '0'`);
    expect(job).toMatchObject({ state: 'refused', refusal: { code: 'merge.expired' } });
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });
});

describe('a revert', () => {
  it('that is seen together with its merge leaves nothing to start', async () => {
    const branch = await branchWithVm();
    await mergedUnheard(branch);
    await story.netboxLab.act({ do: 'tamper-webhooks', how: 'drop', next: 1, event: 'branch_reverted' });
    await story.netboxLab.noGate();
    await story.netbox('engineer').post(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
    await story.netboxLab.idle();
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    await look();
    await until(async () => (await rows(branch)).filter((row) => row.state !== 'told').length === 2, 'both');
    expect(await rows(branch)).toMatchObject([{ kind: 'merged', state: 'nothing', detail: { why: expect.stringContaining('reverted') } }, { kind: 'reverted', state: 'nothing' }]);
    expect(await small.creates(vmidIn(branch))).toBe(0);
  });

  it('P12 past the gate is told and starts nothing: what stands in Proxmox stands (P29)', async () => {
    const branch = await branchWithVm();
    await small.merge(branch);
    await small.rests(branch, ['done']);
    const before = await small.writes(vmidIn(branch));
    await story.netboxLab.noGate();
    await story.netbox('engineer').post(`/api/plugins/branching/branches/${branch.id}/revert/`, { commit: true });
    await story.netboxLab.idle();
    await story.netboxLab.gate({ url: story.url, secret: story.lab.secrets.gate, netbox: 'netbox' });
    await until(async () => (await rows(branch)).some((row) => row.kind === 'reverted' && row.state !== 'told'), 'the revert');
    expect((await rows(branch))[1]).toMatchObject({ kind: 'reverted', state: 'refused', detail: { refusal: { code: 'merge.no-gate' } } });
    expect(await small.writes(vmidIn(branch))).toEqual(before);
    expect((await story.proxmox('leipzig').guest(vmidIn(branch)))?.pool).toBe('sluice-managed');
  });
});
