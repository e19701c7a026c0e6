import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { specCluster, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';
import { until } from '../../../test/setup/until';
import type { ClusterState } from './state';
import { StateFile } from './state-file';

describe('the state file', () => {
  let directory: string;
  beforeEach(() => { directory = mkdtempSync(join(tmpdir(), 'sluice-sim-')); });
  const open: SpecCluster[] = [];
  afterEach(async () => {
    for (const cluster of open.splice(0)) await cluster.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (guests: Parameters<typeof specCluster>[0]): Promise<SpecCluster> => {
    const cluster = await specCluster(guests, { stateFile: join(directory, 'pve.json') });
    open.push(cluster);
    return cluster;
  };

  const saved = (): ClusterState => JSON.parse(readFileSync(join(directory, 'pve.json'), 'utf8')) as ClusterState;

  it('holds a write before its answer leaves, and reads of configurations write nothing', async () => {
    const cluster = await start([specGuest(100)]);
    await cluster.root.call('PUT', '/nodes/pve1/qemu/100/config', { description: 'kept' });
    expect(saved().guests['100']?.main['description']).toBe('kept');
    const writes = cluster.sim.stateWrites();
    for (let n = 0; n < 20; n += 1) await cluster.root.call('GET', '/nodes/pve1/qemu/100/config');
    await cluster.root.call('GET', '/cluster/resources');
    await cluster.root.call('DELETE', '/nodes/pve2/qemu/100');
    expect(cluster.sim.stateWrites()).toBe(writes);
    expect(readdirSync(directory)).toEqual(['pve.json']);
  });

  it('is where a restarted cluster goes on: guests, loans, certificate, and tasks that died with the process', async () => {
    const first = await start([specGuest(100), specGuest(101)]);
    await first.token.lender.call('PUT', '/access/acl', { path: '/vms/100', roles: 'SluiceDestroyOne', users: 'sluice-destroy@pve', propagate: 0 });
    await first.lab.fault({ method: 'DELETE' }, { taskPaused: 'middle' });
    const started = await first.root.call('DELETE', '/nodes/pve1/qemu/101');
    const { caPem } = first.sim;
    await first.lab.advance(3600);
    await open.shift()?.close();

    const second = await start([]);
    expect(second.sim.caPem).toBe(caPem);
    const acl = await second.token.reflect.call<readonly { readonly path: string; readonly ugid: string }[]>('GET', '/access/acl');
    expect(acl.body?.data.filter((row) => row.path === '/vms/100').map((row) => row.ugid)).toEqual(['sluice-destroy@pve']);
    const task = await second.root.call<{ readonly exitstatus: string }>('GET', `/nodes/pve1/tasks/${String(started.body?.data)}/status`);
    expect(task.body?.data.exitstatus).toBe('unexpected status');
    expect(await second.lab.advance(0)).toBeGreaterThan(Date.now() / 1000 + 3500);
  });

  it('is the JSON of the whole state, whatever its pieces are', () => {
    const state = { format: 1, name: 'x', guests: { 100: { main: { name: 'a "quoted" one', description: 'ä\n' } }, 101: { main: {} } }, volumes: {}, acl: [], tasks: [{ upid: 'UPID:' }], quorate: true, statisticsAt: 0, later: undefined } as unknown as ClusterState;
    const file = new StateFile(join(directory, 'pve.json'));
    file.save(state);
    file.flush();
    expect(readFileSync(join(directory, 'pve.json'), 'utf8')).toBe(JSON.stringify(state));
    expect(file.load()).toEqual(state);
  });

  it('rests between writes that take long, loses none of what was saved meanwhile, and writes at once when it has to', async () => {
    const file = new StateFile(join(directory, 'pve.json'), 0);
    const save = (clockOffset: number): void => file.save({ format: 1, clockOffset } as ClusterState);
    save(1);
    file.flush();
    save(2);
    file.write();
    expect(saved().clockOffset).toBe(2);
    for (let n = 3; n <= 200; n += 1) {
      save(n);
      file.flush();
    }
    expect(file.writes).toBeLessThan(200);
    await until(() => saved().clockOffset === 200);
  });
});
