// Guests from an ISO, a container template, a template guest, with cloud-init and addresses: what the plan decides, and what is refused by name.
import { diff, diskCreate, nicCreate, planOf, refusalsOf, vmCreate, type Scene, type Seeded } from '../../../../test/setup/intent-world';
import { ok } from '../../../kernel';
import { inputOf } from '../../../../test/setup/intent-world';
import { draftBranch } from '../draft';

type Data = Readonly<Record<string, unknown>>;
const volumes = new Map([['pve1 iso:iso', ok(['iso:iso/debian.iso'])], ['pve1 iso:vztmpl', ok(['iso:vztmpl/debian-12.tar.zst'])], ['pve1 iso:snippets', ok(['iso:snippets/web.yml'])]]);
const template: Seeded = { netboxVmId: 900, vmid: 9000, name: 'debian-12', cores: 2, sockets: 1, memoryMib: 2048, raw: { template: '1', tags: 'golden', ide2: 'local-lvm:vm-9000-cloudinit,media=cdrom', scsi0: 'local-lvm:base-9000-disk-0,size=10G', net0: 'virtio=BC:24:11:00:23:28,bridge=vmbr0', net1: 'virtio=BC:24:11:00:23:29,bridge=vmbr0' } };
const rights = { poolRights: ok(new Map([['sluice-managed', { create: ['Pool.Allocate'], update: ['VM.Config.CPU', 'VM.Config.Memory', 'VM.Config.Options', 'VM.Config.Network', 'VM.Config.Disk', 'VM.Config.Cloudinit', 'VM.PowerMgmt'], lender: [] }]])) };
const vm = (fields: Data, data: Data = {}, children: Scene['diffs'] = [diskCreate(7, 5, 'scsi0', 20_480), nicCreate(8, 5, 'net0')], more: Partial<Scene> = {}): Scene =>
  ({ diffs: [vmCreate(5, 'web-9', { ...data, custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', ...fields } }), ...children], guests: [template], world: { volumes, ...rights }, input: { links: new Map() }, ...more });
const rootfs = diff('virtualization.virtualdisk', 7, null, { name: 'rootfs', size: 8192, virtual_machine: 5, custom_fields: {} });
const ip = (id: number, address: string, nic = 8): Scene['diffs'][number] => diff('ipam.ipaddress', id, null, { address, vrf: null, assigned_object_type: 11, assigned_object_id: nic });
/** Templates are no guests of the fresh list until the rows say so. */
const withTemplates = (scene: Scene): Scene => {
  const input = inputOf(scene);
  const [world] = input.worlds.values();
  if (world?.guests.ok !== true) return scene;
  return { ...scene, world: { ...scene.world, guests: ok(world.guests.value.map((row) => ({ ...row, isTemplate: (scene.guests ?? []).some((seeded) => seeded.vmid === row.vmid && seeded.raw?.['template'] === '1') }))) } };
};
const specOf = (scene: Scene) => {
  const plan = planOf(withTemplates(scene));
  expect(refusalsOf(plan.findings)).toEqual([]);
  const [action] = plan.content.actions;
  if (action?.kind !== 'create') throw new Error('no create');
  return action;
};
const refusedBy = (scene: Scene): readonly string[] => refusalsOf(planOf(withTemplates(scene)).findings);

describe('a VM from an ISO', () => {
  it('P2 names the volume', () => expect(specOf(vm({ proxmox_iso: 'iso:iso/debian.iso' })).spec.origin).toEqual({ kind: 'iso', volid: 'iso:iso/debian.iso' }));
  it.each([['one that is gone', 'iso:iso/gone.iso', 'image.exists'], ['what is no volume', 'debian.iso', 'create.origin'], ['a path that leaves its storage', 'iso:iso/a,media=disk', 'create.origin'], ['a container template', 'iso:vztmpl/debian-12.tar.zst', 'create.origin']])('refuses %s', (_words, volid, rule) => expect(refusedBy(vm({ proxmox_iso: volid }))).toEqual([rule]));
});

describe('a disk where another drive goes', () => {
  it.each<[string, Scene]>([
    ['the installation medium', vm({ proxmox_iso: 'iso:iso/debian.iso' }, {}, [diskCreate(7, 5, 'ide2', 1024)])],
    ['the cloud-init drive', vm({ cloud_init_user: 'ops', proxmox_storage: 'local-lvm' }, {}, [diskCreate(7, 5, 'ide2', 1024)])],
    ['the cloud-init drive beside a medium', vm({ proxmox_iso: 'iso:iso/debian.iso', cloud_init_user: 'ops', proxmox_storage: 'local-lvm' }, {}, [diskCreate(7, 5, 'ide0', 1024)])],
    ['a drive of the template', vm({ proxmox_template_vmid: 9000 }, {}, [diskCreate(7, 5, 'ide2', 1024)])],
  ])('is refused: %s', (_words, scene) => expect(refusedBy(scene)).toEqual(['disk.slot-taken']));
});

it('P22 no new guest wears the tag of a quarantine', () => expect(refusedBy(vm({}, { tags: ['Sluice'] }, undefined, { lookups: { tags: new Map([['Sluice', 'sluice-quarantine']]) } }))).toEqual(['tags.reserved']));

describe('a container', () => {
  const lxc = (fields: Data = {}, children: Scene['diffs'] = [rootfs, nicCreate(8, 5, 'net0')]): Scene => vm({ proxmox_kind: 'lxc', proxmox_ostemplate: 'iso:vztmpl/debian-12.tar.zst', ...fields }, {}, children);
  it('P13 has rootfs, and addresses with the gateway that IPAM names, in its interface', () => {
    const action = specOf({ ...lxc({ cloud_init_network: 'nameserver=10.0.0.53,searchdomain=example.org', cloud_init_ssh_keys: 'ssh-ed25519 AAAA ops' }, [rootfs, nicCreate(8, 5, 'net0'), ip(3, '10.0.0.5/24'), ip(4, '2001:db8::5/64')]), lookups: { gateways: [{ address: '10.0.0.1/24', vrf: null }, { address: '10.0.1.1/24', vrf: null }] } });
    expect(action.spec).toMatchObject({
      kind: 'lxc', disks: [{ slot: 'rootfs', sizeMib: 8192 }], origin: { kind: 'ostemplate', volid: 'iso:vztmpl/debian-12.tar.zst' },
      nics: [{ slot: 'net0', addresses: { ip: '10.0.0.5/24', gateway: '10.0.0.1', ip6: '2001:db8::5/64', gateway6: null } }], cloudInit: { user: null, nameservers: ['10.0.0.53'], searchDomain: 'example.org', storage: null },
    });
    expect(action.steps.map((step) => step.kind)).toEqual(['create', 'hand-over', 'start', 'stamp']);
  });
  it.each([['no template', { proxmox_ostemplate: null }, undefined, 'create.origin'], ['no rootfs', {}, [nicCreate(8, 5, 'net0')], 'create.disk-slot'], ['a disk of a VM', {}, [rootfs, nicCreate(8, 5, 'net0'), diskCreate(9, 5, 'scsi0', 10)], 'create.disk-slot'], ['no interface', {}, [rootfs], 'guest.no-identity'], ['a cloud-init user', { cloud_init_user: 'ops' }, undefined, 'cloud-init.user'], ['user data', { cloud_init_user_data: 'iso:snippets/web.yml' }, undefined, 'cloud-init.user-data']] as const)('P30 with %s is refused by name', (_words, fields, children, rule) => {
    expect(refusedBy(lxc(fields, children))).toEqual([rule]);
  });
});

describe('a clone', () => {
  it.each([['VMID', 9000], ['name', 'debian-12']])('is made of the template by its %s, then brought to what was wanted', (_words, value) => {
    const action = specOf(vm({ proxmox_template_vmid: value, cloud_init_user: 'ops' }, { vcpus: '4.00', tags: ['Web tier'], start_on_boot: 'on' }, [diskCreate(7, 5, 'scsi0', 20_480), nicCreate(8, 5, 'net0'), ip(3, '10.0.0.5/24')]));
    expect(action.spec.origin).toEqual({ kind: 'clone', template: 9000, templateName: 'debian-12', node: 'pve1', storage: null });
    expect(action.steps).toEqual([
      { kind: 'clone', before: null, after: 'linked clone of 9000 (debian-12) as 500005 on pve1' }, { kind: 'hand-over', before: 'intake', after: 'sluice-managed' }, { kind: 'cores', before: 2, after: 4 }, { kind: 'on-boot', before: false, after: true },
      { kind: 'nic', slot: 'net0', before: null, after: expect.stringMatching(/^bridge=vmbr0,virtio=BC:24:11:/) as string }, { kind: 'nic', slot: 'net1', before: 'bridge=vmbr0,virtio=BC:24:11:00:23:29', after: null }, { kind: 'disk-grow', slot: 'scsi0', before: 10_240, after: 20_480 },
      { kind: 'cloud-init', before: {}, after: { ciuser: 'ops', ipconfig0: 'ip=10.0.0.5/24' } }, { kind: 'tags', before: ['golden'], after: ['web-tier'] }, { kind: 'start', before: 'stopped', after: 'running' }, { kind: 'stamp', before: null, after: 500_005 },
    ]);
  });
  it('is a full one onto the storage that the branch names', () => expect(specOf(vm({ proxmox_template_vmid: 9000, proxmox_storage: 'local-lvm' })).steps[0]).toMatchObject({ after: expect.stringContaining('full clone') as string }));
  const other = (raw: Seeded['raw'], more: Partial<Seeded> = {}): Partial<Scene> => ({ guests: [{ ...template, ...more, raw: { ...template.raw, ...raw } }] });
  it.each([
    ['a template that is gone', { proxmox_template_vmid: 9001 }, {}, 'create.template'], ['a guest that is no template', { proxmox_template_vmid: 9000 }, other({ template: null }), 'create.template'],
    ['a name that two bear', { proxmox_template_vmid: 'debian-12' }, { guests: [template, { ...template, netboxVmId: 901, vmid: 9001 }] }, 'create.template'], ['a template of the other kind', { proxmox_kind: 'lxc', proxmox_template_vmid: 9000 }, {}, 'create.template'],
    ['a template without a cloud-init drive', { proxmox_template_vmid: 9000, cloud_init_user: 'ops' }, other({ ide2: null }), 'cloud-init.drive'], ['two things to be made from', { proxmox_template_vmid: 9000, proxmox_iso: 'iso:iso/debian.iso' }, {}, 'create.origin'],
    ['a disk smaller than the template\'s', { proxmox_template_vmid: 9000 }, { ...other({ scsi0: 'local-lvm:base-9000-disk-0,size=40G' }) }, 'disk.removal'], ['sockets that do not divide the vCPUs', { proxmox_template_vmid: 9000 }, other({}, { sockets: 4 }), 'size.within-limits'],
  ] as const)('P30 of %s is refused by name', (_words, fields, more, rule) => expect(refusedBy(vm(fields, {}, undefined, more as Partial<Scene>))).toContain(rule));
});

describe('cloud-init', () => {
  const blank = (fields: Data, children?: Scene['diffs'], lookups: Scene['lookups'] = {}): Scene => ({ ...vm(fields, {}, children), lookups });
  it('of a blank VM has a drive, keys, data, and an address for every interface', () => {
    const { cloudInit, nics } = specOf(blank({ cloud_init_user: 'ops', cloud_init_user_data: 'iso:snippets/web.yml', cloud_init_network: 'dhcp' }, [nicCreate(8, 5, 'net0'), nicCreate(9, 5, 'net1'), ip(3, '10.0.0.5/24')], { gateways: [{ address: '10.0.0.1/24', vrf: null }] })).spec;
    expect(cloudInit).toEqual({ user: 'ops', sshKeys: null, userData: 'iso:snippets/web.yml', nameservers: [], searchDomain: null, storage: 'local-lvm' });
    expect(nics.map((nic) => nic.addresses)).toEqual([{ ip: '10.0.0.5/24', gateway: '10.0.0.1', ip6: null, gateway6: null }, { ip: 'dhcp', gateway: null, ip6: null, gateway6: null }]);
  });
  it('takes no gateway of another network, another VRF or another length, and never guesses one', () => {
    const { nics } = specOf(blank({ cloud_init_user: 'ops' }, [nicCreate(8, 5, 'net0'), ip(3, '10.0.0.5/24')], { gateways: [{ address: '10.0.1.1/24', vrf: null }, { address: '10.0.0.1/24', vrf: 4 }, { address: '10.0.0.1/16', vrf: null }] })).spec;
    expect(nics[0]?.addresses.gateway).toBeNull();
  });
  it.each([
    ['two gateways', { cloud_init_user: 'ops' }, [nicCreate(8, 5, 'net0'), ip(3, '10.0.0.5/24')], 'address.gateway'], ['two addresses of one family', { cloud_init_user: 'ops' }, [nicCreate(8, 5, 'net0'), ip(3, '10.0.0.5/24'), ip(4, '10.0.0.6/24')], 'address.several'],
    ['a user that is none', { cloud_init_user: 'Root,x=1' }, undefined, 'cloud-init.user'], ['a private key', { cloud_init_ssh_keys: '-----BEGIN OPENSSH PRIVATE KEY-----' }, undefined, 'cloud-init.ssh-keys'], ['raw YAML', { cloud_init_user_data: '#cloud-config\npackages: []' }, undefined, 'cloud-init.user-data'],
    ['a network of another language', { cloud_init_network: 'version: 2' }, undefined, 'cloud-init.network'], ['a name server that is none', { cloud_init_network: 'nameserver=dns' }, undefined, 'cloud-init.network'], ['a snippet that is gone', { cloud_init_user_data: 'iso:snippets/gone.yml' }, undefined, 'image.exists'],
  ] as const)('P30 with %s is refused by name', (_words, fields, children, rule) => {
    expect(refusedBy(blank(fields, children, { gateways: [{ address: '10.0.0.1/24', vrf: null }, { address: '10.0.0.254/24', vrf: null }] }))).toEqual([rule]);
  });
});

it('P5 a template that cannot be read makes no plan', () => {
  const scene = withTemplates(vm({ proxmox_template_vmid: 9000 }));
  expect(refusalsOf(draftBranch(inputOf({ ...scene, world: { ...scene.world, observed: new Map() } })).findings)).toEqual(['observation.incomplete']);
});
