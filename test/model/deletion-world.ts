// What the deletion specs share: a cluster of the simulator with marked guests, a database with people, and every part of the
// module wired as the roles wire it, each on its own login.
import { randomUUID } from 'node:crypto';
import { Deleter, DeletionSweep, Preparation, Quarantine, RequestsService, RequestStore, ReviewStore, UndoWork, type DeletionTerms, type Enqueue, type RaiseDeletion, type RightsCheck } from '../../src/deletion';
import { EffectStore } from '../../src/effects';
import { tokenIdOf, type ClusterAccess, type Clusters } from '../../src/endpoints';
import { markerLine, type GuestIdentity } from '../../src/guest';
import type { PersonActor } from '../../src/identity';
import { ok, type GuestId, type PersonId, type Vmid } from '../../src/kernel';
import { labOf, startProxmoxSim, tokenNames, type ProxmoxLab, type ProxmoxSimOptions, type RunningProxmoxSim, type SeedGuest, type TokenName } from '../../src/lab/proxmox';
import type { NetBoxes } from '../../src/netbox';
import { openProxmox, proxmoxReader, proxmoxUpdater, type ProxmoxHttp, type TokenCredential } from '../../src/proxmox';
import { watchedProxmox } from '../setup/official/witness';
import { Fixtures } from '../setup/fixtures';
import { testDatabase, type TestDatabase } from '../setup/test-database';

export const clusterName = 'leipzig';
const secretOf = (name: string): string => `secret-of-${name}`;
const credential = (name: TokenName): TokenCredential => ({ id: tokenIdOf(name), secret: secretOf(name) });

export const terms: DeletionTerms = { threshold: 1, windowSeconds: 60, approveWithinSeconds: 3600, startWithinSeconds: 600, maxPerHour: 100, powerOff: 'refuse' };

const uuidOf = (vmid: number): string => `00000000-0000-4000-8000-${String(vmid).padStart(12, '0')}`;
const guestIdOf = (vmid: number): GuestId => `11111111-1111-4111-8111-${String(vmid).padStart(12, '0')}` as GuestId;
const ctime = '1700000000';

export const identityOf = (vmid: number): GuestIdentity => ({ kind: 'qemu', cluster: clusterName, vmid: vmid as Vmid, uuid: uuidOf(vmid), ctime, guestId: guestIdOf(vmid) });
export const containerOf = (vmid: number): GuestIdentity => ({ kind: 'lxc', cluster: clusterName, vmid: vmid as Vmid, guestId: guestIdOf(vmid), macs: [`BC:24:11:00:01:${String(vmid % 100).padStart(2, '0')}`] });

export const vm = (vmid: number, more: Partial<SeedGuest> = {}, config: Readonly<Record<string, string>> = {}): SeedGuest => ({
  vmid, kind: 'qemu', node: 'pve1', pool: 'cust1', ...more,
  config: {
    name: `guest-${vmid}`, memory: '1024', cores: '2', sockets: '1', ostype: 'l26', scsi0: `disks:vm-${vmid}-disk-0,size=8G`, net0: `virtio=BC:24:11:00:00:${String(vmid % 100).padStart(2, '0')},bridge=vmbr0`,
    smbios1: `uuid=${uuidOf(vmid)}`, meta: `creation-qemu=9.2.0,ctime=${ctime}`, description: `Kept for the books\n\n${markerLine(guestIdOf(vmid))}`, tags: 'prod', ...config,
  },
});

export const container = (vmid: number, more: Partial<SeedGuest> = {}): SeedGuest => ({
  vmid, kind: 'lxc', node: 'pve1', pool: 'cust1', ...more,
  config: { hostname: `guest-${vmid}`, arch: 'amd64', memory: '512', swap: '512', ostype: 'debian', unprivileged: '1', rootfs: `disks:vm-${vmid}-disk-0,size=4G`, net0: `name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:01:${String(vmid % 100).padStart(2, '0')},type=veth`, description: markerLine(guestIdOf(vmid)) },
});

export interface DeletionWorld {
  readonly db: TestDatabase;
  readonly sim: RunningProxmoxSim;
  readonly lab: ProxmoxLab;
  readonly people: Readonly<Record<'anna' | 'maria' | 'otto' | 'annaAtNetBox', PersonActor>>;
  readonly requests: RequestsService;
  readonly workerRequests: RequestsService;
  readonly prepare: Preparation;
  readonly quarantine: Quarantine;
  readonly undo: UndoWork;
  readonly sweep: DeletionSweep;
  readonly store: RequestStore;
  readonly queue: { readonly task: string; readonly id: string }[];
  terms: DeletionTerms;
  rights: RightsCheck;
  /** A new deleter process: nothing of the former one is remembered. */
  deleter(): Deleter;
  raise(vmid: number, more?: Partial<RaiseDeletion>): Promise<string>;
  approve(id: string, who?: PersonActor): Promise<void>;
  /** Raised, prepared, approved, in quarantine, the window passed. */
  ripe(vmid: number, more?: Partial<RaiseDeletion>): Promise<string>;
  state(id: string): Promise<Row>;
  effects(id: string): Promise<readonly string[]>;
  /** DELETEs of guests that reached Proxmox with the destroy token. */
  deletes(): Promise<number>;
  passSeconds(seconds: number): Promise<void>;
  freeze(): Promise<void>;
  unfreeze(): Promise<void>;
  loanRows(): Promise<number>;
  close(): Promise<void>;
}

export interface Row { readonly state: string; readonly refusal: { readonly code: string; readonly observed: string; readonly summary: string } | null; readonly hold: { readonly code: string; readonly observed: string } | null; readonly undo: string; readonly undoDetail: unknown; readonly fence: number; readonly claimed: boolean }

export async function deletionWorld(guests: readonly SeedGuest[], more: Partial<ProxmoxSimOptions> = {}, netboxes: NetBoxes = new Map()): Promise<DeletionWorld> {
  const db = await testDatabase();
  const sim = watchedProxmox(await startProxmoxSim({
    clusterName, version: '8.4', nodes: ['pve1', 'pve2'], taskMillis: 0, rootTokenSecret: 'root-secret', bridges: ['vmbr0'],
    storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup,images', type: 'dir', sizeGiB: 100 }],
    seed: { pools: ['cust1', 'cust2'], guests, rights: { managedPools: ['sluice-managed', 'cust1'], deletablePools: ['cust1'], storages: ['disks'], bridges: ['vmbr0'], secrets: Object.fromEntries(tokenNames.map((name) => [name, secretOf(name)])) as Record<TokenName, string> } },
    ...more,
  }), more.version ?? '8.4');
  const lab = labOf(sim.nodes[0]?.url ?? '');
  const https: ProxmoxHttp[] = [];
  const open = (): ProxmoxHttp => {
    const http = openProxmox({ cluster: clusterName, urls: sim.nodes.map(({ name, url }) => ({ node: name, url })), caPem: sim.caPem, verifyTls: true, version: '8.4' });
    https.push(http);
    return http;
  };
  const settings = { name: clusterName, netbox: 'main', netboxCluster: 'leipzig', allowWrites: true, intakePool: 'sluice-intake', managedPools: ['sluice-managed', 'cust1'], deletablePools: ['cust1'], defaultBridge: 'vmbr0', defaultStorage: 'disks', vmidRange: { first: 10000, last: 19999 } };
  const accessOf = (worker: boolean): Clusters => {
    const http = open();
    const access: ClusterAccess = { settings, http, reader: proxmoxReader(http, credential('reflect')), creator: null, updater: worker ? proxmoxUpdater(http, credential('update')) : null };
    return new Map([[clusterName, access]]);
  };
  await new Fixtures(db).policy();
  await db.owner.rows(`insert into clusters (name, netbox, netbox_cluster, settings, state, confirmed_identity) values ($1, 'main', 'leipzig', '{}', 'confirmed', '{}')`, [clusterName]);
  for (const guest of guests) {
    const target = guest.kind === 'qemu' ? identityOf(guest.vmid) : containerOf(guest.vmid);
    await db.owner.rows(`insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, 'main', $2, $3, $4, $5, $6, $7, $8, 'live')`,
      [target.guestId, guest.vmid, clusterName, guest.vmid, guest.kind, target.kind === 'qemu' ? target.uuid : null, target.kind === 'qemu' ? target.ctime : null, target.kind === 'lxc' ? target.macs : []]);
  }
  const people = {
    anna: await person(db, 'anna', ['view', 'approve_deletion', 'request_deletion_vm', 'request_deletion_lxc'], 1),
    maria: await person(db, 'maria', ['view', 'approve_deletion'], 2),
    otto: await person(db, 'otto', ['view', 'approve_deletion'], 3),
    annaAtNetBox: await person(db, 'anna-at-netbox', ['view', 'approve_deletion'], 4),
  };
  await db.owner.rows('update people set same_as = $1 where id = $2', [people.anna.personId, people.annaAtNetBox.personId]);

  const queue: { task: string; id: string }[] = [];
  const enqueue: Enqueue = (_tx, task, id) => { queue.push({ task, id }); return Promise.resolve(); };
  const [apiClusters, workerClusters] = [accessOf(false), accessOf(true)];
  const [apiStore, store, deleterStore] = [new RequestStore(db.api, enqueue), new RequestStore(db.worker, enqueue), new RequestStore(db.deleter, enqueue)];
  const effects = new EffectStore(db.worker);
  const termsNow = (): Promise<DeletionTerms> => Promise.resolve(world.terms);
  const world: DeletionWorld = {
    db, sim, lab, people, store, queue, terms, rights: () => Promise.resolve(ok(undefined)),
    requests: new RequestsService(apiStore, new ReviewStore(), apiClusters, termsNow),
    workerRequests: new RequestsService(store, new ReviewStore(), workerClusters, termsNow),
    prepare: new Preparation(store, new ReviewStore(), workerClusters, netboxes),
    quarantine: new Quarantine(store, effects, workerClusters),
    undo: new UndoWork(store, effects, workerClusters, netboxes),
    sweep: new DeletionSweep(new RequestStore(db.scheduler, enqueue), enqueue, 0),
    deleter() {
      const http = open();
      const reader = accessOf(false);
      const powers = new Map([[clusterName, { lender: { http, credential: credential('lender') }, destroyer: { http, credential: credential('destroy') } }]]);
      return new Deleter(deleterStore, new EffectStore(db.deleter), reader, powers, (cluster, asks) => world.rights(cluster, asks));
    },
    async raise(vmid, given = {}) {
      const guest = guests.find((one) => one.vmid === vmid);
      const raised = await db.worker.transaction((tx) => world.workerRequests.raise(tx, {
        cluster: clusterName, target: guest?.kind === 'lxc' ? containerOf(vmid) : identityOf(vmid), name: `guest-${vmid}`, node: 'pve1', originators: [`person:${people.anna.personId}`], requestedBy: `person:${people.anna.personId}`, reason: 'replaced',
        mergeId: null, planId: null, netbox: 'main', netboxVmId: null, netboxRecordRemoved: false, netboxRecord: null, ...given,
      }));
      if (!raised.ok) throw new Error(raised.error.observed);
      return raised.value;
    },
    async approve(id, who = people.maria) {
      const view = await world.requests.view(who, id);
      if (!view.ok) throw new Error(view.error.observed);
      const done = await world.requests.review(who, id, { decision: 'approve', digest: view.value.digest, viewedAt: view.value.viewedAt, typedName: view.value.thing.name, reason: 'seen' });
      if (!done.ok) throw new Error(`${done.error.summary} ${done.error.observed}`);
    },
    async ripe(vmid, given = {}) {
      const id = await world.raise(vmid, given);
      await world.prepare.run(id);
      await world.approve(id);
      await world.quarantine.run(id);
      const { state, refusal } = await world.state(id);
      if (state !== 'waiting') throw new Error(`${state}: ${JSON.stringify(refusal)}`);
      await world.passSeconds(world.terms.windowSeconds);
      return id;
    },
    state: (id) => db.owner.one<Row>(`select state, refusal, hold, undo, undo_detail as "undoDetail", fence, exists (select 1 from guest_claims c where c.holder_id = r.id and c.released_at is null) as claimed from deletion_requests r where id = $1`, [id]),
    async effects(id) {
      return (await db.owner.rows<{ line: string }>(`select kind || ' ' || state as line from effects where holder_id = $1 order by intended_at, step`, [id])).map((row) => row.line);
    },
    async deletes() {
      return (await lab.requests()).entries.filter((entry) => entry.method === 'DELETE' && /\/(?:qemu|lxc)\/\d+$/.test(entry.path)).length;
    },
    async passSeconds(seconds) {
      await db.owner.rows('update settings set clock_shift = clock_shift + make_interval(secs => $1)', [seconds]);
    },
    async freeze() { await db.owner.rows(`insert into freezes (reason, frozen_by) values ('smoke', $1)`, [people.maria.personId]); },
    async unfreeze() { await db.owner.rows(`update freezes set unfrozen_by = $1, unfrozen_at = sluice_now(), unfreeze_reason = 'no smoke' where unfrozen_at is null`, [people.otto.personId]); },
    async loanRows() {
      const http = open();
      const acl = await proxmoxReader(http, credential('reflect')).acl();
      if (!acl.ok) throw new Error(acl.error.text);
      return acl.value.filter((row) => row.role === 'SluiceDestroyOne').length;
    },
    async close() {
      await Promise.all(https.map((http) => http.close()));
      await sim.close();
      await db.drop();
    },
  };
  return world;
}

async function person(db: TestDatabase, username: string, permissions: readonly string[], netboxUserId: number): Promise<PersonActor> {
  const id = randomUUID() as PersonId;
  await db.owner.rows(`insert into people (id, username, display_name, netbox, netbox_user_id) values ($1, $2, $2, 'main', $3)`, [id, username, netboxUserId]);
  await db.owner.rows('insert into person_permissions (person_id, permission) select $1, unnest($2::text[])', [id, permissions]);
  return { kind: 'person', personId: id, username, displayName: username, permissions: new Set(permissions) as PersonActor['permissions'] };
}
