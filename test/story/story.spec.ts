// The story of issue and README: one branch travels plan -> gate -> merge -> apply -> four-eyes deletion. Each `it` continues the
// one before; a reader who knows this file knows what Sluice does.
import { EventSource } from 'eventsource';
import type { JobRow } from '../../src/apply';
import type { RequestView } from '../../src/deletion';
import { pagesOfDatabase, verifyPages } from '../../src/journal';
import type { PlanView } from '../../src/intent';
import { startStory, type Person, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(60_000);

interface RequestRow { readonly id: string; readonly state: string }

let story: Story;
let engineer: Person;
let approver: Person;
beforeAll(async () => {
  story = await startStory();
  engineer = await story.signIn('engineer');
  approver = await story.signIn('approver');
});
afterAll(() => story.end());

const branchId = (): number => story.lab.branchId;
describe('the story', () => {
  let planId = '';
  let jobId = '';

  it('P1 plans the waiting branch: one VM to create, one to change, one deletion to ask for', async () => {
    const made = await story.service.post<PlanView>('/api/intent/plans', { netbox: 'netbox', branchId: branchId() }, { 'Idempotency-Key': 'story-1' });
    expect(made.body).toMatchObject({ status: 'ready', permitted: true, findings: [] });
    expect(made.status).toBe(201);
    expect(made.body.actions.map((action) => [action.kind, action.guest.name, action.steps.map((step) => step.kind)])).toEqual([
      ['update', 'app-01', ['cores', 'description', 'stamp']],
      ['create', 'web-03', ['create', 'hand-over', 'tags', 'stamp']],
    ]);
    expect(made.body.deletions.map((deletion) => deletion.guest.name)).toEqual(['old-01']);
    const again = await story.service.post<PlanView>('/api/intent/plans', { netbox: 'netbox', branchId: branchId() }, { 'Idempotency-Key': 'story-2' });
    expect(again.body.digest).toBe(made.body.digest);
    planId = made.body.id;
  });

  it('P12 merges over NetBox, which asks the gate; the webhook starts exactly one job', async () => {
    const job = await story.merge(branchId());
    expect([job.status.value, job.error]).toEqual(['completed', '']);
    await until(async () => (await story.service.get<JobRow[]>('/api/apply/jobs')).body.length > 0, 'the apply job');
    const [row, ...rest] = (await story.service.get<JobRow[]>('/api/apply/jobs')).body;
    expect(rest).toEqual([]);
    expect(row?.planId).toBe(planId);
    jobId = row?.id ?? '';
  });

  it('streams the log with resume and ends done', async () => {
    const seen = await follow(jobId, 0);
    expect(seen.state).toBe('done');
    expect(seen.lines.map((line) => line.text).join('\n')).toContain('create web-03');
    expect(seen.lines.map((line) => line.seq)).toEqual(seen.lines.map((_line, index) => index + 1));
    const rest = await follow(jobId, 3);
    expect(rest.lines).toEqual(seen.lines.slice(3));
  });

  it('P14 made the VM with our uuid and marker, in the managed pool, stopped as planned', async () => {
    const link = await story.owner.one<{ vmid: number; uuid: string; guest_id: string; netbox_vm_id: number }>(`select vmid, uuid, guest_id, netbox_vm_id from guest_links where cluster = 'leipzig' and state = 'live' and vmid = 5000`);
    const config = await proxmoxGet(`nodes/pve3/qemu/${link.vmid}/config`);
    expect(config).toMatchObject({ name: 'web-03', cores: 2, memory: '2048', tags: 'web' });
    expect(config['smbios1']).toContain(link.uuid);
    expect(config['description']).toContain(`<!-- sluice guest ${link.guest_id} -->`);
    const record = (await story.netbox('admin').get(`/api/virtualization/virtual-machines/${link.netbox_vm_id}/`)).body;
    expect(record.custom_fields).toMatchObject({ proxmox_vm_id: link.vmid, sluice_guest_id: link.guest_id, sluice_intent_state: 'applied', sluice_last_apply_run_id: jobId });
    const app = await proxmoxGet('nodes/pve2/qemu/5003/config');
    expect(app).toMatchObject({ cores: 4 });
    expect(app['description']).toContain('application server, grown for spring');
  });

  it('answers a fresh plan of the same content with nothing to do', async () => {
    const fresh = await story.service.post<PlanView>('/api/intent/plans', { netbox: 'netbox', branchId: branchId() }, { 'Idempotency-Key': 'story-3' });
    expect(fresh.body).toMatchObject({ actions: [], drift: [] });
    expect(fresh.body.findings.filter((finding) => finding.severity === 'refusal')).toEqual([]);
  });

  let requestId = '';
  const requestNow = async (as: Person = approver): Promise<RequestView> => (await as.get<RequestView>(`/api/deletion/requests/${requestId}`)).body;
  const state = async (): Promise<string> => (await requestNow()).state;

  it('P5 made the delete a request, with both sides kept and every gate looked at', async () => {
    await until(async () => (await approver.get<RequestRow[]>('/api/deletion/requests')).body.some((row) => row.state === 'in-review'), 'the request in review');
    const [row] = (await approver.get<RequestRow[]>('/api/deletion/requests')).body;
    requestId = row?.id ?? '';
    const view = await requestNow();
    expect(view).toMatchObject({ state: 'in-review' });
    expect(view.gates.every((gate) => gate.verdict === 'ok')).toBe(true);
    expect(await story.owner.one(`select netbox_record->'vm'->'data'->>'name' as name, proxmox_record is not null as both from tombstones where request_id = $1`, [requestId])).toEqual({ name: 'old-01', both: true });
  });

  it('P17 refuses the engineer who merged: over the API, and in SQL as the runtime role', async () => {
    const view = await requestNow(engineer);
    const answer = await engineer.post(`/api/deletion/requests/${requestId}/reviews`, { decision: 'approve', digest: view.digest, viewedAt: view.viewedAt, typedName: 'old-01', reason: 'mine' });
    expect(answer.status).toBe(403);
    expect(answer.body['code']).toContain('four-eyes');
    const engineerId = (await story.owner.one<{ id: string }>(`select id from people where username = 'engineer'`)).id;
    await expect(story.asRole('api', `insert into deletion_reviews (request_id, reviewer, decision, digest, shown, viewed_at, typed_name, reason) values ('${requestId}', '${engineerId}', 'approve', '${view.digest}', '{}', sluice_now(), 'old-01', 'mine')`)).rejects.toThrow('four eyes');
    expect(await state()).toBe('in-review');
  });

  it('P15, P22 lets the approver approve; quarantine, window, loan, one DELETE, gone', async () => {
    const view = await requestNow();
    const answer = await approver.post(`/api/deletion/requests/${requestId}/reviews`, { decision: 'approve', digest: view.digest, viewedAt: view.viewedAt, typedName: 'old-01', reason: 'replaced by app-01' });
    expect([answer.status, answer.body['code'] ?? null]).toEqual([201, null]);
    await until(async () => ['destroyed', 'needs-human', 'cancelled', 'refused', 'expired'].includes(await state()), 'the end of the request', 30_000);
    expect(await requestNow()).toMatchObject({ state: 'destroyed' });
    const guests = await story.proxmoxGet<Wire[]>('leipzig', 'cluster/resources?type=vm');
    expect(guests.map((guest) => guest['vmid'])).not.toContain(5004);
    const acl = await story.proxmoxGet<Wire[]>('leipzig', 'access/acl');
    expect(acl.filter((row) => row['path'] === '/vms/5004')).toEqual([]);
    const { entries } = await story.proxmox('leipzig').requests();
    expect(entries.filter((entry) => entry.method === 'DELETE').map((entry) => [entry.path, entry.token])).toEqual([['/nodes/pve3/qemu/5004', 'sluice-destroy@pve!destroy']]);
  });

  it('P37 left a journal whose chain is whole', async () => {
    expect(await verifyPages(pagesOfDatabase(story.owner))).toMatchObject({ kind: 'whole' });
  });
});

interface Followed { readonly lines: { seq: number; text: string }[]; readonly state: string }
function follow(jobId: string, after: number): Promise<Followed> {
  return new Promise((resolve, reject) => {
    const lines: { seq: number; text: string }[] = [];
    const source = new EventSource(`${story.url}/api/apply/jobs/${jobId}/events${after === 0 ? '' : `?after=${after}`}`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, Authorization: `Bearer ${story.lab.secrets.serviceToken}` } }),
    });
    source.addEventListener('lines', (event) => void lines.push(...JSON.parse(event.data)));
    source.addEventListener('end', (event) => { source.close(); resolve({ lines, state: JSON.parse(event.data).state }); });
    source.addEventListener('error', (event) => { source.close(); reject(new Error(`the stream broke: ${event.message ?? ''}`)); });
  });
}

const proxmoxGet = (path: string): Promise<Wire> => story.proxmoxGet('leipzig', path);
