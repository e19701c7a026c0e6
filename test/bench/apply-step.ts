// Sluice's own cost of one apply step: the ports answer at once from memory, so what is left is ours: rows, checks, log lines.
import { JobRunner, JobStore, LineStore, stepRows } from '../../src/apply';
import { LinkStore, type ClusterAccess } from '../../src/endpoints';
import { EffectRunner, EffectStore } from '../../src/effects';
import { markerLine, readGuestConfig, type GuestConfig } from '../../src/guest';
import { PlanStore, type PlanContent } from '../../src/intent';
import { planDigest } from '../../src/intent/core/plan';
import { ok, sha256Hex, type GuestId, type Observed, type Vmid } from '../../src/kernel';
import { isAllowed, PolicyStore } from '../../src/policy';
import type { ProxmoxReader, ProxmoxUpdater } from '../../src/proxmox/ports';
import type { BenchGround } from './ground';
import { percentile, type Measured } from './measure';

const guests = 300;
const guestId = (n: number): GuestId => `40000000-0000-4000-8000-${String(n).padStart(12, '0')}` as GuestId;

export async function measureApplyStep(ground: BenchGround): Promise<readonly Measured[]> {
  const db = ground.db('worker');
  await ground.owner.change(`insert into clusters (name, netbox, netbox_cluster, settings, state, confirmed_identity) values ('bench', 'netbox', 'bench', '{}', 'confirmed', '{}')`);
  const world = new Map<number, { cores: number; version: number }>(Array.from({ length: guests }, (_value, n) => [6000 + n, { cores: 2, version: 0 }]));
  const content: PlanContent = {
    source: { kind: 'branch', netbox: 'netbox', branchId: 1, branchName: 'bench', changeIds: [1], contentDigest: sha256Hex('bench') as never, owner: null, authors: [] },
    policyVersion: 1, deletions: [], refusals: [],
    actions: Array.from({ length: guests }, (_value, n) => ({
      kind: 'update', netboxVmId: n + 1, cluster: 'bench', name: `vm-${n}`, node: 'n1', sockets: 1, needsReboot: false, baseline: { cores: 2, sockets: 1, hasProcess: false },
      target: { kind: 'qemu', cluster: 'bench', vmid: (6000 + n) as Vmid, uuid: `uuid-${n}`, ctime: '1', guestId: guestId(n) }, steps: [{ kind: 'cores', before: 2, after: 4 }],
    })),
  };
  const [plans, policies] = [new PlanStore(db), new PolicyStore()];
  const plan = await plans.keep({ made: { content, digest: planDigest(content), findings: [], drift: [] }, changeDigest: 'bench', madeBy: 'bench', expiresAfterSeconds: 3600 });
  const jobs = new JobStore(db);
  const jobId = await db.transaction(async (tx) => {
    await plans.start(tx, plan, []);
    return jobs.make(tx, { planId: plan.id, mergeId: null, steps: stepRows(plan) });
  });
  const cluster = memoryCluster(world);
  const runner = new JobRunner(db, jobs, new LineStore(db), plans, new LinkStore(db), new EffectRunner(new EffectStore(db)), new Map([['bench', cluster]]), new Map([['netbox', { name: 'netbox', url: '', reader: {} as never, writer: {} as never, fields: {} as never }]]), () => Promise.resolve(ok('confirmed' as const)), async () => isAllowed((await policies.current(db)).body));
  await runner.run(jobId);
  const job = await jobs.get(jobId);
  if (job?.state !== 'done') throw new Error(`the bench job ended ${job?.state}: ${JSON.stringify(job?.refusal)}`);
  const times = await db.rows<{ ms: number }>(`select (extract(epoch from changed_at - lag(changed_at) over (order by ordinal)) * 1000)::float8 as ms from apply_steps where job_id = $1 order by ordinal`, [jobId]);
  const steps = times.flatMap((row) => (row.ms === null ? [] : [row.ms]));
  const bare = await bareCommit(ground);
  return [{ what: `own cost of an apply step, median of ${steps.length}`, value: percentile(steps, 0.5), unit: 'ms', bound: 5, beside: `p95 ${percentile(steps, 0.95).toFixed(1)} ms; ${(percentile(steps, 0.5) / bare).toFixed(1)}x one bare committed insert (${bare.toFixed(2)} ms)` }];
}

/** The yardstick in the same run: one row, one commit. */
async function bareCommit(ground: BenchGround): Promise<number> {
  await ground.owner.rows('create table if not exists bench_rows (n integer, body text)');
  const times: number[] = [];
  for (let n = 0; n < 200; n++) {
    const before = performance.now();
    await ground.owner.change('insert into bench_rows values ($1, $2)', [n, 'x'.repeat(200)]);
    times.push(performance.now() - before);
  }
  return percentile(times, 0.5);
}

function memoryCluster(world: Map<number, { cores: number; version: number }>): ClusterAccess {
  const now = <T>(value: T): Promise<Observed<T>> => Promise.resolve(ok(value));
  const config = (vmid: number): Observed<GuestConfig> => {
    const guest = world.get(vmid);
    const n = vmid - 6000;
    return readGuestConfig('qemu', vmid, { name: `vm-${n}`, cores: guest?.cores, sockets: 1, memory: '1024', smbios1: `uuid=uuid-${n}`, meta: 'ctime=1', description: markerLine(guestId(n)), digest: sha256Hex(`${vmid}:${guest?.version}`).slice(0, 40) });
  };
  const rows = [...world.keys()].map((vmid) => ({ vmid: vmid as Vmid, kind: 'qemu' as const, node: 'n1', name: `vm-${vmid - 6000}`, status: 'stopped', isTemplate: false, pool: 'sluice-managed', tags: [], lock: null }));
  const reader: Partial<ProxmoxReader> = {
    cluster: 'bench', clusterStatus: () => now({ name: 'bench', quorate: true, nodes: [{ name: 'n1', online: true }] }), guests: () => now(rows), guestConfig: (guest) => Promise.resolve(config(guest.vmid)),
    pending: () => now([]), power: () => now({ hasProcess: false, status: 'stopped', uptimeSeconds: 0, haManaged: false, lock: null }),
  };
  const updater: Partial<ProxmoxUpdater> = {
    configure: (guest, change) => {
      const known = world.get(guest.value.vmid);
      if (known !== undefined && change.kind === 'cores') Object.assign(known, { cores: change.cores, version: known.version + 1 });
      return Promise.resolve({ class: 'applied' });
    },
  };
  return { settings: { name: 'bench' } as never, http: {} as never, reader: reader as ProxmoxReader, creator: null, updater: updater as ProxmoxUpdater };
}
