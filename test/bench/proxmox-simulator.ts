// The simulated Proxmox with 10,000 guests in it: configurations read by the token that only reads, the whole inventory, writes
// with their state on disk. What a read costs is counted in the simulator's own CPU time: on one core that
// is also how many there can be in a second, whatever else the machine does.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Pool } from 'undici';
import { managedPool, tokenNames, type ProxmoxSimOptions, type SeedGuest } from '../../src/lab/proxmox';
import { percentile, type Measured } from './measure';

const MB = 1024 ** 2;
const connections = 8;
const reads = 10_000;
const nodes = ['pve1', 'pve2', 'pve3'];
const nodeOf = (vmid: number): string => nodes[vmid % nodes.length] ?? '';

interface Started { readonly url: string; readonly bareUrl: string; readonly caPem: string; readonly barePem: string; readonly token: string; readonly root: string }
interface Usage { readonly rss: number; readonly peak: number; readonly cpuMicros: number; readonly writes: number }
type Ask = (method: 'GET' | 'PUT', path: string, body?: string) => Promise<string>;

const guest = (vmid: number): SeedGuest => ({
  vmid, kind: 'qemu', node: nodeOf(vmid), pool: managedPool, running: vmid % 2 === 0,
  config: {
    name: `vm-${vmid}`, cores: '2', sockets: '1', memory: '4096', ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0;net0', tags: 'production;web', agent: '1', onboot: '1',
    scsi0: `vmdata:vm-${vmid}-disk-0,size=16G`, scsi1: `vmdata:vm-${vmid}-disk-1,size=64G`, net0: `virtio=BC:24:11:${(vmid >> 16).toString(16).padStart(2, '0')}:${((vmid >> 8) & 255).toString(16).padStart(2, '0')}:${(vmid & 255).toString(16).padStart(2, '0')},bridge=vmbr0`,
    smbios1: `uuid=20000000-0000-4000-8000-${String(vmid).padStart(12, '0')}`, meta: 'creation-qemu=9.2.0,ctime=1760000000', description: `one of many\n\nmade for the bench, ${vmid}`,
  },
});

const options = (guests: number, stateFile: string): ProxmoxSimOptions => ({
  clusterName: 'bench', version: '8.4', nodes, taskMillis: 0, bridges: ['vmbr0'], rootTokenSecret: 'root', stateFile, storages: [{ id: 'vmdata', content: 'images,rootdir', type: 'dir', sizeGiB: 2_000_000, shared: true }],
  seed: {
    pools: [], guests: Array.from({ length: guests }, (_none, index) => guest(1000 + index)),
    rights: { managedPools: [managedPool], deletablePools: [managedPool], storages: ['vmdata'], bridges: ['vmbr0'], secrets: Object.fromEntries(tokenNames.map((name) => [name, 'secret'])) as Record<(typeof tokenNames)[number], string> },
  },
});

async function startChild(given: object): Promise<{ readonly started: Started; usage(): Promise<Usage>; stop(): Promise<void> }> {
  const child: ChildProcess = fork(join(__dirname, `proxmox-simulator-child${extname(__filename)}`), [], { stdio: 'inherit' });
  const said = <T>(key: string): Promise<T> => new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the simulated Proxmox ended'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve((message as Record<string, T>)[key] as T);
    });
  });
  const started = said<Started>('started');
  child.send(given);
  return {
    started: await started,
    usage: () => { const answer = said<Usage>('usage'); child.send('usage'); return answer; },
    stop: () => new Promise((resolve) => { child.once('exit', () => resolve()); child.kill(); }),
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

/** `count` calls over all connections; tells how long they took by the clock and by the simulator's CPU. */
async function burst(count: number, usage: () => Promise<Usage>, call: (n: number) => Promise<unknown>): Promise<{ readonly perSecond: number; readonly cpuMicros: number }> {
  let next = 0;
  const before = await usage();
  const millis = await timed(() => Promise.all(Array.from({ length: connections }, async () => { while (next < count) await call(next++); })));
  const after = await usage();
  return { perSecond: (count / millis) * 1000, cpuMicros: (after.cpuMicros - before.cpuMicros) / count };
}

async function times(count: number, work: (n: number) => Promise<unknown>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n++) all.push(await timed(() => work(n)));
  return all;
}

export async function measureProxmoxSimulator(guests = 10_000): Promise<readonly Measured[]> {
  const home = mkdtempSync(join(tmpdir(), 'proxmox-bench-'));
  const bare = JSON.stringify({ data: guest(1000).config });
  const sim = await startChild({ ...options(guests, join(home, 'proxmox.json')), bare });
  const { url, bareUrl, caPem, barePem, token, root } = sim.started;
  const [pool, idle] = ([[url, caPem], [bareUrl, barePem]] as const).map(([base, ca]) => new Pool(base, { connections, connect: { ca } })) as [Pool, Pool];
  const asked = (at: Pool, authorization: string): Ask => async (method, path, body) => {
    const answer = await at.request({ method, path: `/api2/json${path}`, headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) }, ...(body === undefined ? {} : { body }) });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 300)}`);
    return text;
  };
  const ask = asked(pool, `PVEAPIToken=${token}=secret`);
  const asRoot = asked(pool, `PVEAPIToken=${root}=root`);
  const vmid = (n: number): number => 1000 + ((n * 7919) % guests);
  const config = (n: number): string => `/nodes/${nodeOf(vmid(n))}/qemu/${vmid(n)}/config`;
  try {
    await burst(2000, sim.usage, (n) => ask('GET', config(n)));
    const written = (await sim.usage()).writes;
    const read = await burst(reads, sim.usage, (n) => ask('GET', config(n)));
    const nothing = await burst(reads / 2, sim.usage, (n) => asked(idle, '')('GET', config(n)));
    const beforeListed = (await sim.usage()).cpuMicros;
    const listed = await times(20, () => ask('GET', '/cluster/resources'));
    const listCpuMillis = ((await sim.usage()).cpuMicros - beforeListed) / 1000 / listed.length;
    const writesOfReads = (await sim.usage()).writes - written;
    const beforeChanged = await sim.usage();
    const changed = await times(300, (n) => asRoot('PUT', config(n), `description=${encodeURIComponent(`changed ${n}`)}`));
    const { rss, peak, writes, cpuMicros } = await sim.usage();
    return [
      { what: `simulated Proxmox: one configuration of ${guests}, CPU time`, value: read.cpuMicros, unit: 'us', bound: 200, beside: `${Math.round(1_000_000 / read.cpuMicros)} a second on one core, ${Math.round(read.perSecond)} seen; ${(read.cpuMicros / nothing.cpuMicros).toFixed(1)}x a bare HTTPS server (${nothing.cpuMicros.toFixed(0)} us)` },
      { what: `simulated Proxmox: /cluster/resources of ${guests}, CPU time`, value: listCpuMillis, unit: 'ms', bound: 200, beside: `seen: median ${percentile(listed, 0.5).toFixed(0)} ms, worst ${percentile(listed, 1).toFixed(0)} ms` },
      { what: 'simulated Proxmox: state written for reads', value: writesOfReads, unit: '', bound: 0, beside: `${reads} configurations and ${listed.length} inventories` },
      { what: 'simulated Proxmox: one PUT of a configuration, CPU time', value: (cpuMicros - beforeChanged.cpuMicros) / 1000 / changed.length, unit: 'ms', bound: 5, beside: `seen: median ${percentile(changed, 0.5).toFixed(1)} ms, worst ${percentile(changed, 1).toFixed(0)} ms; the state was written ${writes - beforeChanged.writes} times for ${changed.length}` },
      { what: `simulated Proxmox: memory with ${guests} guests (RSS)`, value: rss / MB, unit: 'MB', bound: 300, beside: `peak ${(peak / MB).toFixed(0)} MB` },
    ];
  } finally {
    await Promise.all([pool.close(), idle.close()]);
    await sim.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
