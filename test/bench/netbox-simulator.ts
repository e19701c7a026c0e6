// The simulated NetBox with 10,000 guests in it: filled by bulk requests as an import does it, then read by pages of 1,000 VMs.
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { Pool } from 'undici';
import type { NetBoxSimOptions, SeedRequest } from '../../src/lab/netbox';
import { percentile, type Measured } from './measure';

const batch = 1000;
const pages = 20;
const token = 'b'.repeat(40);

type Asked = (method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown) => Promise<string>;
/** What the simulator's process has taken: bytes, and milliseconds of a core, which other work on the machine does not change. */
interface Used { readonly memory: number; readonly peak: number; readonly millis: number }

const seed: readonly SeedRequest[] = [
  { as: 'bench', path: '/api/dcim/sites/', body: { name: 'FRA', slug: 'fra' } },
  { as: 'bench', path: '/api/virtualization/cluster-types/', body: { name: 'Proxmox', slug: 'proxmox' } },
  { as: 'bench', path: '/api/virtualization/clusters/', body: [{ name: 'pve-a', type: 1, scope_type: 'dcim.site', scope_id: 1 }, { name: 'pve-b', type: 1, scope_type: 'dcim.site', scope_id: 1 }] },
  { as: 'bench', path: '/api/dcim/manufacturers/', body: { name: 'Acme', slug: 'acme' } },
  { as: 'bench', path: '/api/dcim/device-types/', body: { manufacturer: 1, model: 'Node', slug: 'node' } },
  { as: 'bench', path: '/api/dcim/device-roles/', body: [{ name: 'Hypervisor', slug: 'hypervisor' }, { name: 'Server', slug: 'server' }] },
  { as: 'bench', path: '/api/dcim/platforms/', body: { name: 'Debian', slug: 'debian' } },
  { as: 'bench', path: '/api/dcim/devices/', body: ['pve-a', 'pve-b'].map((name, index) => ({ name: `${name}-1`, device_type: 1, role: 1, site: 1, cluster: index + 1 })) },
  { as: 'bench', path: '/api/tenancy/tenants/', body: { name: 'Shop', slug: 'shop' } },
  { as: 'bench', path: '/api/extras/tags/', body: [{ name: 'Production', slug: 'production' }, { name: 'Web', slug: 'web' }] },
  { as: 'bench', path: '/api/extras/custom-fields/', body: ['proxmox_vm_id', 'proxmox_node', 'proxmox_kind'].map((name) => ({ name, object_types: ['virtualization.virtualmachine'], type: name === 'proxmox_vm_id' ? 'integer' : 'text', unique: name === 'proxmox_vm_id' })) },
];

function startChild(options: NetBoxSimOptions): Promise<{ readonly url: string; used(): Promise<Used>; stop(): Promise<void> }> {
  const child: ChildProcess = fork(join(__dirname, `netbox-simulator-child${extname(__filename)}`), [], { stdio: 'inherit' });
  const said = <T>(key: string): Promise<T> => new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the simulated NetBox ended'));
    const hear = (message: unknown): void => {
      const value = (message as Record<string, T>)[key];
      if (value === undefined) return;
      child.off('message', hear).off('exit', ended);
      resolve(value);
    };
    child.on('message', hear).once('exit', ended);
  });
  const url = said<string>('url');
  child.send(options);
  return url.then((at) => ({
    url: at,
    used: () => { const answer = said<Used>('used'); child.send('used'); return answer; },
    stop: () => new Promise((resolve) => { child.once('exit', () => resolve()); child.kill(); }),
  }));
}

const numbers = (from: number): readonly number[] => Array.from({ length: batch }, (_value, index) => from + index);

/** Adds guests with one interface, one address and two disks each; ids count from 1 in every table. */
async function fill(ask: Asked, from: number): Promise<void> {
  const all = numbers(from);
  await ask('POST', 'virtualization/virtual-machines/', all.map((n) => ({
    name: `vm-${n}`, status: 'active', cluster: 1 + (n % 2), device: 1 + (n % 2), role: 2, tenant: 1, platform: 1, vcpus: 2, memory: 2048, tags: [1 + (n % 2)],
    custom_fields: { proxmox_vm_id: 100 + n, proxmox_node: 'pve1', proxmox_kind: 'qemu' },
  })));
  await ask('POST', 'virtualization/interfaces/', all.map((n) => ({ virtual_machine: n, name: 'net0' })));
  await ask('POST', 'virtualization/virtual-disks/', all.flatMap((n) => [{ virtual_machine: n, name: 'scsi0', size: 10_240 }, { virtual_machine: n, name: 'scsi1', size: 20_480 }]));
  await ask('POST', 'ipam/ip-addresses/', all.map((n) => ({ address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/16`, assigned_object_type: 'virtualization.vminterface', assigned_object_id: n })));
  await ask('PATCH', 'virtualization/virtual-machines/', all.map((n) => ({ id: n, primary_ip4: n })));
}

type Clock = () => Promise<number>;
const wall: Clock = () => Promise.resolve(performance.now());

async function times(clock: Clock, count: number, work: (n: number) => Promise<unknown>): Promise<readonly number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n++) {
    const before = await clock();
    await work(n);
    all.push((await clock()) - before);
  }
  return all;
}

/** The yardstick: the same bytes from a server that does nothing else. */
async function bareTransfer(text: string): Promise<number> {
  const server = createServer((_request, response) => response.end(text));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1 });
  const all = await times(wall, pages, async () => (await pool.request({ method: 'GET', path: '/' })).body.text());
  await pool.close();
  server.close();
  return percentile(all, 0.5);
}

const MB = 1024 ** 2;
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export async function measureNetBoxSimulator(guests = 10_000): Promise<readonly Measured[]> {
  const home = mkdtempSync(join(tmpdir(), 'netbox-bench-'));
  const sim = await startChild({ name: 'netbox', version: '4.5.10', stateFile: join(home, 'netbox.json'), users: [{ username: 'bench', password: 'bench', superuser: true, tokenV1: token }], seed });
  const pool = new Pool(sim.url, { connections: 1, bodyTimeout: 0, headersTimeout: 0 });
  const ask: Asked = async (method, path, body) => {
    const answer = await pool.request({ method, path: `/api/${path}`, headers: { authorization: `Token ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text.slice(0, 300)}`);
    return text;
  };
  const core: Clock = async () => (await sim.used()).millis;
  try {
    const filling = await times(core, guests / batch, (n) => fill(ask, 1 + n * batch));
    const page = 'virtualization/virtual-machines/?limit=1000';
    const text = await ask('GET', page);
    const walls: number[] = [];
    const read = await times(core, pages, async (n) => void walls.push(...(await times(wall, 1, () => ask('GET', `${page}&offset=${(n % (guests / batch)) * batch}`)))));
    const one = await times(core, 200, (n) => ask('GET', `virtualization/virtual-machines/?name=vm-${1 + (n * 7) % guests}`));
    const disks = await times(core, 200, (n) => ask('GET', `virtualization/virtual-disks/?${Array.from({ length: 20 }, (_value, index) => `virtual_machine_id=${1 + (n * 20 + index) % guests}`).join('&')}`));
    const changed = await times(core, 20, (n) => ask('PATCH', `virtualization/virtual-machines/${n + 1}/`, { memory: 4096 + n }));
    const bare = await bareTransfer(text);
    const { memory, peak } = await sim.used();
    const [first, last] = [filling[0] ?? NaN, filling.at(-1) ?? NaN];
    const size = `${(text.length / MB).toFixed(1)} MB`;
    return [
      { what: `simulated NetBox: 1,000 of ${guests} VMs, core time, median`, value: percentile(read, 0.5), unit: 'ms', bound: 100, beside: `p90 ${percentile(read, 0.9).toFixed(0)} ms; by the wall ${percentile(walls, 0.5).toFixed(0)} ms, a bare server's same ${size} ${bare.toFixed(1)} ms` },
      { what: 'simulated NetBox: one VM by name, core time, mean', value: mean(one), unit: 'ms', bound: 5, beside: `disks of 20 VMs ${mean(disks).toFixed(1)} ms, one PATCH ${mean(changed).toFixed(1)} ms` },
      { what: 'simulated NetBox: last 1,000 guests filled in, per first', value: last / first, unit: 'x', bound: 2, beside: `first ${first.toFixed(0)} ms, last ${last.toFixed(0)} ms, all ${(filling.reduce((sum, ms) => sum + ms, 0) / 1000).toFixed(1)} s of a core` },
      { what: `simulated NetBox: memory with ${guests} guests (RSS)`, value: memory / MB, unit: 'MB', bound: 300, beside: `peak ${(peak / MB).toFixed(0)} MB` },
    ];
  } finally {
    await pool.close();
    await sim.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
