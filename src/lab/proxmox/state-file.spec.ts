import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { specCluster, specGuest, type SpecCluster } from '../../../test/setup/proxmox-cluster';
import type { ClusterState } from './state';

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
});
