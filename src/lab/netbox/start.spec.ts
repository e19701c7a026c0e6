import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { smallNetBox } from '../../../test/setup/small-netbox';
import { startNetBoxSim } from './start';
import { readState } from './store/state-file';

let directory: string;
beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'netbox-sim-')); });
afterEach(() => rmSync(directory, { recursive: true, force: true }));
const VM = 'virtualization/virtual-machines/1/';

describe('The state file', () => {
  it('brings back main, branches, change diffs, jobs, tokens, the gate and the clock, and does not seed again', async () => {
    const stateFile = join(directory, 'netbox.json');
    const first = await smallNetBox({ stateFile });
    const { id, schema } = await first.branch('CHG-1');
    await first.ask('alice', 'PATCH', VM, { memory: 4096 }, schema);
    await first.lab.advance(3600);
    await first.close();
    const second = await smallNetBox({ stateFile });
    expect((await second.ask('svc', 'GET', VM, undefined, schema)).body['memory']).toBe(4096);
    expect((await second.ask('svc', 'GET', VM)).body['memory']).toBe(2048);
    expect((await second.ask('svc', 'GET', `plugins/branching/changes/?branch_id=${id}`)).body['count']).toBe(1);
    expect((await second.ask('svc', 'GET', 'virtualization/virtual-machines/')).body['count']).toBe(1);
    expect((await second.job('bob', id, 'merge')).status.value).toBe('completed');
    const merged = (await second.ask('svc', 'GET', `plugins/branching/branches/${id}/`)).body['merged_time'];
    expect(Date.parse(String(merged)) - Date.now()).toBeGreaterThan(3_500_000);
    await second.close();
  });

  it('stands in the file before an answer leaves', async () => {
    const stateFile = join(directory, 'netbox.json');
    const netbox = await smallNetBox({ stateFile });
    await netbox.ask('alice', 'PATCH', VM, { memory: 4711 });
    const saved = readState(stateFile);
    expect(saved?.main.get('virtualization.virtualmachine', 1)?.['memory']).toBe(4711);
    await netbox.close();
  });

  it('runs a job that was still pending when the simulator went away', async () => {
    const stateFile = join(directory, 'netbox.json');
    const first = await smallNetBox({ stateFile });
    const { id, schema } = await first.branch('CHG-1');
    await first.ask('alice', 'PATCH', VM, { memory: 4096 }, schema);
    await first.lab.act({ do: 'hold-worker' });
    const job = await first.ask('bob', 'POST', `plugins/branching/branches/${id}/merge/`, {});
    await first.close();
    const second = await smallNetBox({ stateFile });
    await second.lab.idle();
    expect((await second.ask('svc', 'GET', `core/jobs/${job.body.id}/`)).body.status.value).toBe('completed');
    await second.close();
  });

  it('refuses a file it cannot read instead of starting afresh', async () => {
    const stateFile = join(directory, 'netbox.json');
    writeFileSync(stateFile, '{"format": 99}');
    await expect(smallNetBox({ stateFile })).rejects.toThrow('format 99');
  });
});

describe('The seed', () => {
  it('refers to earlier results, works in branches and merges them', async () => {
    const netbox = await smallNetBox({
      seed: [
        { as: 'alice', path: '/api/plugins/branching/branches/', body: { name: 'waiting' }, save: 'waiting' },
        { as: 'alice', branch: 'waiting', path: '/api/virtualization/virtual-machines/', body: [{ name: 'x', cluster: { name: 'pve-a' } }, { name: 'y', cluster: { name: 'pve-a' } }], save: ['x', 'y'] },
        { as: 'alice', branch: 'waiting', path: '/api/virtualization/interfaces/', body: { virtual_machine: '{{y}}', name: 'net0' } },
        { as: 'bob', path: '/api/plugins/branching/branches/{{waiting}}/merge/', body: {} },
      ],
    });
    expect((await netbox.ask('svc', 'GET', 'virtualization/virtual-machines/?name=y')).body.results[0]).toMatchObject({ interface_count: 1 });
    expect((await netbox.ask('svc', 'GET', 'plugins/branching/branches/?status=merged')).body['count']).toBe(1);
    await netbox.close();
  });

  it('ends the start with the answer it got when a request is refused or names nothing known', async () => {
    const start = (path: string, body: never): Promise<unknown> => startNetBoxSim({ name: 'n', version: '4.5.10', users: [{ username: 'admin', password: 'x', superuser: true }], seed: [{ as: 'admin', path, body }] });
    await expect(start('/api/dcim/sites/', { name: '' } as never)).rejects.toThrow('answered 400: {"name":["This field may not be blank."]');
    await expect(start('/api/dcim/sites/{{nothing}}/', {} as never)).rejects.toThrow('{{nothing}}');
  });
});
