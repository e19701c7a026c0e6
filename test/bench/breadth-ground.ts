// A whole Sluice against the lab, with many guests of its own on three nodes: what a branch that changes many of them stands on.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { markerLine } from '../../src/guest';
import { startLab, type RunningLab } from '../../src/lab';
import { netboxLabOf } from '../../src/lab/netbox';
import { labOf } from '../../src/lab/proxmox';
import { openDatabase, startEmbeddedPostgres, type Database } from '../../src/platform/database';
import { silentLog } from '../../src/platform/log';
import { startSluice } from '../../src/roles/start';

const nodes = ['pve1', 'pve2', 'pve3'];
const firstVmid = 5200;

export interface BreadthGround {
  readonly lab: RunningLab;
  readonly owner: Database;
  readonly proxmox: ReturnType<typeof labOf>;
  readonly netbox: ReturnType<typeof netboxLabOf>;
  readonly records: readonly number[];
  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>;
  as(user: 'engineer' | 'admin', method: string, path: string, body: unknown, branch?: string): Promise<any>;
  /** A branch in which the first `count` guests get that many vCPUs. */
  branch(name: string, count: number, vcpus: number): Promise<number>;
  end(): Promise<void>;
}

export async function waitFor<T>(look: () => Promise<T | null>, what: string): Promise<T> {
  for (const until = Date.now() + 600_000; Date.now() < until; await delay(20)) {
    const seen = await look();
    if (seen !== null) return seen;
  }
  throw new Error(`${what} did not come`);
}

export async function layBreadthGround(guests: number): Promise<BreadthGround> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-breadth-'));
  chmodSync(directory, 0o755);
  const postgres = await startEmbeddedPostgres({ home: join(directory, 'postgres') });
  const rolePasswordsFile = join(directory, 'role-passwords.json');
  writeFileSync(rolePasswordsFile, JSON.stringify({ api: 'api', worker: 'worker', deleter: 'deleter', scheduler: 'scheduler' }));
  const lab = await startLab({ directory, labFile: join(directory, 'lab.json'), taskMillis: 20, ...(extname(__filename) === '.ts' ? { childFile: join(__dirname, '../setup/lab-process.js') } : {}), overrides: { database: { url: postgres.url, rolePasswordsFile }, http: { host: '127.0.0.1', port: 0, publicUrl: null }, reconcileEvery: 3600 } });
  const sluice = await startSluice(lab.config, { log: silentLog, seed: (db) => lab.seed(db), lab: lab.parts });
  await lab.connect(sluice.url ?? '');
  const owner = await openDatabase(postgres.url, { role: 'owner', poolSize: 2 });
  const proxmox = labOf(lab.proxmox.find((one) => one.name === 'leipzig')?.nodes[0]?.url ?? '');
  const netbox = netboxLabOf(lab.netboxUrl);
  const as: BreadthGround['as'] = async (user, method, path, body, branch) => {
    const answer = await netbox.act({ do: 'request', as: user, method, path, body: body as never, ...(branch === undefined ? {} : { branch }) });
    if (answer.status >= 300) throw new Error(`NetBox answered ${answer.status} to ${method} ${path}: ${JSON.stringify(answer.body).slice(0, 500)}`);
    return answer.body;
  };
  const records = await many({ proxmox, owner, as }, guests);
  return {
    lab, owner, proxmox, netbox, records, as,
    async api(method, path, body) {
      const answer = await fetch(`${sluice.url}${path}`, { method, headers: { Authorization: `Bearer ${lab.secrets.serviceToken}`, 'Content-Type': 'application/json', 'Idempotency-Key': `${path}-${Date.now()}-${Math.random()}` }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      return { status: answer.status, body: await answer.json() };
    },
    async branch(name, count, vcpus) {
      const { id } = await as('engineer', 'POST', '/api/plugins/branching/branches/', { name, custom_fields: { apply_to_proxmox: true, apply_destroy_confirmed: false } });
      await netbox.idle();
      await as('engineer', 'PATCH', '/api/virtualization/virtual-machines/', records.slice(0, count).map((record) => ({ id: record, vcpus })), name);
      return id;
    },
    async end() {
      await sluice.stop();
      await lab.stop();
      await owner.close();
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function many({ proxmox, owner, as }: Pick<BreadthGround, 'proxmox' | 'owner' | 'as'>, count: number): Promise<readonly number[]> {
  const hex = (n: number): string => `${String(Math.floor(n / 100)).padStart(2, '0')}:${String(n % 100).padStart(2, '0')}`;
  const all = Array.from({ length: count }, (_none, n) => ({ n, vmid: firstVmid + n, node: nodes[n % nodes.length] ?? '', guestId: `50000000-0000-4000-8000-${String(n).padStart(12, '0')}`, uuid: `60000000-0000-4000-8000-${String(n).padStart(12, '0')}` }));
  for (const one of all) {
    await proxmox.act({ act: 'create', vmid: one.vmid, node: one.node, pool: 'sluice-managed', config: { name: `many-${one.n}`, cores: '1', sockets: '1', memory: '1024', ostype: 'l26', scsihw: 'virtio-scsi-single', boot: 'order=scsi0', scsi0: `vmdata:vm-${one.vmid}-disk-0,size=2G`, net0: `virtio=BC:24:11:66:${hex(one.n)},bridge=vmbr0`, smbios1: `uuid=${one.uuid}`, meta: 'creation-qemu=9.2.0,ctime=1760000000', description: `many\n\n${markerLine(one.guestId as never)}` } });
  }
  const records: readonly { readonly id: number }[] = await as('admin', 'POST', '/api/virtualization/virtual-machines/', all.map((one) => ({ name: `many-${one.n}`, cluster: { name: 'leipzig' }, device: { name: one.node }, status: 'offline', vcpus: 1, memory: 1024, description: 'many', custom_fields: { proxmox_kind: 'qemu', proxmox_node: one.node, proxmox_vm_id: one.vmid, sluice_guest_id: one.guestId } })));
  for (const one of all) {
    await owner.change(`insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, 'netbox', $2, 'leipzig', $3, 'qemu', $4, '1760000000', '{}', 'live')`, [one.guestId, records[one.n]?.id, one.vmid, one.uuid]);
    await owner.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ('leipzig', $1, 'seen', $2) on conflict do nothing`, [one.vmid, one.guestId]);
  }
  return records.map((record) => record.id);
}
