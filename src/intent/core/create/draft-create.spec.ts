import { allocationOf, diff, diskCreate, guestIdOf, inputOf, nicCreate, planOf, refusalsOf, uuidOf, vmCreate, type Scene, type Seeded } from '../../../../test/setup/intent-world';
import { macFor } from '../../../guest';
import { no } from '../../../kernel';
import { draftBranch } from '../draft';

const whole: Scene = { diffs: [vmCreate(5, 'web-9', { description: 'shop', tags: ['Web tier'] }), diskCreate(7, 5, 'scsi0', 10_240), nicCreate(8, 5, 'net0', { untagged_vlan: 30, mode: 'access' })] };
const refusedBy = (scene: Scene): readonly string[] => refusalsOf(draftBranch(inputOf(scene)).findings);
const withVm = (data: Readonly<Record<string, unknown>>): Scene => ({ diffs: [vmCreate(5, 'web-9', data)] });

describe('a VM that the branch creates', () => {
  it('P2 has everything decided: node, VMID, uuid, storage, MAC, order of steps', () => {
    const plan = planOf(whole);
    expect(plan.findings).toEqual([]);
    const { guestId, uuid } = allocationOf(5);
    expect(plan.content.actions).toEqual([{
      kind: 'create', netboxVmId: 5, cluster: 'alpha', name: 'web-9', needsReboot: false,
      spec: {
        kind: 'qemu', vmid: 500_005, guestId, uuid, node: 'pve1', pool: 'sluice-managed', name: 'web-9', origin: { kind: 'blank' }, sockets: 1, cloudInit: null, cores: 2, memoryMib: 2048, human: 'shop', tags: ['web-tier'], onBoot: false, start: true,
        disks: [{ slot: 'scsi0', storage: 'local-lvm', sizeMib: 10_240 }], nics: [{ slot: 'net0', bridge: 'vmbr0', tag: 130, mac: macFor(guestId, 'net0'), mtu: null, isUp: true, addresses: { ip: null, gateway: null, ip6: null, gateway6: null } }],
      },
      steps: [
        { kind: 'create', before: null, after: 'qemu 500005 on pve1' }, { kind: 'hand-over', before: 'intake', after: 'sluice-managed' }, { kind: 'tags', before: [], after: ['web-tier'] },
        { kind: 'start', before: 'stopped', after: 'running' }, { kind: 'stamp', before: null, after: 500_005 },
      ],
    }]);
  });

  it.each(['planned', 'staged', 'offline'])('is made and left stopped as %s', (status) => {
    const plan = planOf(withVm({ status }));
    expect(plan.content.actions[0]?.steps.map((step) => step.kind)).toEqual(['create', 'hand-over', 'stamp']);
  });

  it('takes the MAC address that NetBox gives, and the primary one of several', () => {
    const mac = (id: number, text: string) => diff('dcim.macaddress', id, null, { mac_address: text, assigned_object_type: 11, assigned_object_id: 8 });
    const { content } = planOf({ diffs: [vmCreate(5, 'web-9'), nicCreate(8, 5, 'net0', { primary_mac_address: 2 }), mac(1, 'BC:24:11:00:00:01'), mac(2, 'bc:24:11:00:00:02')] });
    expect(content.actions[0]).toMatchObject({ spec: { nics: [{ mac: 'BC:24:11:00:00:02' }] } });
  });

  it('takes MTU, link and start with the node as they are wanted', () => {
    const { content } = planOf({ diffs: [vmCreate(5, 'web-9', { start_on_boot: 'on' }), nicCreate(8, 5, 'net0', { mtu: 9000, enabled: false })] });
    expect(content.actions[0]).toMatchObject({ spec: { onBoot: true, nics: [{ mtu: 9000, isUp: false }] } });
  });

  it('names the node by a device of NetBox where the field is empty', () => {
    expect(planOf(withVm({ device: 2, custom_fields: { proxmox_kind: 'qemu' } })).content.actions[0]).toMatchObject({ spec: { node: 'pve2' } });
  });

  const wishes: readonly [string, Readonly<Record<string, unknown>>, string][] = [
    ['no kind', { custom_fields: { proxmox_node: 'pve1' } }, 'create.kind'],
    ['an unknown kind', { custom_fields: { proxmox_kind: 'openvz', proxmox_node: 'pve1' } }, 'create.kind'],
    ['a start with the last state', { start_on_boot: 'laststate' }, 'create.on-boot'],
    ['status failed', { status: 'failed' }, 'create.status'],
    ['status decommissioning', { status: 'decommissioning' }, 'create.status'],
    ['no vCPUs', { vcpus: null }, 'create.size'],
    ['half a vCPU', { vcpus: '1.50' }, 'create.size'],
    ['no memory', { memory: null }, 'create.size'],
    ['no node', { device: null, custom_fields: { proxmox_kind: 'qemu' } }, 'create.node'],
    ['a pool that is not ours', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_pool: 'theirs' } }, 'guest.pool-rights'],
    ['a tag that is not there', { tags: ['Lost'] }, 'create.tags'],
    ['a VMID other than the one given', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_vm_id: 777 } }, 'vmid.free-and-in-range'],
  ];
  it.each(wishes)('P30 with %s is refused by name and not half built', (_name, data, rule) => {
    expect(refusedBy(withVm(data))).toEqual([rule]);
    expect(planOf(withVm(data)).content.actions).toEqual([]);
  });

  const parts: readonly [string, Scene['diffs'][number], string][] = [
    ['a disk on no bus', diskCreate(7, 5, 'disk one', 10), 'create.disk-slot'], ['a disk beyond the bus', diskCreate(7, 5, 'ide4', 10), 'create.disk-slot'], ['a disk of no size', diskCreate(7, 5, 'scsi0', 0), 'create.size'],
    ['a disk whose storage smuggles options', diff('virtualization.virtualdisk', 7, null, { name: 'scsi0', size: 10, virtual_machine: 5, custom_fields: { proxmox_storage: 'x:10,cache=unsafe' } }), 'create.storage'],
    ['an interface of another name', nicCreate(8, 5, 'eth0'), 'create.nic-slot'], ['a VLAN that is gone', nicCreate(8, 5, 'net0', { untagged_vlan: 31 }), 'create.vlan'],
    ['tagged VLANs', nicCreate(8, 5, 'net0', { tagged_vlans: [30] }), 'change.not-supported'], ['mode tagged-all', nicCreate(8, 5, 'net0', { mode: 'tagged-all' }), 'change.not-supported'],
    ['an MTU of nothing', nicCreate(8, 5, 'net0', { mtu: 12 }), 'create.mtu'],
    ['a bridge that smuggles options', nicCreate(8, 5, 'net0', { custom_fields: { proxmox_bridge: 'vmbr0,firewall=0' } }), 'create.bridge'],
  ];
  it.each(parts)('P30 with %s is refused by name and not half built', (_name, part, rule) => {
    const scene: Scene = { diffs: [vmCreate(5, 'web-9'), part] };
    expect(refusedBy(scene)).toEqual([rule]);
    expect(planOf(scene).content.actions).toEqual([]);
  });

  it('refuses a multicast MAC address', () => {
    const mac = diff('dcim.macaddress', 1, null, { mac_address: '01:00:5E:00:00:01', assigned_object_type: 11, assigned_object_id: 8 });
    expect(refusedBy({ diffs: [vmCreate(5, 'web-9'), nicCreate(8, 5, 'net0'), mac] })).toEqual(['create.mac']);
  });

  it('takes no disk over from another VM: it would be made blank', () => {
    const disk = diff('virtualization.virtualdisk', 7, { name: 'scsi0', size: 10, virtual_machine: 6 }, { name: 'scsi0', size: 10, virtual_machine: 5 });
    expect(refusedBy({ diffs: [vmCreate(5, 'web-9'), disk] })).toContain('change.not-supported');
  });

  it('P14 is refused when no VMID could be given', () => {
    expect(refusedBy({ ...withVm({}), input: { allocations: new Map() } })).toEqual(['vmid.free-and-in-range']);
  });

  it('says that an address has no counterpart, and goes on', () => {
    const ip = diff('ipam.ipaddress', 3, null, { name: 'ip', assigned_object_type: 11, assigned_object_id: 8 });
    const plan = planOf({ diffs: [...whole.diffs, ip] });
    expect(plan.findings.map((finding) => `${finding.severity} ${finding.rule}`)).toEqual(['info change.no-counterpart']);
    expect(plan.content.actions).toHaveLength(1);
  });
});

describe('a VM that was created already', () => {
  const made: Seeded = { netboxVmId: 5, vmid: 500_005, name: 'web-9', human: 'shop', raw: { scsi0: 'local-lvm:vm-500005-disk-0,size=10G' } };

  it('plans to nothing when it stands as wanted', () => {
    const plan = planOf({ ...whole, guests: [made] });
    expect([plan.content.actions, plan.content.deletions, plan.findings]).toEqual([[], [], []]);
  });

  it('compares disks by slot, also from the tenth on', () => {
    const disks = { scsi0: null, scsi1: 'local-lvm:a,size=5M', scsi10: 'local-lvm:b,size=5M' };
    expect(planOf({ diffs: [vmCreate(5, 'web-9', { description: 'shop' }), diskCreate(7, 5, 'scsi1', 5), diskCreate(9, 5, 'scsi10', 5), nicCreate(8, 5, 'net0')], guests: [{ ...made, raw: disks }] }).findings).toEqual([]);
  });

  it('names what differs', () => {
    const { findings } = planOf({ ...whole, guests: [{ ...made, cores: 4 }] });
    expect(findings).toMatchObject([{ rule: 'create.already-made', severity: 'refusal', observed: expect.stringContaining('cores 4 instead of 2') as string }]);
  });

  it('P13 refuses when another guest has its VMID now', () => {
    expect(refusedBy({ ...whole, guests: [{ ...made, raw: { ...made.raw, smbios1: `uuid=${uuidOf('somebody else')}` } }] })).toEqual(['guest.identity']);
  });

  it('P5 refuses when it cannot be read, or is in no list', () => {
    expect(refusedBy({ ...whole, guests: [made], world: { observed: new Map([[500_005, no({ kind: 'not-observed', where: 'pve1', text: '595' })]]) } })).toEqual(['observation.incomplete']);
    expect(refusedBy({ ...whole, guests: [made], world: { observed: new Map() } })).toEqual(['observation.incomplete']);
    expect(guestIdOf(5)).toBe(allocationOf(5).guestId);
  });
});
