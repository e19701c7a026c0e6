// Carries P5, P13, P14, P30: what people, branches and the world can bring that cannot be done. Each is a clear no: which rule, the
// observed fact, what to do next; nothing was sent to Proxmox, and a record stands of what was asked.
import { randomUUID } from 'node:crypto';
import type { Finding } from '../../src/intent/core/plan';
import { changes, deletes, emptyBranch, lastRequest, lookedUp, makeBranch, makeGuest, netboxAs, newVm, planOf, vmPath, writesSince, type MadeBranch, type MadeGuest } from '../setup/scenes';
import { startStory, type Story, type Wire } from '../setup/story';
import { until } from '../setup/until';

jest.setTimeout(90_000);

const optedIn: Wire = { apply_to_proxmox: true, apply_destroy_confirmed: true };
const vms = '/api/virtualization/virtual-machines/';
let story: Story;
let app: MadeGuest;
let running: MadeGuest;
let since = 0;
beforeAll(async () => {
  story = await startStory({ plan: { maxCores: 32, maxMemoryMib: null, maxCreates: 500 } });
  // The first tick plans the branches that wait; after it nothing happens by itself.
  await until(async () => (await story.service.get<Wire[]>('/api/intent/plans')).body.length > 1, 'the plans of the waiting branches');
  await lookedUp(story);
  [app, running] = [await makeGuest(story), await makeGuest(story, { running: true })];
});
afterAll(() => story.end());
beforeEach(async () => { since = await lastRequest(story); });
afterEach(async () => {
  await story.netboxLab.clearFaults();
  await story.proxmox('leipzig').lift();
  // Whatever was asked: planning writes nothing to Proxmox, and starts nothing.
  expect(await writesSince(story, since)).toEqual([]);
  expect(await story.owner.one('select (select count(*) from merges)::int + (select count(*) from apply_jobs)::int + (select count(*) from effects)::int as n')).toEqual({ n: 0 });
});

const branchWith = async (more: Parameters<typeof newVm>[2], disk?: Wire | null, nic?: Wire | null): Promise<MadeBranch> => {
  const branch = await emptyBranch(story, optedIn);
  await newVm(story, branch, more, disk, nic);
  return branch;
};
const custom = (fields: Wire): Wire => ({ custom_fields: fields });
const kept = (planId: string): Promise<{ status: string }> => story.owner.one('select status from plan_states where plan_id = $1', [planId]);

/** The plan is kept, refused, and every refusal in it can be acted on. */
async function refused(branch: MadeBranch): Promise<readonly Finding[]> {
  const { status, body } = await planOf(story, branch.id);
  expect([status, body.permitted, body.status]).toEqual([201, false, 'refused']);
  expect(await kept(body.id)).toEqual({ status: 'refused' });
  const findings = (body.findings as readonly Finding[]).filter((finding) => finding.severity === 'refusal');
  for (const finding of findings) for (const part of [finding.object, finding.observed, finding.next]) expect(part).toMatch(/\w{2,}/);
  return findings;
}
async function refusedBy(branch: MadeBranch, rule: string, observed: RegExp, object?: RegExp): Promise<void> {
  const findings = await refused(branch);
  expect(findings.map((finding) => finding.rule)).toContain(rule);
  expect(findings.filter((finding) => finding.rule === rule).map((finding) => finding.observed).join('\n')).toMatch(observed);
  if (object !== undefined) expect(findings.filter((finding) => finding.rule === rule).map((finding) => finding.object).join('\n')).toMatch(object);
}

describe('what is asked for', () => {
  it.each([
    ['a branch that NetBox does not have', { netbox: 'netbox', branchId: 999_999 }, 404, 'branch.unknown', /404/],
    ['an instance that nobody configured', { netbox: 'elsewhere', branchId: 1 }, 404, 'netbox.unknown', /configured: netbox/],
    ['a branch by its name', { netbox: 'netbox', branchId: 'web-tier' }, 400, 'request.invalid', /branchId/],
    ['a branch number below one', { netbox: 'netbox', branchId: 0 }, 400, 'request.invalid', /branchId/],
    ['no branch', { netbox: 'netbox' }, 400, 'request.invalid', /branchId/],
    ['a member that is not known', { netbox: 'netbox', branchId: 1, force: true }, 400, 'request.invalid', /force is not a field/],
    ['an instance name that is a path', { netbox: '../etc', branchId: 1 }, 400, 'request.invalid', /netbox/],
  ] as const)('P30 refuses %s', async (_name, body, status, code, observed) => {
    const answer = await story.service.post<Wire>('/api/intent/plans', body, { 'Idempotency-Key': randomUUID() });
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(answer.body['observed']).toMatch(observed);
    expect(answer.body['next']).toMatch(/\w/);
  });

  it('takes an Idempotency-Key for one branch: the same again gives the same, another branch is refused', async () => {
    const [one, other, key] = [await makeBranch(story, [changes(app, { memory: 1536 })]), await emptyBranch(story, optedIn), randomUUID()];
    const first = await planOf(story, one.id, key);
    expect((await planOf(story, one.id, key)).body.id).toBe(first.body.id);
    const reused = await planOf(story, other.id, key);
    expect([reused.status, reused.body.code]).toEqual([409, 'request.key-reused']);
    expect(reused.body.observed).toContain(`branch ${one.id}`);
  });
});

describe('branches', () => {
  it('P30 refuses one that is not ready yet, and takes it when it is', async () => {
    await story.netboxLab.act({ do: 'hold-worker' });
    const { id, name } = await netboxAs<{ id: number; name: string }>(story, 'engineer', 'POST', '/api/plugins/branching/branches/', { name: `held-${randomUUID().slice(0, 8)}`, custom_fields: optedIn });
    try {
      await refusedBy({ id, name }, 'branch.ready', /its status is (new|provisioning)/);
    } finally {
      await story.netboxLab.act({ do: 'release-worker' });
      await story.netboxLab.idle();
    }
    expect((await planOf(story, id)).body.permitted).toBe(true);
  });

  it('refuses one whose value main changed meanwhile, recorded by NetBox as a conflict or not', async () => {
    const [first, then] = [await makeGuest(story), await makeGuest(story)];
    // Main first: NetBox records the conflict.
    const recorded = await emptyBranch(story, optedIn);
    await netboxAs(story, 'admin', 'PATCH', vmPath(first.netboxVmId), { memory: 1100 });
    await netboxAs(story, 'engineer', 'PATCH', vmPath(first.netboxVmId), { memory: 1200 }, recorded.name);
    await refusedBy(recorded, 'branch.conflict', /memory/);
    // The branch first: netbox-branching 1.1.2 says nothing, so the values are compared.
    const silent = await makeBranch(story, [changes(then, { memory: 1200 })]);
    await netboxAs(story, 'admin', 'PATCH', vmPath(then.netboxVmId), { memory: 1100 });
    await refusedBy(silent, 'branch.conflict', /main now says 1100, the branch started from 1024|memory/);
  });

  it('refuses one in which main is not what runs: the drift is shown apart from the intent', async () => {
    const guest = await makeGuest(story);
    await story.proxmox('leipzig').act({ act: 'set-config', vmid: guest.vmid, set: { memory: '777' } });
    const branch = await makeBranch(story, [changes(guest, { memory: 2048 })]);
    await refusedBy(branch, 'change.drifted', /NetBox main says 1024, Proxmox runs 777/);
    expect((await planOf(story, branch.id)).body.drift).toEqual([expect.objectContaining({ property: 'memory', netbox: '1024', proxmox: '777' })]);
  });

  it('P30 refuses one that does not say whether it may touch Proxmox, and leaves one alone that says no', async () => {
    const unsaid = await makeBranch(story, [changes(app, { memory: 1536 })], {});
    await refusedBy(unsaid, 'branch.opt-in', /apply_to_proxmox is absent or not set/);
    const no = await makeBranch(story, [changes(app, { memory: 1536 })], { apply_to_proxmox: false });
    const plan = await planOf(story, no.id);
    expect(plan.body).toMatchObject({ permitted: true, actions: [], deletions: [], findings: [expect.objectContaining({ rule: 'branch.not-opted-in', severity: 'info' })] });
  });

  it.each([[{ apply_to_proxmox: true }, /apply_destroy_confirmed is not set/], [{ apply_to_proxmox: true, apply_destroy_confirmed: false }, /apply_destroy_confirmed is false/]])('P30 refuses deletions in one that says %j', async (fields, observed) => {
    await refusedBy(await makeBranch(story, deletes(app), fields), 'branch.opt-in', observed);
  });

  it('P1 plans three hundred changes in one branch, the same twice', async () => {
    const branch = await emptyBranch(story, optedIn);
    await netboxAs(story, 'engineer', 'POST', vms, Array.from({ length: 300 }, (_one, index) => ({
      name: `many-${index}`, cluster: { name: 'leipzig' }, status: 'planned', vcpus: 1, memory: 64, custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_pool: 'sluice-managed' },
    })), branch.name);
    const key = randomUUID();
    let plan = await planOf(story, branch.id, key);
    for (let tries = 0; plan.status === 202 && tries < 5; tries += 1) plan = await planOf(story, branch.id, key);
    expect(plan.body).toMatchObject({ permitted: true, findings: [] });
    expect(plan.body.actions).toHaveLength(300);
    expect(new Set(plan.body.actions.map((action) => action.guest.vmid)).size).toBe(300);
    expect((await planOf(story, branch.id)).body.digest).toBe(plan.body.digest);
  });
});

describe('a VM to be made', () => {
  const injected = 'vmbr0,firewall=0\nargs: -device evil';
  it.each<readonly [string, Wire, Wire | null | undefined, Wire | null | undefined, string, RegExp]>([
    ['has no cluster', { cluster: null, site: { slug: 'saxony' } }, undefined, undefined, 'guest.no-cluster', /the VM has no cluster/],
    ['has an underscore in its name', { name: 'web_9' }, undefined, undefined, 'name.valid-and-free', /"web_9" is no DNS name/],
    ['has a comma and a key in its name', { name: 'web,args=-device' }, undefined, undefined, 'name.valid-and-free', /is no DNS name/],
    ['has a line break in its name', { name: 'web\nargs: -device' }, undefined, undefined, 'name.valid-and-free', /is no DNS name/],
    ['has the name of a guest that stands', { name: 'legacy-fileserver' }, undefined, undefined, 'name.valid-and-free', /qemu 100 on pve1 has this name/],
    ['wants a VMID outside the range', custom({ proxmox_vm_id: 4242 }), undefined, undefined, 'vmid.free-and-in-range', /VMID 4242 is wanted, outside 5000-5999/],
    ['wants the VMID of a guest', custom({ proxmox_vm_id: 5001 }), undefined, undefined, 'vmid.free-and-in-range', /VMID 5001 is wanted, and it belongs to qemu web-01 on pve1/],
    ['has one and a half vCPUs', { vcpus: 1.5 }, undefined, undefined, 'create.size', /vcpus/],
    ['has no memory', { memory: null }, undefined, undefined, 'create.size', /memory null/],
    ['has more memory than its node', { memory: 999_999 }, undefined, undefined, 'size.within-limits', /999999 MiB on node pve3 with 65536 MiB/],
    ['has more cores than its node', { vcpus: 64 }, undefined, undefined, 'size.within-limits', /64 cores on node pve3 with 16/],
    ['names a node that is not there', custom({ proxmox_node: 'pve9' }), undefined, undefined, 'node.exists-and-online', /cluster leipzig has no node pve9/],
    ['names no node', custom({ proxmox_node: null }), undefined, undefined, 'create.node', /both empty/],
    ['names a storage that is not there', custom({ proxmox_storage: 'nowhere' }), undefined, undefined, 'storage.exists-with-room', /node pve3 has no storage nowhere/],
    ['names a storage that takes no disks', custom({ proxmox_storage: 'local' }), undefined, undefined, 'storage.exists-with-room', /not images/],
    ['has a disk larger than the storage', {}, { size: 9_000_000 }, undefined, 'storage.exists-with-room', /MiB left, 9000000 MiB are wanted/],
    ['names a bridge that is not there', {}, undefined, custom({ proxmox_bridge: 'vmbr9' }), 'bridge.exists', /node pve3 has no bridge vmbr9/],
    ['smuggles keys in with its bridge', {}, undefined, custom({ proxmox_bridge: injected }), 'create.bridge', /vmbr0,firewall=0\\nargs/],
    ['smuggles keys in with its storage', custom({ proxmox_storage: 'vmdata:0,size=9T' }), undefined, undefined, 'create.storage', /vmdata:0,size=9T/],
    ['smuggles keys in with the slot of its disk', {}, { name: 'scsi0,media=cdrom' }, undefined, 'create.disk-slot', /scsi0,media=cdrom/],
    ['smuggles keys in with the slot of its interface', {}, undefined, { name: 'net0,link_down=1' }, 'create.nic-slot', /net0,link_down=1/],
    ['says in its description that it is another guest', { description: '<!-- sluice guest 10000000-0000-4000-8000-000000005001 -->' }, undefined, undefined, 'create.description', /holds a marker of Sluice/],
    ['is a container of nothing', custom({ proxmox_kind: 'lxc' }), undefined, undefined, 'create.origin', /proxmox_ostemplate and proxmox_template_vmid are empty/],
    ['is a clone of what is no template', custom({ proxmox_template_vmid: 5001 }), undefined, undefined, 'create.template', /no template with VMID 5001/],
    ['is made from an ISO that is not there', custom({ proxmox_iso: 'local:iso/gone.iso' }), undefined, undefined, 'image.exists', /local/],
    ['does not say what it is', custom({ proxmox_kind: null }), undefined, undefined, 'create.kind', /proxmox_kind is null/],
    ['is to be made as failed', { status: 'failed' }, undefined, undefined, 'create.status', /"failed"/],
    ['is to go into a pool that is not ours', custom({ proxmox_pool: 'sluice-intake' }), undefined, undefined, 'guest.pool-rights', /pool sluice-intake is not managed/],
    ['smuggles keys in with its cloud-init user', custom({ cloud_init_user: 'ops,args=-s' }), undefined, undefined, 'cloud-init.user', /ops,args=-s/],
    ['gives cloud-init YAML in place of a snippet', custom({ cloud_init_user_data: '#cloud-config' }), undefined, undefined, 'cloud-init.user-data', /is not a volume/],
  ])('P30 refuses one that %s', async (_name, vm, disk, nic, rule, observed) => {
    await refusedBy(await branchWith(vm, disk, nic), rule, observed);
  });

  it('says of a cluster that is not connected that nothing happens there, and refuses nothing', async () => {
    await netboxAs(story, 'admin', 'POST', '/api/virtualization/clusters/', { name: 'munich', type: { slug: 'proxmox-ve' }, status: 'active' });
    const plan = await planOf(story, (await branchWith({ cluster: { name: 'munich' } })).id);
    expect(plan.body).toMatchObject({ permitted: true, actions: [], findings: [expect.objectContaining({ rule: 'change.not-our-cluster', severity: 'info', observed: 'NetBox cluster munich is not connected to Sluice' })] });
  });

  it('refuses one on a node that is offline', async () => {
    await story.proxmox('leipzig').act({ act: 'node', node: 'pve3', online: false });
    try {
      await refusedBy(await branchWith({}), 'node.exists-and-online', /node pve3 is offline/);
    } finally {
      await story.proxmox('leipzig').act({ act: 'node', node: 'pve3', online: true });
    }
  });

  it('P5 refuses everything while the cluster has no quorum', async () => {
    await story.proxmox('leipzig').act({ act: 'quorum', quorate: false });
    try {
      await refusedBy(await branchWith({}), 'cluster.no-quorum', /quorate: 0/);
    } finally {
      await story.proxmox('leipzig').act({ act: 'quorum', quorate: true });
    }
  });

  it('P14 refuses a wanted VMID that a guest had who is gone by now', async () => {
    const gone = await makeGuest(story);
    await story.proxmox('leipzig').act({ act: 'destroy', vmid: gone.vmid });
    await refusedBy(await branchWith(custom({ proxmox_vm_id: gone.vmid })), 'vmid.free-and-in-range', new RegExp(`VMID ${gone.vmid} is wanted, and it belongs or belonged`));
  });
});

describe('a guest to be changed or deleted', () => {
  const ofGuest = async (path: string, guest: MadeGuest): Promise<number> => (await story.netbox('admin').get<{ results: { id: number }[] }>(`/api/virtualization/${path}/?virtual_machine_id=${guest.netboxVmId}`)).body.results[0]?.id ?? 0;

  it('P20, P21 refuses to take the disk away that a guest boots from, and to shrink one', async () => {
    const disk = await ofGuest('virtual-disks', app);
    await refusedBy(await makeBranch(story, [{ method: 'DELETE', path: `/api/virtualization/virtual-disks/${disk}/` }]), 'disk.removal', /the guest boots from scsi0/, /disk scsi0 of VM/);
    await refusedBy(await makeBranch(story, [{ method: 'PATCH', path: `/api/virtualization/virtual-disks/${disk}/`, body: { size: 1024 } }]), 'disk.removal', /shrinks it from 4096 to 1024 MB/);
  });

  it('refuses what it cannot change, and never leaves it out in silence', async () => {
    const nic = await ofGuest('interfaces', app);
    await refusedBy(await makeBranch(story, [changes(app, { custom_fields: { proxmox_pool: 'customer-a' } }), { method: 'PATCH', path: `/api/virtualization/interfaces/${nic}/`, body: { name: 'net7' } }]), 'change.not-supported', /custom_fields\.proxmox_pool: null -> "customer-a"[\s\S]*name: "net0" -> "net7"/);
  });

  it.each<readonly [string, Wire, string, RegExp]>([
    ['half a vCPU', { vcpus: 2.5 }, 'size.within-limits', /2\.5/],
    ['more cores than its node', { vcpus: 500 }, 'size.within-limits', /500 cores on node pve2 with 16/],
    ['a marker of Sluice in its description', { description: '<!-- sluice guest 10000000-0000-4000-8000-000000005001 -->' }, 'change.not-supported', /holds a marker of Sluice/],
  ])('P30 refuses %s', async (_name, body, rule, observed) => refusedBy(await makeBranch(story, [changes(app, body)]), rule, observed));

  it('refuses to change memory of a guest that runs: it would wait in silence', async () => {
    await refusedBy(await makeBranch(story, [changes(running, { memory: 2048 })]), 'update.offline-only-key', /it is running and memory change only while it is stopped/);
  });

  it('P13 refuses a guest that Sluice did not make and nobody adopted', async () => {
    const { id } = await netboxAs<{ id: number }>(story, 'admin', 'POST', vms, { name: 'legacy-fileserver', cluster: { name: 'leipzig' }, status: 'active', vcpus: 2, memory: 4096, custom_fields: { proxmox_kind: 'qemu', proxmox_vm_id: 100 } });
    await refusedBy(await makeBranch(story, [{ method: 'PATCH', path: vmPath(id), body: { vcpus: 4 } }]), 'guest.not-adopted', /no guest is linked/);
    await refusedBy(await makeBranch(story, [{ method: 'DELETE', path: vmPath(id) }]), 'guest.not-adopted', /no guest is linked/);
  });

  it('P13 refuses a guest whose marker somebody took away, or doubled', async () => {
    const guest = await makeGuest(story);
    for (const description of ['no marker at all', `one\n<!-- sluice guest ${guest.guestId} -->\n<!-- sluice guest ${randomUUID()} -->`]) {
      await story.proxmox('leipzig').act({ act: 'set-config', vmid: guest.vmid, set: { description } });
      await refusedBy(await makeBranch(story, [changes(guest, { memory: 2048 })]), 'guest.identity', /meant uuid/);
      await refusedBy(await makeBranch(story, deletes(guest)), 'guest.identity', /meant uuid/);
    }
  });

  it('refuses a guest in no pool, and names the pools there are', async () => {
    const guest = await makeGuest(story, { pool: null });
    await refusedBy(await makeBranch(story, [changes(guest, { memory: 2048 })]), 'guest.pool-rights', /the guest is in no pool/);
    await refusedBy(await makeBranch(story, deletes(guest)), 'guest.pool-rights', /the guest is in no pool/);
  });

  it.each([['update', 'SluiceManaged', 'update lacks VM.Config.Memory', () => [changes(app, { memory: 2048 })]], ['lender', 'SluiceLend', 'lender lacks VM.Allocate', () => deletes(app)]] as const)(
    'refuses before anything is sent what the %s token has no right to, and names it', async (token, role, missing, work) => {
      const acl = { act: 'acl', path: '/pool/sluice-managed', role, holder: `sluice-${token}@pve!${token}`, propagate: false } as const;
      await story.proxmox('leipzig').act({ ...acl, grant: false });
      try {
        await refusedBy(await makeBranch(story, work()), 'guest.pool-rights', new RegExp(`on /pool/sluice-managed: .*${missing}`));
      } finally {
        await story.proxmox('leipzig').act({ ...acl, grant: true });
      }
    });
});

describe('a world that does not answer as it should', () => {
  it.each([['cuts the connection', 'reset'], ['cuts it after it has worked', 'answer-lost'], ['answers HTML', 'html'], ['says 500', { status: 500 }], ['says 403', { status: 403, body: '{"detail":"no"}' }], ['answers a page with status 200', { status: 200, body: '<html>maintenance</html>' }], ['answers another shape', { status: 200, body: '{"results":"none"}' }]] as const)(
    'P5, P30 NetBox that %s is no branch: 502 with what was seen', async (_name, fault) => {
      const branch = await makeBranch(story, [changes(app, { memory: 1536 })]);
      const key = randomUUID();
      await story.netboxLab.fault({ match: { path: 'plugins/branching|core/object' }, fault, times: 100 });
      const answer = await planOf(story, branch.id, key);
      expect([answer.status, answer.body.code]).toEqual([502, 'netbox.not-observed']);
      for (const part of [answer.body.observed, answer.body.next]) expect(part).toMatch(/\w{4,}/);
      expect(await story.owner.one(`select state, refusal->>'code' as code from plan_requests where idempotency_key like '%' || $1`, [key])).toEqual({ state: 'refused', code: 'netbox.not-observed' });
      await story.netboxLab.clearFaults();
      expect((await planOf(story, branch.id)).body.permitted).toBe(true);
    });

  it.each([['cuts the connection', 'connection-reset-before'], ['cuts it after it has worked', 'answer-lost'], ['answers HTML', 'html'], ['answers half of it', 'truncated'], ['says 500', { status: 500 }], ['says 596', { status: 596 }]] as const)(
    'P5, P30 Proxmox that %s is no world to plan in', async (_name, fault) => {
      const branch = await makeBranch(story, [changes(app, { memory: 1536 })]);
      await story.proxmox('leipzig').fault({ method: 'GET' }, fault, 10_000);
      await refused(branch);
      await refusedBy(branch, 'observation.incomplete', /\w{4,}/);
      await story.proxmox('leipzig').lift();
      expect((await planOf(story, branch.id)).body.permitted).toBe(true);
    });

  it.each([
    ['NetBox', (branch: MadeBranch): Promise<unknown> => story.netboxLab.fault({ match: { path: `changes/\\?.*branch_id=${branch.id}` }, fault: { delayMillis: 10_500 } })],
    ['Proxmox', (): Promise<unknown> => story.proxmox('leipzig').fault({ method: 'GET', path: `qemu/${app.vmid}/config` }, { delayMillis: 10_500 })],
  ] as const)('a slow %s makes a draft: the same key asks again, and nothing is planned twice', async (_name, slow) => {
    const branch = await makeBranch(story, [changes(app, { memory: 1536 })]);
    const key = randomUUID();
    await slow(branch);
    const first = await planOf(story, branch.id, key);
    expect([first.status, first.body]).toEqual([202, { status: 'draft', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, next: 'Ask again with the same Idempotency-Key.' }]);
    const then = await planOf(story, branch.id, key);
    expect([then.status, then.body.permitted]).toEqual([201, true]);
    expect(await story.owner.rows('select 1 from plans where branch_id = $1', [branch.id])).toHaveLength(1);
  });
});
