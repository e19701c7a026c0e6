// What a branch may change about a guest, concern by concern: the step it becomes, the baseline that binds it (P6), and what is refused by name.
import { diff, diskCreate, inputOf, nicCreate, planOf, refusalsOf, vmUpdate, type Scene, type Seeded } from '../../../../test/setup/intent-world';
import { macFor } from '../../../guest';
import { guestIdOf } from '../../../../test/setup/intent-world';
import { draftBranch } from '../draft';

type Data = Readonly<Record<string, unknown>>;
const guest: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1', raw: { scsi1: 'local-lvm:vm-107-disk-1,iothread=1,size=1G', boot: 'order=scsi0' } };
const rightful = { poolRights: { ok: true as const, value: new Map([['sluice-managed', { create: ['Pool.Allocate'], update: ['VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Options', 'VM.Config.Network', 'VM.Config.Disk', 'VM.Config.Cloudinit', 'VM.PowerMgmt'], lender: [] }]]) } };
const scene = (before: Data, after: Data, more: Partial<Scene> = {}, seeded: Partial<Seeded> = {}): Scene => ({ diffs: [vmUpdate(5, 'db-1', before, after)], guests: [{ ...guest, ...seeded }], world: rightful, ...more });
const rows = (...children: Scene['diffs']): Partial<Scene> => ({ diffs: [vmUpdate(5, 'db-1', {}, {}), ...children] });
const only = (one: Scene) => {
  const plan = planOf(one);
  expect(plan.findings.filter((finding) => finding.severity === 'refusal')).toEqual([]);
  const [action] = plan.content.actions;
  if (action?.kind !== 'update') throw new Error('no update');
  return { steps: action.steps.slice(0, -1), baseline: action.baseline, findings: plan.findings };
};
const refusedBy = (one: Scene): readonly string[] => refusalsOf(planOf(one).findings);
const nothingOf = (one: Scene): void => expect(draftBranch(inputOf(one))).toMatchObject({ actions: [], findings: [] });

describe('name', () => {
  it('P6 becomes one step under the name that was seen', () => {
    expect(only({ ...scene({}, { name: 'db-2' }) })).toMatchObject({ steps: [{ kind: 'name', before: 'db-1', after: 'db-2' }], baseline: { name: 'db-1' } });
  });
  it('tells that cloud-init takes it for a new machine', () => {
    expect(only(scene({}, { name: 'db-2' }, {}, { raw: { ...guest.raw, ide2: 'local-lvm:vm-107-cloudinit,media=cdrom' } })).findings).toMatchObject([{ rule: 'cloud-init.re-runs', severity: 'info' }]);
  });
  it.each([['no DNS name', 'db_2'], ['one that another guest bears', 'other-1'], ['no name', '']])('refuses %s', (_words, name) => {
    expect(refusedBy({ ...scene({}, { name }), guests: [guest, { netboxVmId: 6, vmid: 108, name: 'Other-1' }] })).toEqual(['name.valid-and-free']);
  });
  it('P12 refuses to rename what somebody renamed in Proxmox', () => expect(refusedBy(scene({}, { name: 'db-2' }, {}, { name: 'db-9' }))).toEqual(['change.drifted']));
});

describe('tags', () => {
  const lookups = { tags: new Map([['Web tier', 'web-tier'], ['Old', 'old'], ['Sluice', 'sluice-quarantine']]) };
  const worn = { raw: { ...guest.raw, tags: 'by-hand;old' } };
  it('are a set difference: what others put on stays, and only what is touched is bound', () => {
    expect(only(scene({ tags: ['Old'] }, { tags: ['Web tier'] }, { lookups }, worn))).toMatchObject({ steps: [{ kind: 'tags', before: ['old'], after: ['web-tier'] }], baseline: { 'tag old': true, 'tag web-tier': false } });
  });
  it('plan to nothing where they are worn already', () => nothingOf(scene({ tags: [] }, { tags: ['Old'] }, { lookups }, worn)));
  it('P22 are refused where they are Sluice\'s own, or are gone from NetBox', () => {
    expect(refusedBy(scene({ tags: [] }, { tags: ['Sluice'] }, { lookups }, worn))).toEqual(['tags.reserved']);
    expect(refusedBy(scene({ tags: [] }, { tags: ['Lost'] }, { lookups }, worn))).toEqual(['create.tags']);
  });
});

describe('start on boot', () => {
  it('becomes onboot', () => expect(only(scene({ start_on_boot: 'off' }, { start_on_boot: 'on' }))).toMatchObject({ steps: [{ kind: 'on-boot', before: false, after: true }], baseline: { onBoot: false } }));
  it('refuses what Proxmox does not know, and drift', () => {
    expect(refusedBy(scene({ start_on_boot: 'off' }, { start_on_boot: 'laststate' }))).toEqual(['create.on-boot']);
    expect(refusedBy(scene({ start_on_boot: 'on' }, { start_on_boot: 'off' }))).toEqual([]);
  });
});

describe('power', () => {
  it('shuts down before everything else, so that offline keys may change, and starts after it', () => {
    expect(only(scene({ status: 'active' }, { status: 'offline', memory: 4096 }, {}, { running: true }))).toMatchObject({ steps: [{ kind: 'shutdown' }, { kind: 'memory' }], baseline: { hasProcess: true, memoryMib: 2048 } });
    expect(only(scene({ status: 'offline' }, { status: 'active', memory: 4096 }))).toMatchObject({ steps: [{ kind: 'memory' }, { kind: 'start' }], baseline: { hasProcess: false } });
  });
  it.each(['planned', 'staged'])('starts a guest that was %s', (status) => expect(only(scene({ status }, { status: 'active' })).steps).toEqual([{ kind: 'start', before: 'stopped', after: 'running' }]));
  it('does nothing where it is so already', () => {
    nothingOf(scene({ status: 'offline' }, { status: 'active' }, {}, { running: true }));
    nothingOf(scene({ status: 'active' }, { status: 'offline' }));
  });
  it('refuses a status that would leave a running guest without a meaning, and notes one of a stopped guest', () => {
    expect(refusedBy(scene({ status: 'active' }, { status: 'decommissioning' }, {}, { running: true }))).toEqual(['update.status']);
    expect(planOf(scene({ status: 'offline' }, { status: 'decommissioning' })).findings).toMatchObject([{ rule: 'change.no-counterpart', severity: 'info' }]);
  });
  it('never stops a running guest for a key that changes only offline', () => expect(refusedBy(scene({}, { memory: 4096 }, {}, { running: true }))).toEqual(['update.offline-only-key']));
});

describe('disks', () => {
  const disk = (before: Data | null, after: Data | null) => diff('virtualization.virtualdisk', 7, before === null ? null : { name: 'scsi1', size: 1024, virtual_machine: 5, ...before }, after === null ? null : { name: 'scsi1', size: 1024, virtual_machine: 5, ...after });
  it('are made in a free slot', () => {
    expect(only(scene({}, {}, rows(diskCreate(7, 5, 'scsi2', 1536))))).toMatchObject({ steps: [{ kind: 'disk-add', slot: 'scsi2', before: null, after: '1536 MiB on local-lvm', storage: 'local-lvm', sizeMib: 1536 }], baseline: { 'disk scsi2': 'absent' } });
    nothingOf(scene({}, {}, rows(diskCreate(7, 5, 'scsi1', 1024))));
  });
  it('P21 are never made where something stands: Proxmox would turn it out', () => expect(refusedBy(scene({}, {}, rows(diskCreate(7, 5, 'scsi1', 2048))))).toEqual(['disk.slot-taken']));
  it('are grown to an absolute size, bound to the volume', () => {
    expect(only(scene({}, {}, rows(disk({}, { size: 3072 }))))).toMatchObject({ steps: [{ kind: 'disk-grow', slot: 'scsi1', before: 1024, after: 3072 }], baseline: { 'disk scsi1': 'local-lvm:vm-107-disk-1', 'size scsi1': 1024 } });
  });
  it('P12 are not grown over what somebody else did', () => {
    expect(refusedBy(scene({}, {}, rows(disk({}, { size: 3072 })), { raw: { ...guest.raw, scsi1: 'local-lvm:vm-107-disk-1,size=2G' } }))).toEqual(['change.drifted']);
    nothingOf(scene({}, {}, rows(disk({}, { size: 3072 })), { raw: { ...guest.raw, scsi1: 'local-lvm:vm-107-disk-1,size=3G' } }));
  });
  it('P21 are never shrunk', () => expect(refusedBy(scene({}, {}, rows(disk({}, { size: 512 }))))).toEqual(['disk.removal']));
  it('P21 are detached, the volume stays, and it is said so', () => {
    const { steps, baseline, findings } = only(scene({}, {}, rows(disk({}, null))));
    expect([steps, baseline, findings.map((finding) => finding.rule)]).toEqual([[{ kind: 'disk-detach', slot: 'scsi1', before: 'local-lvm:vm-107-disk-1 (1024 MiB)', after: null }], { 'disk scsi1': 'local-lvm:vm-107-disk-1' }, ['disk.stays']]);
  });
  it('P12 are not detached where another size stands in the slot: it is another disk, for all that can be known', () => expect(refusedBy(scene({}, {}, rows(disk({}, null)), { raw: { ...guest.raw, scsi1: 'local-lvm:vm-107-disk-9,size=500G' } }))).toEqual(['change.drifted']));
  it.each([['in the boot order', { boot: 'order=scsi1;scsi0' }], ['the first where there is no order', { boot: null, scsi0: 'none,media=cdrom' }], ['named as bootdisk', { boot: null, bootdisk: 'scsi1' }], ['the only one', { scsi0: null }]])('P21 one that is %s is never detached', (_words, raw) => {
    expect(refusedBy(scene({}, {}, rows(disk({}, null)), { raw: { ...guest.raw, ...raw } }))).toEqual(['disk.removal']);
  });
  it('on ide and sata change only while the guest is off', () => {
    expect(refusedBy(scene({}, {}, rows(diskCreate(7, 5, 'sata1', 1024)), { running: true }))).toEqual(['update.offline-only-key']);
    expect(only(scene({}, {}, rows(diskCreate(7, 5, 'scsi2', 1024)), { running: true })).steps).toHaveLength(1);
  });
  it.each([['another slot', { name: 'scsi3' }], ['another VM', { virtual_machine: 6 }], ['another storage', { custom_fields: { proxmox_storage: 'ceph' } }]])('P30 refuse %s by name', (_words, after) => expect(refusedBy(scene({}, {}, rows(disk({}, after))))).toContain('change.not-supported'));
  it('refuse a storage without room', () => expect(refusedBy(scene({}, {}, rows(disk({}, { size: 900_000_000 }))))).toEqual(['storage.exists-with-room']));
});

describe('interfaces', () => {
  const mac = macFor(guestIdOf(5), 'net1');
  const live = 'bridge=vmbr0,firewall=1,tag=20,virtio=BC:24:11:00:00:6B';
  const nic = (before: Data, after: Data | null) => diff('virtualization.vminterface', 8, { name: 'net0', virtual_machine: 5, untagged_vlan: null, enabled: true, mtu: null, ...before }, after === null ? null : { name: 'net0', virtual_machine: 5, untagged_vlan: null, enabled: true, mtu: null, ...before, ...after });
  const lookups = { vlans: new Map([[30, 130], [20, 20]]) };
  const seeded = { raw: { ...guest.raw, net0: 'virtio=BC:24:11:00:00:6B,bridge=vmbr0,tag=20,firewall=1' } };
  const one = (after: Data | null, more: Partial<Seeded> = seeded) => scene({}, {}, { ...rows(nic({ untagged_vlan: 20 }, after)), lookups }, more);
  it('keep MAC address and what the branch does not name, in one string', () => {
    expect(only(one({ untagged_vlan: 30 }))).toMatchObject({ steps: [{ kind: 'nic', slot: 'net0', before: live, after: 'bridge=vmbr0,firewall=1,tag=130,virtio=BC:24:11:00:00:6B' }], baseline: { 'nic net0': live } });
    expect(only(one({ untagged_vlan: null, mtu: 9000, enabled: false })).steps).toMatchObject([{ after: 'bridge=vmbr0,firewall=1,link_down=1,mtu=9000,virtio=BC:24:11:00:00:6B' }]);
  });
  it('are added with a MAC address of their own, and removed with what they were in the plan', () => {
    expect(only(scene({}, {}, rows(nicCreate(9, 5, 'net1')))).steps).toEqual([{ kind: 'nic', slot: 'net1', before: null, after: `bridge=vmbr0,virtio=${mac}` }]);
    expect(only(one(null)).steps).toEqual([{ kind: 'nic', slot: 'net0', before: live, after: null }]);
  });
  it('P12 are not changed over what somebody else did', () => {
    const drifted = planOf(one({ untagged_vlan: 30 }, { raw: { ...guest.raw, net0: 'virtio=BC:24:11:00:00:6B,bridge=vmbr0,tag=77' } }));
    expect([refusalsOf(drifted.findings), drifted.drift]).toEqual([['change.drifted'], [{ object: 'interface net0 of VM db-1', property: 'tag', netbox: '20', proxmox: '77' }]]);
    nothingOf(one({ untagged_vlan: 30 }, { raw: { ...guest.raw, net0: 'virtio=BC:24:11:00:00:6B,bridge=vmbr0,tag=130' } }));
    expect(refusedBy(one(null, { raw: { ...guest.raw, net0: 'virtio=BC:24:11:00:00:6B,bridge=vmbr0,tag=77' } }))).toEqual(['change.drifted']);
  });
  it('P12 are not changed where nobody can say what main believed', () => {
    const unsaid = (after: Data) => scene({}, {}, { ...rows(nic({ mode: 'tagged', tagged_vlans: [30] }, { mode: 'access', tagged_vlans: [], ...after })), lookups }, seeded);
    expect(planOf(unsaid({ untagged_vlan: 30 })).findings.map((finding) => finding.observed)).toEqual(['tag: NetBox main says nothing that can be compared, Proxmox has 20']);
    nothingOf(unsaid({ untagged_vlan: 20 }));
  });
  it.each([
    ['a slot that is taken', nicCreate(9, 5, 'net0'), 'nic.slot-taken'], ['a name that is none', nicCreate(9, 5, 'eth0'), 'create.nic-slot'], ['another name', nic({ untagged_vlan: 20 }, { name: 'net5' }), 'change.not-supported'], ['an absurd MTU', nic({ untagged_vlan: 20 }, { mtu: 7 }), 'create.mtu'],
    ['tagged VLANs', nic({ untagged_vlan: 20 }, { mode: 'tagged', tagged_vlans: [30] }), 'change.not-supported'], ['a bridge that smuggles options', nic({ untagged_vlan: 20 }, { custom_fields: { proxmox_bridge: 'vmbr0,link_down=1' } }), 'create.bridge'],
    ['a bridge that is not there', nic({ untagged_vlan: 20 }, { custom_fields: { proxmox_bridge: 'vmbr9' } }), 'bridge.exists'], ['a VLAN that is gone', nic({ untagged_vlan: 20 }, { untagged_vlan: 99 }), 'create.vlan'],
  ])('P30 refuse %s by name', (_words, row, rule) => expect(refusedBy(scene({}, {}, { ...rows(row), lookups }, seeded))).toEqual([rule]));
  it('P13 of a container are neither added nor removed: it is known by them', () => {
    const container: Partial<Scene> = { guests: [{ ...guest, kind: 'lxc', raw: {} }] };
    expect(refusedBy({ ...scene({}, {}, rows(nicCreate(9, 5, 'net1'))), ...container })).toEqual(['change.not-supported']);
    expect(refusedBy({ ...scene({}, {}, rows(nic({}, null))), ...container })).toEqual(['change.not-supported']);
  });
});

describe('addresses', () => {
  const ip = (id: number, before: string | null, after: string | null, more: Data = {}) => diff('ipam.ipaddress', id, before === null ? null : { address: before, vrf: null, assigned_object_type: 11, assigned_object_id: 8 }, after === null ? null : { address: after, vrf: null, assigned_object_type: 11, assigned_object_id: 8, ...more });
  const lookups = { interfaceOwners: new Map([[8, 5]]), interfaceNames: new Map([[8, 'net0']]), gateways: [{ address: '10.0.1.1/24', vrf: null }] };
  const vm = { raw: { ...guest.raw, ide2: 'local-lvm:vm-107-cloudinit,media=cdrom', ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1,ip6=2001:db8::5/64' } };
  const ofVm = (...changes: Scene['diffs']) => scene({}, {}, { ...rows(...changes), lookups }, vm);
  it('of a VM with cloud-init go into its ipconfig, with the gateway of IPAM, and it is told when they show', () => {
    const { steps, baseline, findings } = only(ofVm(ip(3, '10.0.0.5/24', '10.0.1.5/24')));
    expect(steps).toEqual([{ kind: 'cloud-init', before: { ipconfig0: 'gw=10.0.0.1,ip=10.0.0.5/24,ip6=2001:db8::5/64' }, after: { ipconfig0: 'gw=10.0.1.1,ip=10.0.1.5/24,ip6=2001:db8::5/64' } }]);
    expect([baseline, findings.map((finding) => finding.rule)]).toEqual([{ 'option ipconfig0': 'gw=10.0.0.1,ip=10.0.0.5/24,ip6=2001:db8::5/64' }, ['cloud-init.re-runs']]);
    expect(only(ofVm(ip(3, '10.0.0.5/24', null))).steps).toMatchObject([{ after: { ipconfig0: 'ip6=2001:db8::5/64' } }]);
    expect(only(scene({}, {}, { ...rows(ip(3, null, '10.0.1.5/24')), lookups }, { raw: { ...vm.raw, ipconfig0: null } })).steps).toMatchObject([{ before: {}, after: { ipconfig0: 'gw=10.0.1.1,ip=10.0.1.5/24' } }]);
  });
  it('P12 are not changed over what somebody else did, and planned to nothing where they stand', () => {
    expect(refusedBy(ofVm(ip(3, '10.0.0.9/24', '10.0.1.5/24')))).toEqual(['change.drifted']);
    expect(refusedBy(ofVm(ip(3, null, '10.0.1.5/24')))).toEqual(['change.drifted']);
    nothingOf(ofVm(ip(3, '10.0.0.5/24', '10.0.0.5/24', { description: 'said otherwise' })));
  });
  it('of a VM without cloud-init are its own', () => expect(planOf(scene({}, {}, { ...rows(ip(3, null, '10.0.1.5/24')), lookups })).findings).toMatchObject([{ rule: 'change.no-counterpart', severity: 'info' }]));
  it('of a container stand in its interface', () => {
    const container: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1', kind: 'lxc' };
    const { steps } = only({ ...scene({}, {}, { ...rows(ip(3, null, '10.0.1.5/24')), lookups }), guests: [container] });
    expect(steps).toMatchObject([{ kind: 'nic', slot: 'net0', after: expect.stringContaining('gw=10.0.1.1,hwaddr=') as string }]);
  });
  it('go with an interface that goes', () => {
    const nic = diff('virtualization.vminterface', 8, { name: 'net0', virtual_machine: 5 }, null);
    expect(only(ofVm(nic, ip(3, '10.0.0.5/24', null))).steps).toMatchObject([{ kind: 'nic', slot: 'net0', after: null }]);
  });
});

it('refuses a row that main changed too', () => {
  const row = diff('virtualization.virtualdisk', 7, { name: 'scsi1', size: 1024, virtual_machine: 5 }, { name: 'scsi1', size: 2048, virtual_machine: 5 }, { conflicts: ['size'] });
  expect(refusedBy(scene({}, {}, rows(row)))).toEqual(['branch.conflict']);
});
