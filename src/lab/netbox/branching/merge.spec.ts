import { smallNetBox } from '../../../../test/setup/small-netbox';
import type { Shown, Small } from '../../../../test/setup/small-netbox';

let netbox: Small;
beforeEach(async () => { netbox = await smallNetBox(); });
afterEach(() => netbox.close());
const VMS = 'virtualization/virtual-machines/';
const vm = async (id: number): Promise<Shown | number> => { const said = await netbox.ask('svc', 'GET', `${VMS}${id}/`); return said.status === 200 ? said.body : said.status; };
const status = async (branch: number): Promise<string> => (await netbox.ask('svc', 'GET', `plugins/branching/branches/${branch}/`)).body.status.value;
const diffs = async (branch: number): Promise<readonly Shown[]> => (await netbox.ask('svc', 'GET', `plugins/branching/changes/?branch_id=${branch}`)).body.results;

describe('Working in a branch', () => {
  it('isolates writes from main and keeps one change diff per object', async () => {
    const { id, schema } = await netbox.branch('work');
    const made = await netbox.ask('alice', 'POST', VMS, { name: 'new', cluster: 1 }, schema);
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 8192 }, schema);
    expect(await vm(made.body.id)).toBe(404);
    expect(await vm(1)).toMatchObject({ memory: 2048 });
    expect((await diffs(id)).map((diff) => [diff['object_id'], (diff['action'] as { value: string }).value])).toEqual([[1, 'update'], [made.body.id, 'create']]);
  });

  it('breaks the header of a branch that is not ready, refuses an unknown one, and ignores the parameter', async () => {
    const { id, schema } = await netbox.branch('done');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.job('bob', id, 'merge');
    expect((await netbox.ask('svc', 'GET', VMS, undefined, schema)).status).toBe(500);
    expect((await netbox.ask('svc', 'GET', `${VMS}?_branch=${schema}`)).status).toBe(200);
    const unknown = await netbox.ask('svc', 'GET', VMS, undefined, 'zzzzzzzz');
    expect([unknown.status, unknown.type]).toEqual([400, 'text/html; charset=utf-8']);
  });
});

describe('Merging', () => {
  it('replays creates, updates and deletes under the same ids, leaves last_updated of a new object null, and records who merged', async () => {
    const { id, schema } = await netbox.branch('all');
    const made = await netbox.ask('alice', 'POST', VMS, { name: 'new', cluster: 1 }, schema);
    const gone = await netbox.ask('admin', 'POST', VMS, { name: 'gone', cluster: 1 });
    await netbox.job('alice', id, 'sync');
    await netbox.ask('alice', 'DELETE', `${VMS}${gone.body.id}/`, undefined, schema);
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    expect((await netbox.job('bob', id, 'merge')).status.value).toBe('completed');
    expect(await vm(made.body.id)).toMatchObject({ name: 'new', last_updated: null });
    expect(await vm(gone.body.id)).toBe(404);
    expect(await vm(1)).toMatchObject({ memory: 4096 });
    const branch = (await netbox.ask('svc', 'GET', `plugins/branching/branches/${id}/`)).body;
    expect([branch.status.value, (branch['merged_by'] as { username: string }).username]).toEqual(['merged', 'bob']);
    const log = (await netbox.ask('svc', 'GET', 'core/object-changes/?action=create&limit=1')).body.results[0];
    expect([log?.['user_name'], log?.['message']]).toEqual(['alice', '']);
    expect((await diffs(id)).length).toBe(3);
  });

  it('takes a dry run back whole, and a malformed commit for a dry run', async () => {
    const { id, schema } = await netbox.branch('dry');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    for (const commit of [false, 'maybe']) {
      const job = await netbox.job('bob', id, 'merge', { commit });
      expect((job['data'] as { log: string[] }).log.at(-1)).toBe('Dry run completed; rolling back changes');
      expect(await vm(1)).toMatchObject({ memory: 2048 });
      expect(await status(id)).toBe('ready');
    }
  });

  it('answers recorded conflicts with 409 until they are acknowledged, and records none when main moves last (1.1.2)', async () => {
    const { id, schema } = await netbox.branch('conflict');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.ask('admin', 'PATCH', `${VMS}1/`, { memory: 3072 });
    expect((await diffs(id))[0]?.['conflicts']).toBeNull();
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 5120 }, schema);
    const refused = await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/merge/`, {});
    expect([refused.status, (refused.body['conflicts'] as Shown[])[0]?.['conflicts']]).toEqual([409, ['memory']]);
    expect((await netbox.job('bob', id, 'merge', { acknowledge_conflicts: true })).status.value).toBe('completed');
    expect(await vm(1)).toMatchObject({ memory: 5120 });
  });

  it('fails whole, with the reason in the job, when one change cannot be replayed', async () => {
    const { id, schema } = await netbox.branch('collide');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.ask('alice', 'POST', VMS, { name: 'twin', cluster: 1 }, schema);
    await netbox.ask('admin', 'POST', VMS, { name: 'TWIN', cluster: 1 });
    const job = await netbox.job('bob', id, 'merge');
    expect([job.status.value, job.error]).toEqual(['errored', "ValidationError({'__all__': ['Virtual machine name must be unique per cluster.']})"]);
    expect(await vm(1)).toMatchObject({ memory: 2048 });
    expect(await status(id)).toBe('ready');
  });

  it('lets a second merge that was queued fail, and answers a third at once in plain text', async () => {
    const { id, schema } = await netbox.branch('twice');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.lab.act({ do: 'hold-worker' });
    const [first, second] = [await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/merge/`, {}), await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/merge/`, {})];
    await netbox.lab.act({ do: 'release-worker' });
    await netbox.lab.idle();
    expect((await netbox.ask('svc', 'GET', `core/jobs/${first.body.id}/`)).body.status.value).toBe('completed');
    expect((await netbox.ask('svc', 'GET', `core/jobs/${second.body.id}/`)).body.error).toBe("Exception('Branch twice is not ready to merge')");
    expect((await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/merge/`, {})).body['text']).toBe('Branch is not ready to merge.');
  });
});

describe('Reverting', () => {
  it('removes what was created, brings back what was deleted under its id but without its tags, and reverses updates', async () => {
    const { id, schema } = await netbox.branch('back');
    const made = await netbox.ask('alice', 'POST', VMS, { name: 'new', cluster: 1 }, schema);
    await netbox.ask('alice', 'DELETE', `${VMS}1/`, undefined, schema);
    await netbox.job('bob', id, 'merge');
    expect(await vm(1)).toBe(404);
    expect((await netbox.job('bob', id, 'revert')).status.value).toBe('completed');
    expect(await vm(1)).toMatchObject({ name: 'web-01', memory: 2048, tags: [] });
    expect(await vm(made.body.id)).toBe(404);
    expect((await netbox.ask('svc', 'GET', 'virtualization/interfaces/?virtual_machine_id=1')).body['count']).toBe(1);
    const branch = (await netbox.ask('svc', 'GET', `plugins/branching/branches/${id}/`)).body;
    expect([branch.status.value, branch['merged_by'], branch['merged_time']]).toEqual(['ready', null, null]);
    expect((await netbox.ask('svc', 'GET', 'plugins/branching/branch-events/?type=reverted')).body['count']).toBe(1);
  });

  it('is refused for archived branches, which keep their change diffs', async () => {
    const { id, schema } = await netbox.branch('old');
    await netbox.ask('alice', 'PATCH', `${VMS}1/`, { memory: 4096 }, schema);
    await netbox.job('bob', id, 'merge');
    expect((await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/archive/`, {})).body.status.value).toBe('archived');
    expect((await netbox.ask('bob', 'POST', `plugins/branching/branches/${id}/revert/`, {})).status).toBe(400);
    expect(await diffs(id)).toHaveLength(1);
  });
});
