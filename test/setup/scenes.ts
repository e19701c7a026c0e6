// What the stories need over and over: a branch with some changes, a guest of one's own, a deletion brought to a certain point.
// Everything goes through NetBox's REST, Sluice's API or the lab's control, as it would in the field.
import { randomUUID } from 'node:crypto';
import type { RequestView } from '../../src/deletion';
import { markerLine } from '../../src/guest';
import type { PlanView } from '../../src/intent';
import { signCall, type GuestId } from '../../src/kernel';
import { changeDigest } from '../../src/netbox';
import { enqueue } from '../../src/platform/queue';
import type { Answer, Person, Story, Wire } from './story';
import { until } from './until';

export interface Change { readonly method?: 'POST' | 'PATCH' | 'DELETE'; readonly path: string; readonly body?: Wire | readonly Wire[] }
type Json = Parameters<Story['netboxLab']['act']>[0] extends infer A ? (A extends { readonly do: 'request'; readonly body?: infer B } ? B : never) : never;

const vms = '/api/virtualization/virtual-machines/';
let counter = 0;

/** Any REST request in the name of a user, in main or in a branch; gives the body, fails on a refusal. */
export async function netboxAs<T = Wire>(story: Story, as: string, method: string, path: string, body?: unknown, branch?: string): Promise<T> {
  const done = await story.netboxLab.act({ do: 'request', as, method, path, ...(body === undefined ? {} : { body: body as Json }), ...(branch === undefined ? {} : { branch }) });
  if (done.status >= 300) throw new Error(`NetBox answered ${done.status} to ${method} ${path}: ${JSON.stringify(done.body)}`);
  return done.body as T;
}

export interface MadeBranch { readonly id: number; readonly name: string }

/** A branch of the engineer, ready, with these changes in it. */
export async function makeBranch(story: Story, changes: readonly Change[], customFields: Wire = { apply_to_proxmox: true, apply_destroy_confirmed: true }): Promise<MadeBranch> {
  const branch = await emptyBranch(story, customFields);
  for (const change of changes) await netboxAs(story, 'engineer', change.method ?? 'POST', change.path, change.body, branch.name);
  return branch;
}

export async function emptyBranch(story: Story, customFields: Wire): Promise<MadeBranch> {
  counter += 1;
  const name = `branch-${counter}`;
  const { id } = await netboxAs<{ id: number }>(story, 'engineer', 'POST', '/api/plugins/branching/branches/', { name, custom_fields: customFields });
  await story.netboxLab.idle();
  return { id, name };
}

/** A VM made new in a branch. A second call is needed for what hangs on it, because its id is not known before. */
export async function newVm(story: Story, branch: MadeBranch, fields: Wire = {}, disk: Wire | null = {}, nic: Wire | null = {}): Promise<number> {
  const { custom_fields: custom, ...rest } = fields;
  counter += 1;
  const { id } = await netboxAs<{ id: number }>(story, 'engineer', 'POST', vms, {
    name: `new-${counter}`, cluster: { name: 'leipzig' }, status: 'planned', vcpus: 1, memory: 512, ...rest,
    custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve3', proxmox_storage: 'vmdata', proxmox_pool: 'sluice-managed', ...(custom as Wire | undefined) },
  }, branch.name);
  if (disk !== null) await netboxAs(story, 'engineer', 'POST', '/api/virtualization/virtual-disks/', { virtual_machine: id, name: 'scsi0', size: 1024, ...disk }, branch.name);
  if (nic !== null) await netboxAs(story, 'engineer', 'POST', '/api/virtualization/interfaces/', { virtual_machine: id, name: 'net0', enabled: true, ...nic }, branch.name);
  return id;
}

export interface MadeGuest { readonly name: string; readonly vmid: number; readonly netboxVmId: number; readonly guestId: string; readonly uuid: string; readonly mac: string }

/** A stopped guest of Sluice's own, on both sides, with its link row: as the lab's seed makes them. */
export async function makeGuest(story: Story, more: { readonly running?: boolean; readonly pool?: string | null; readonly config?: Readonly<Record<string, string>> } = {}): Promise<MadeGuest> {
  counter += 1;
  const [vmid, name, guestId, uuid] = [5800 + counter, `guest-${counter}`, randomUUID(), randomUUID()];
  const mac = `BC:24:11:77:${String(Math.floor(counter / 100)).padStart(2, '0')}:${String(counter % 100).padStart(2, '0')}`;
  await story.proxmox('leipzig').act({
    act: 'create', vmid, node: 'pve2', running: more.running ?? false, ...(more.pool === null ? {} : { pool: more.pool ?? 'sluice-managed' }),
    config: {
      name, cores: '1', sockets: '1', memory: '1024', ostype: 'l26', scsihw: 'virtio-scsi-single', scsi0: `vmdata:vm-${vmid}-disk-0,size=4G`, net0: `virtio=${mac},bridge=vmbr0`,
      smbios1: `uuid=${uuid}`, meta: 'creation-qemu=9.2.0,ctime=1760000000', description: `${name} of the tests\n\n${markerLine(guestId as GuestId)}`, ...more.config,
    },
  });
  const { id } = await netboxAs<{ id: number }>(story, 'admin', 'POST', vms, {
    name, cluster: { name: 'leipzig' }, device: { name: 'pve2' }, status: more.running === true ? 'active' : 'offline', vcpus: 1, memory: 1024, description: `${name} of the tests`, custom_fields: { proxmox_kind: 'qemu', proxmox_vm_id: vmid, sluice_guest_id: guestId },
  });
  const nic = await netboxAs<{ id: number }>(story, 'admin', 'POST', '/api/virtualization/interfaces/', { virtual_machine: id, name: 'net0', enabled: true });
  await netboxAs(story, 'admin', 'POST', '/api/dcim/mac-addresses/', { mac_address: mac, assigned_object_type: 'virtualization.vminterface', assigned_object_id: nic.id });
  await netboxAs(story, 'admin', 'POST', '/api/virtualization/virtual-disks/', { virtual_machine: id, name: 'scsi0', size: 4096 });
  await story.owner.change(`insert into guest_links (guest_id, netbox, netbox_vm_id, cluster, vmid, kind, uuid, ctime, macs, state) values ($1, 'netbox', $2, 'leipzig', $3, 'qemu', $4, '1760000000', '{}', 'live')`, [guestId, id, vmid, uuid]);
  await story.owner.change(`insert into vmid_ledger (cluster, vmid, reason, guest_id) values ('leipzig', $1, 'seen', $2)`, [vmid, guestId]);
  return { name, vmid, netboxVmId: id, guestId, uuid, mac };
}

export const vmPath = (id: number): string => `${vms}${id}/`;
export const deletes = (...guests: readonly MadeGuest[]): readonly Change[] => guests.map((guest) => ({ method: 'DELETE', path: vmPath(guest.netboxVmId) }));
export const changes = (guest: MadeGuest, body: Wire): Change => ({ method: 'PATCH', path: vmPath(guest.netboxVmId), body });

/** NetBox's record of that name in main, with what hangs on it; null when there is none. */
export async function recordsNamed(story: Story, name: string): Promise<readonly Wire[]> {
  return (await story.netbox('admin').get<{ results: Wire[] }>(`/api/virtualization/virtual-machines/?name=${encodeURIComponent(name)}`)).body.results;
}

export async function planOf(story: Story, branchId: number, key = randomUUID()): Promise<Answer<PlanView & Problem>> {
  return story.service.post<PlanView & Problem>('/api/intent/plans', { netbox: 'netbox', branchId }, { 'Idempotency-Key': key });
}
export interface Problem { readonly code: string; readonly detail: string; readonly observed: string; readonly next: string }

/** The digest that the plugin would send for this branch, from NetBox's own list of changes. */
export async function changeDigestOf(story: Story, branchId: number): Promise<string> {
  const { body } = await story.netbox('admin').get<{ results: { branch: { id: number }; object_type: string; object_id: number; action: { value: string }; last_updated: string }[] }>(`/api/plugins/branching/changes/?branch_id=${branchId}&limit=1000`);
  return changeDigest(body.results.filter((row) => row.branch.id === branchId).map((row) => ({ objectType: row.object_type, objectId: row.object_id, action: row.action.value, lastUpdated: row.last_updated })));
}

export interface GateCall { readonly body?: Wire | string; readonly secret?: string; readonly timestamp?: number; readonly nonce?: string; readonly sentBody?: string; readonly headers?: Readonly<Record<string, string>> }
export interface GateReply { readonly status: number; readonly text: string; readonly json: Wire; readonly headers: Headers; readonly nonce: string; readonly millis: number }

/** Asks the gate the way the NetBox plugin does, with whatever is to be wrong. */
export async function askGate(story: Story, call: GateCall): Promise<GateReply> {
  const nonce = call.nonce ?? randomUUID();
  const timestamp = String(call.timestamp ?? Math.floor(Date.now() / 1000));
  const body = typeof call.body === 'string' ? call.body : JSON.stringify(call.body ?? {});
  const signature = signCall({ secret: call.secret ?? story.lab.secrets.gate, methodOrStatus: 'POST', pathAndQuery: '/api/intent/gate', timestamp, nonce, body });
  const headers = { 'Content-Type': 'application/json', 'X-Sluice-Timestamp': timestamp, 'X-Sluice-Nonce': nonce, 'X-Sluice-Signature': signature, ...call.headers };
  const began = Date.now();
  const response = await fetch(`${story.url}/api/intent/gate`, { method: 'POST', headers, body: call.sentBody ?? body });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? (JSON.parse(text) as Wire) : {}, headers: response.headers, nonce, millis: Date.now() - began };
}

/** Moves the database's clock, as only a lab's owner may; time goes forward only. */
export const passTime = (story: Story, seconds: number): Promise<number> => story.owner.change('update settings set clock_shift = clock_shift + make_interval(secs => $1)', [seconds]);

export interface MergeRow { readonly id: string; readonly kind: string; readonly state: string; readonly plan_id: string | null; readonly detail: Wire | null }
export const mergesOf = (story: Story, branchId: number): Promise<MergeRow[]> => story.owner.rows<MergeRow>('select id, kind, state, plan_id, detail from merges where branch_id = $1 order by occurred_at', [branchId]);
export const jobsOf = (story: Story, branchId: number): Promise<{ id: string; state: string; refusal: Wire | null }[]> =>
  story.owner.rows('select j.id, j.state, j.refusal from apply_jobs j join merges m on m.id = j.merge_id where m.branch_id = $1', [branchId]);

export interface Deletion { readonly id: string; readonly guest: MadeGuest; readonly branch: MadeBranch }

/** Plans, merges and waits until the deletion stands in review. */
export async function askedDeletion(story: Story, guest: MadeGuest, branch?: MadeBranch): Promise<Deletion> {
  const made = branch ?? (await makeBranch(story, deletes(guest)));
  const plan = await planOf(story, made.id);
  if (plan.body.permitted !== true) throw new Error(`the plan of the deletion is not permitted: ${JSON.stringify(plan.body)}`);
  const job = await story.merge(made.id);
  if (job.status.value !== 'completed') throw new Error(`the merge ended ${job.status.value}: ${job.error}`);
  const find = () => story.owner.maybe<{ id: string; state: string; refusal: unknown }>(`select id, state, refusal from deletion_requests where content::jsonb->'target'->>'guestId' = $1 order by requested_at desc limit 1`, [guest.guestId]);
  await until(async () => ['in-review', 'refused', 'gone-outside'].includes((await find())?.state ?? ''), `the request for ${guest.name}`);
  const row = await find();
  if (row?.state !== 'in-review') throw new Error(`the request for ${guest.name} is ${row?.state ?? 'absent'}: ${JSON.stringify(row?.refusal)}`);
  return { id: row.id, guest, branch: made };
}

export const cardOf = async (as: Person, id: string): Promise<RequestView> => (await as.get<RequestView>(`/api/deletion/requests/${id}`)).body;

export async function review(as: Person, { id, guest }: Deletion, decision: 'approve' | 'veto' = 'approve'): Promise<Answer<Wire>> {
  const card = await cardOf(as, id);
  return as.post(`/api/deletion/requests/${id}/reviews`, { decision, digest: card.digest, viewedAt: card.viewedAt, typedName: guest.name, reason: 'a test' });
}

export const untilState = async (story: Story, id: string, ...states: readonly string[]): Promise<void> => {
  let last = '';
  await until(async () => {
    last = (await story.owner.one<{ state: string }>('select state from deletion_requests where id = $1', [id])).state;
    return states.includes(last);
  }, `${states.join(' or ')} of request ${id}`, 20_000).catch((trouble: Error) => Promise.reject(new Error(`${trouble.message}; it is ${last}`)));
};

/** Asked, approved and in quarantine: it stands in its window. */
export async function waitingDeletion(story: Story, approver: Person, guest: MadeGuest, branch?: MadeBranch): Promise<Deletion> {
  const asked = await askedDeletion(story, guest, branch);
  const { status, body } = await review(approver, asked);
  if (status !== 201) throw new Error(`the approval of ${guest.name} was answered with ${status}: ${JSON.stringify(body)}`);
  await untilState(story, asked.id, 'waiting');
  return asked;
}

/** Waits until the undo of an ended request has ended too. */
export async function untilUndone(story: Story, id: string): Promise<Wire> {
  const look = () => story.owner.one<{ undo: string; undo_detail: Wire }>('select undo, undo_detail from deletion_requests where id = $1', [id]);
  await until(async () => ['done', 'needs-human'].includes((await look()).undo), `the undo of request ${id}`, 20_000);
  return look();
}

/** Reads a simulated guest as administrator, its text and all. */
export const guestText = async (story: Story, vmid: number): Promise<string | null> => (await story.proxmox('leipzig').guest(vmid).catch(() => null))?.text ?? null;

export interface Sent { readonly method: string; readonly path: string; readonly token: string | null; readonly status: number | null; readonly n: number }
/** Requests of Sluice that could have changed something, since a number. */
export async function writesSince(story: Story, since: number, cluster = 'leipzig'): Promise<readonly Sent[]> {
  const { entries } = await story.proxmox(cluster).requests(since);
  return entries.filter((entry) => entry.method !== 'GET' && (entry.token ?? '').startsWith('sluice-'));
}
export const lastRequest = async (story: Story, cluster = 'leipzig'): Promise<number> => (await story.proxmox(cluster).requests(9_007_199_254_740_991)).last;

/** What the scheduler's tick does: NetBox is asked what happened. Waits until that was answered. */
export async function reconcile(story: Story): Promise<void> {
  await enqueue(story.owner, 'merge.look', 'netbox', { queue: 'merge:netbox' });
  await lookedUp(story);
}
/** Every look at NetBox that was asked for has ended. */
export const lookedUp = (story: Story): Promise<void> =>
  until(async () => (await story.owner.one<{ n: number }>(`select count(*)::int as n from graphile_worker.jobs where task_identifier = 'merge.look'`)).n === 0, 'the end of the looks at NetBox');
