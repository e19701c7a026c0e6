// What a real NetBox 4.5.10 with branching 1.1.2 said runs through the same hook, readers and planner as everything else
// (issue 2, "Real input"). Carries P1, P5, P12, P33.
import { intentPermissions } from '../../src/intent/core/authority';
import { contentDigest } from '../../src/intent/core/branch-content';
import { readBranchContent, type BranchRead } from '../../src/intent/branch-reader';
import type { Allocation } from '../../src/intent/core/draft-parts';
import { defaultFields, type FieldMap } from '../../src/netbox';
import { groupByGuest } from '../../src/intent/core/grouping';
import { makePlan, type MadePlan } from '../../src/intent/core/make-plan';
import { isPermitted } from '../../src/intent/core/plan';
import type { ClusterWorld } from '../../src/intent/core/world';
import { judgeAll } from '../../src/intent/rules';
import { netboxReader, openNetBox, verifyHook, type NetBoxHttp } from '../../src/netbox';
import { ok } from '../../src/kernel';
import { allocationOf, linkOf, observedOf, refusalsOf, settings, sourceOf, worldWith, type Seeded, planPolicy } from '../setup/intent-world';
import { describeRecorded, recordedNetBox, recordedNetBoxStep } from '../setup/recordings';
import type { ScriptedHttp } from '../setup/scripted-http';
import { RecordedRows } from './recorded-netbox';

/** The recorded NetBox has fields of its own names, and none for the opt-in. */
const recordedFields: FieldMap = {
  ...defaultFields, applyToProxmox: { constant: true }, applyDestroyConfirmed: { constant: true }, kind: 'pve_kind', node: 'pve_node', vmid: 'pve_vmid',
  iso: 'pve_iso', ostemplate: 'pve_ostemplate', template: 'pve_template', cloudInitUser: 'ci_user', cloudInitSshKeys: 'ci_keys', cloudInitUserData: 'ci_data', cloudInitNetwork: 'ci_network', gatewayTag: 'gateway', refused: ['pve_options', 'pve_protect'],
};

let server: ScriptedHttp | undefined;
let http: NetBoxHttp | undefined;
const closeBoth = async (): Promise<void> => {
  await http?.close();
  await server?.close();
};
afterEach(closeBoth);

type Content = Extract<BranchRead, { kind: 'content' }>;
async function read(rows: RecordedRows, branchId: number): Promise<Content> {
  await closeBoth();
  server = await rows.serve();
  http = openNetBox({ name: 'main', url: server.url, token: 'nbt_k.s' });
  const seen = await readBranchContent(netboxReader(http), branchId, recordedFields);
  if (!seen.ok) throw new Error(`${seen.error.where}: ${seen.error.text}`);
  if (seen.value.kind === 'absent') throw new Error('absent');
  return seen.value;
}

const main = (): RecordedRows => new RecordedRows().take(['00-users', '01-provision', '02-read'].flatMap(recordedNetBoxStep));
const addWebTier = (): RecordedRows => main().take(recordedNetBoxStep('04-branch-ready'));
/** Nobody recorded the branch record while this branch was ready: the create answer, with the status that its change diffs name. */
const removeOld = (): RecordedRows =>
  main().take(['007-changes', '015-object-changes-branch'].map((file) => recordedNetBox(`08-delete-branch/${file}`)))
    .take([recordedNetBox('08-delete-branch/001-branch-create')], (row) => ({ ...row, status: { value: 'ready', label: 'Ready' } }));
const removeOldMerged = (): RecordedRows => main().take(['019-changes-after-merge', '032-branch-after-failed-revert'].map((file) => recordedNetBox(`08-delete-branch/${file}`)));

/** Proxmox has what the recorded main believes of the cluster pve-prod, every guest stopped and taken in: sizes, disks, interfaces, tags. */
function guestsOf(rows: RecordedRows): readonly Seeded[] {
  return rows.rows('virtualization/virtual-machines').flatMap((vm): readonly Seeded[] => {
    const fields = vm['custom_fields'] as { readonly pve_vmid?: unknown; readonly pve_kind?: unknown; readonly pve_node?: { readonly name?: unknown } | null };
    if ((vm['cluster'] as { readonly id?: unknown } | null)?.id !== 1 || typeof fields.pve_vmid !== 'number' || typeof fields.pve_node?.name !== 'string') return [];
    return [{ netboxVmId: vm.id, vmid: fields.pve_vmid, name: String(vm['name']), kind: fields.pve_kind === 'lxc' ? 'lxc' : 'qemu', node: fields.pve_node.name, cores: Math.ceil(Number(vm['vcpus'])), memoryMib: Number(vm['memory']), human: String(vm['description']), raw: { ...partsOf(rows, vm.id, fields.pve_kind === 'lxc'), tags: (vm['tags'] as readonly { readonly slug: string }[]).map((tag) => tag.slug).join(';') } }];
  });
}

const belongsTo = (id: number) => (row: Readonly<Record<string, unknown>>): boolean => (row['virtual_machine'] as { readonly id?: unknown } | null)?.id === id;
/** Disks and interfaces as entries of a configuration. */
function partsOf(rows: RecordedRows, id: number, isContainer: boolean): Readonly<Record<string, string | null>> {
  const disks = rows.rows('virtualization/virtual-disks').filter(belongsTo(id)).map((disk) => [String(disk['name']), `local-lvm:vm-${id}-${String(disk['name'])},size=${String(disk['size'])}M`] as const);
  const nics = rows.rows('virtualization/interfaces').filter(belongsTo(id)).map((nic) => {
    const mac = (nic['primary_mac_address'] as { readonly mac_address?: unknown } | null)?.mac_address;
    const vid = (nic['untagged_vlan'] as { readonly vid?: unknown } | null)?.vid;
    return [String(nic['name']), `virtio=${typeof mac === 'string' ? mac : `BC:24:11:FF:00:${String(id).padStart(2, '0')}`},bridge=vmbr0${typeof vid === 'number' ? `,tag=${vid}` : ''}`] as const;
  });
  // A container is known by its MAC addresses, which are those of its link.
  return isContainer ? { rootfs: null, ...Object.fromEntries(disks) } : { scsi0: null, ...Object.fromEntries([...disks, ...nics]) };
}

function planOf(read_: Content, rows: RecordedRows, fields: FieldMap = recordedFields): MadePlan {
  const { content } = read_;
  const guests = guestsOf(rows);
  const grouped = groupByGuest(content.diffs, content.lookups);
  expect(grouped.others).toEqual([]);
  const links = new Map(guests.map((seeded) => [seeded.netboxVmId, linkOf(seeded, 'pve-prod')]));
  const touched = guests.filter((seeded) => grouped.guests.some((guest) => guest.netboxVmId === seeded.netboxVmId));
  const nodes = ['pve-n1', 'pve-n2'];
  const world: ClusterWorld = {
    ...worldWith(guests), settings: { ...settings, name: 'pve-prod', netboxCluster: 'pve-prod' },
    status: ok({ name: 'pve-prod', quorate: true, nodes: nodes.map((name) => ({ name, online: true })) }),
    nodes: new Map(nodes.map((node) => [node, ok({ cores: 64, memoryMib: 262_144 })])), storages: new Map(nodes.map((node) => [node, ok([{ id: 'local-lvm', content: ['images', 'rootdir'], active: true, availableMib: 1_000_000, isShared: false }])])), bridges: new Map(nodes.map((node) => [node, ok(['vmbr0'])])),
    poolRights: ok(new Map([['sluice-managed', { create: ['Pool.Allocate'], update: ['VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Options', 'VM.Config.Network', 'VM.Config.Disk', 'VM.Config.Cloudinit', 'VM.Migrate', 'VM.PowerMgmt'], lender: ['VM.Allocate', 'VM.Audit', 'Pool.Audit'] }]])),
    observed: new Map(touched.map((seeded) => [seeded.vmid, ok(observedOf(seeded))])),
  };
  const allocations = new Map<number, Allocation>(grouped.guests.filter((guest) => guest.vm?.action === 'create').map((guest) => [guest.netboxVmId, allocationOf(guest.netboxVmId)]));
  return makePlan({ content, ...grouped, fields, worlds: new Map([[1, world]]), links, allocations, adopting: { ids: new Map(), links: [] }, beingDeleted: new Set(), limits: { maxCores: null, maxMemoryMib: null }, revert: null, policy: planPolicy, authority: { authors: content.authors.map((author) => ({ author, userId: 1, name: author, own: new Set(intentPermissions), grants: [] })), records: new Map() } }, judgeAll, 1, sourceOf(content));
}

describeRecorded('netbox', 'webhooks of a real NetBox', () => {
  const bytesOf = (file: string) => { const { request } = recordedNetBox(file); return { bytes: Buffer.from(request.body_base64 ?? '', 'base64'), signature: request.headers['X-Hook-Signature'] }; };
  const secret = 'recording-webhook-secret';

  it.each([
    ['06-merge/064-delivery-merge-branch_merged-branch', 'merged', 1, 'bob'], ['07-revert/045-delivery-revert-branch_reverted-branch', 'reverted', 1, 'bob'],
    ['07-revert/065-delivery-second-merge-branch_merged-branch', 'merged', 1, 'bob'], ['08-delete-branch/026-delivery-merge-delete-branch_merged-branch', 'merged', 2, 'bob'],
  ])('P33 %s verifies over its raw bytes', (file, kind, branchId, username) => {
    const { bytes, signature } = bytesOf(file);
    expect(verifyHook(secret, bytes, signature)).toMatchObject({ ok: true, value: { kind, branchId, username } });
  });

  it('one flipped byte, or the same JSON written anew, does not verify', () => {
    const { bytes, signature } = bytesOf('06-merge/064-delivery-merge-branch_merged-branch');
    const flipped = Buffer.from(bytes);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    expect(verifyHook(secret, flipped, signature)).toMatchObject({ ok: false, error: { code: 'hook.signature' } });
    expect(verifyHook(secret, Buffer.from(JSON.stringify(JSON.parse(bytes.toString('utf8')))), signature)).toMatchObject({ ok: false, error: { code: 'hook.signature' } });
  });

  it('P33 two merges of one branch are two merges', () => {
    const keys = ['06-merge/064-delivery-merge-branch_merged-branch', '07-revert/065-delivery-second-merge-branch_merged-branch'].map(bytesOf).map(({ bytes, signature }) => verifyHook(secret, bytes, signature));
    expect(new Set(keys.map((hook) => (hook.ok && hook.value.kind !== 'other' ? hook.value.key : ''))).size).toBe(2);
  });

  it('the end of a job is genuine and starts nothing', () => {
    const { bytes, signature } = bytesOf('06-merge/065-delivery-merge-job_ended-branch');
    expect(verifyHook(secret, bytes, signature)).toMatchObject({ ok: true, value: { kind: 'other', event: 'job_ended' } });
  });
});

describeRecorded('netbox', 'the branch remove-old-02 of a real NetBox', () => {
  it('becomes a plan with one planned deletion that names the guest\'s identity', async () => {
    const rows = removeOld();
    const content = await read(rows, 2);
    expect(content.content).toMatchObject({ branch: { name: 'remove-old-02', status: 'ready', owner: { username: 'alice' } }, authors: ['netbox:main:2'] });
    const plan = planOf(content, rows);
    expect(plan.findings).toEqual([]);
    expect(plan.content.actions).toEqual([]);
    const link = linkOf({ netboxVmId: 29, vmid: 191, name: 'old-02' }, 'pve-prod');
    expect(plan.content.deletions).toEqual([{
      netboxVmId: 29, cluster: 'pve-prod', name: 'old-02', node: 'pve-n2', changeIds: [39, 40, 41, 42, 43],
      target: { kind: 'qemu', cluster: 'pve-prod', vmid: 191, uuid: link.uuid, ctime: link.ctime, guestId: link.guestId },
    }]);
  });

  it('P12 has the same content after the merge as before it, when its authors can no longer be read', async () => {
    const before = await read(removeOld(), 2);
    const after = await read(removeOldMerged(), 2);
    expect(after.content).toMatchObject({ branch: { status: 'merged', mergedBy: { username: 'bob' } }, authors: [] });
    expect(contentDigest(after.content.diffs)).toBe(contentDigest(before.content.diffs));
    expect(planOf(after, removeOldMerged()).content.deletions).toHaveLength(1);
  });

  it('without the opt-in fields it is refused', async () => {
    const rows = removeOld();
    const { applyToProxmox, applyDestroyConfirmed } = defaultFields;
    const plan = planOf(await read(rows, 2), rows, { ...recordedFields, applyToProxmox, applyDestroyConfirmed });
    expect(isPermitted(plan.findings)).toBe(false);
    expect(refusalsOf(plan.findings)).toEqual(['branch.opt-in']);
    const asked = planOf(await read(rows, 2), rows, { ...recordedFields, applyDestroyConfirmed });
    expect(asked.findings.map((finding) => finding.observed)).toEqual(['it deletes old-02 and apply_destroy_confirmed is not set']);
  });
});

describeRecorded('netbox', 'the branch add-web-tier of a real NetBox', () => {
  it('reads 38 changes by one author, in a bounded number of requests', async () => {
    const { content } = await read(addWebTier(), 1);
    expect(content.diffs).toHaveLength(38);
    expect(content.authors).toEqual(['netbox:main:2']);
    expect(content.lookups).toMatchObject({ vmInterfaceTypeId: 11, clusters: new Map([[1, 'pve-prod'], [2, 'pve-lab']]), tags: new Map([['Managed by Proxmox service', 'pve-managed'], ['prod', 'prod'], ['backup', 'backup']]) });
    expect(content.lookups.interfaceOwners.get(20)).toBe(20);
    expect([...content.lookups.vms.keys()].sort((a, b) => a - b)).toEqual([12, 17, 18, 19, 20]);
    expect(server?.asked.length).toBeLessThanOrEqual(11);
  });

  it('becomes a step for each size, name, tag, disk, interface and text that it changes', async () => {
    const rows = addWebTier();
    const plan = planOf(await read(rows, 1), rows);
    expect(plan.content.actions.map((action) => [action.netboxVmId, action.name, ...action.steps.map((step) => step.kind)])).toEqual([
      [11, 'app-01', 'cores', 'memory', 'stamp'], [12, 'app-02', 'disk-grow', 'stamp'], [13, 'app-03', 'tags', 'stamp'], [15, 'app-05', 'name', 'stamp'], [16, 'app-06', 'migrate', 'stamp'], [17, 'app-07', 'disk-add', 'stamp'], [18, 'app-08', 'nic', 'stamp'],
      [19, 'db-01', 'disk-detach', 'nic', 'nic', 'stamp'],
      [21, 'db-03', 'memory', 'stamp'], [22, 'db-04', 'memory', 'stamp'], [26, 'ct-03', 'description', 'stamp'],
    ]);
    expect(plan.content.actions[0]).toMatchObject({ kind: 'update', baseline: { cores: 4, sockets: 1, memoryMib: 4096, hasProcess: false }, steps: [{ before: 4, after: 8 }, { before: 4096, after: 8192 }, {}] });
    expect(plan.content.actions[1]).toMatchObject({ steps: [{ slot: 'scsi0', before: 20_480, after: 40_960 }, { after: 122 }] });
    expect(plan.content.actions[7]).toMatchObject({ steps: [{ slot: 'scsi1', after: null }, { slot: 'net0', before: 'bridge=vmbr0,tag=30,virtio=BC:24:11:00:00:13', after: 'bridge=vmbr0,tag=20,virtio=BC:24:11:00:00:13' }, { slot: 'net1', after: null }, {}] });
    expect(plan.content.actions[8]).toMatchObject({ steps: [{ before: 16_384, after: 32_768 }, { after: 143 }] });
    expect(plan.content.deletions.map((deletion) => [deletion.name, deletion.changeIds.length])).toEqual([['old-01', 5]]);
  });

  it('P30 refuses everything else by a named rule, and so the plan as a whole', async () => {
    const rows = addWebTier();
    const plan = planOf(await read(rows, 1), rows);
    expect(isPermitted(plan.findings)).toBe(false);
    const refused = plan.findings.filter((finding) => finding.severity === 'refusal').map((finding) => `${finding.object}: ${finding.rule}`);
    expect([...new Set(refused)].filter((each) => !each.startsWith('VM app-06')).sort()).toEqual([
      'VM app-03: change.not-supported', 'VM ct-04: change.not-supported', 'VM front-01: change.not-supported', 'VM front-01: create.template', 'VM front-01: vmid.free-and-in-range',
      'VM front-bare: change.not-supported', 'VM front-bare: create.node', 'VM front-bare: create.size', 'VM front-ct-01: change.not-supported', 'VM front-ct-01: create.template', 'VM front-ct-01: vmid.free-and-in-range',
      'interface eth0 of VM front-ct-01: create.nic-slot', 'interface net1 of VM front-01: change.not-supported',
    ]);
    // Nothing is ignored: every VM that a row belongs to stands in an action, a deletion or a finding; ghost-01 came and went, app-04 is off already.
    const told = [...plan.content.actions, ...plan.content.deletions].map((thing) => `VM ${thing.name}`).concat(plan.findings.map((finding) => finding.object.replace(/^.* of /, '')));
    const names = groupByGuest((await read(rows, 1)).content.diffs, { interfaceOwners: new Map([[20, 20]]), vmInterfaceTypeId: 11 }).guests;
    expect(names.map((guest) => guest.netboxVmId)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 26, 27, 28, 41, 42, 43]);
    expect(new Set(told).size).toBe(17);
  });

  it('P1 has one digest, however often it is read', async () => {
    const rows = addWebTier();
    const first = planOf(await read(rows, 1), rows);
    expect(planOf(await read(rows, 1), rows).digest).toBe(first.digest);
  });

  it('P5 is not observed when NetBox serves the change log of main in place of the branch\'s', async () => {
    const rows = addWebTier();
    server = await rows.serve();
    http = openNetBox({ name: 'main', url: server.url, token: 'nbt_k.s' });
    const reader = netboxReader(http);
    const seen = await readBranchContent({ ...reader, branchChangeLog: async () => reader.branchChangeLog('main') }, 1, recordedFields);
    expect(seen.ok ? 'observed' : seen.error.text).toMatch(/NetBox served the log of main/);
  });

  it('a branch that main has meanwhile moved under is refused as a conflict', async () => {
    const rows = main().take([recordedNetBox('06-merge/001-changes-before-p1'), recordedNetBox('06-merge/002-object-changes-branch-before'), recordedNetBox('04-branch-ready/046-branch-ready'), recordedNetBox('05-conflict/012-branch-after-sync')]);
    const content = await read(rows, 1);
    expect(content.content.authors).toEqual(['netbox:main:2']);
    const plan = planOf(content, rows);
    expect(plan.findings.filter((finding) => finding.object === 'VM app-01').map((finding) => finding.rule)).toContain('branch.conflict');
  });
});
