// The simulated NetBox of the lab: the plan's side of the same guests, the fields that Sluice uses, and a branch that waits.
import { join } from 'node:path';
import type { NetBoxSimOptions, SeedRequest } from '../netbox';
import { labClusters } from './proxmox';
import { labGuests, type LabGuest } from './guests';
import type { LabSecrets } from './secrets';

const vm = 'virtualization.virtualmachine';
export const waitingBranch = 'web-tier';
/** Shows the breadth: a clone with cloud-init, a container, and a guest that runs changed in several ways. */
export const secondBranch = 'app-tier';
export const secondBranchShows = 'app-02 is cloned from a template with cloud-init and an address whose gateway IPAM names, cache-01 is a container, and web-02, which runs, is tagged, grown and moved into a VLAN.';

const field = (name: string, type: string, objectTypes: readonly string[], label: string, more: Readonly<Record<string, string>> = {}): SeedRequest =>
  ({ as: 'admin', path: '/api/extras/custom-fields/', body: { name, label, type, object_types: [...objectTypes], ...more } });

const fields: readonly SeedRequest[] = [
  { as: 'admin', path: '/api/extras/custom-field-choice-sets/', body: { name: 'Proxmox guest kind', extra_choices: [['qemu', 'VM'], ['lxc', 'Container']] } },
  { as: 'admin', path: '/api/extras/custom-fields/', body: { name: 'proxmox_kind', label: 'Guest kind', type: 'select', choice_set: { name: 'Proxmox guest kind' }, object_types: [vm] } },
  field('apply_to_proxmox', 'boolean', ['netbox_branching.branch'], 'Apply to Proxmox'),
  field('apply_destroy_confirmed', 'boolean', ['netbox_branching.branch'], 'Raise deletion requests'),
  ...['proxmox_node', 'proxmox_pool', 'proxmox_iso', 'proxmox_ostemplate', 'cloud_init_user', 'cloud_init_network', 'sluice_intent_state', 'sluice_last_apply_run_id', 'sluice_guest_id'].map((name) => field(name, 'text', [vm], name.replaceAll('_', ' '))),
  ...['cloud_init_ssh_keys', 'cloud_init_user_data'].map((name) => field(name, 'longtext', [vm], name.replaceAll('_', ' '))),
  field('proxmox_storage', 'text', [vm, 'virtualization.virtualdisk'], 'proxmox storage'),
  field('proxmox_bridge', 'text', ['virtualization.vminterface'], 'proxmox bridge'),
  field('proxmox_template_vmid', 'integer', [vm], 'proxmox template VMID'),
  field('proxmox_vm_id', 'integer', [vm], 'VMID'),
];

const inventory: readonly SeedRequest[] = [
  { as: 'admin', path: '/api/dcim/sites/', body: { name: 'Saxony', slug: 'saxony', status: 'active' } },
  { as: 'admin', path: '/api/virtualization/cluster-types/', body: { name: 'Proxmox VE', slug: 'proxmox-ve' } },
  { as: 'admin', path: '/api/dcim/manufacturers/', body: { name: 'Generic', slug: 'generic' } },
  { as: 'admin', path: '/api/dcim/device-types/', body: { manufacturer: { slug: 'generic' }, model: 'Server', slug: 'server' } },
  { as: 'admin', path: '/api/dcim/device-roles/', body: { name: 'Hypervisor', slug: 'hypervisor', color: '9e9e9e' } },
  { as: 'admin', path: '/api/extras/tags/', body: [{ name: 'Web', slug: 'web', color: '2196f3' }, { name: 'Production', slug: 'production', color: 'f44336' }, { name: 'Gateway', slug: 'gateway', color: '4caf50' }] },
  { as: 'admin', path: '/api/ipam/vlans/', save: 'vlan20', body: { vid: 20, name: 'servers', status: 'active' } },
  { as: 'admin', path: '/api/ipam/prefixes/', body: { prefix: '10.20.0.0/24', status: 'active', vlan: '{{vlan20}}' } },
  { as: 'admin', path: '/api/ipam/ip-addresses/', body: { address: '10.20.0.1/24', status: 'active', description: 'gateway of servers', tags: [{ slug: 'gateway' }] } },
  ...labClusters.flatMap((cluster): readonly SeedRequest[] => [
    { as: 'admin', path: '/api/virtualization/clusters/', body: { name: cluster.name, type: { slug: 'proxmox-ve' }, status: 'active' } },
    { as: 'admin', path: '/api/dcim/devices/', body: cluster.nodes.map((node) => ({ name: node, device_type: { slug: 'server' }, role: { slug: 'hypervisor' }, site: { slug: 'saxony' }, cluster: { name: cluster.name }, status: 'active' })) },
  ]),
];

const recordOf = (guest: LabGuest): readonly SeedRequest[] => [
  { as: 'admin', path: '/api/virtualization/virtual-machines/', save: guest.name, body: { name: guest.name, cluster: { name: guest.cluster }, device: { name: guest.node }, status: guest.running ? 'active' : 'offline', vcpus: guest.cores, memory: guest.memoryMib, description: guest.human, custom_fields: { proxmox_kind: 'qemu', proxmox_vm_id: guest.vmid, sluice_guest_id: guest.guestId } } },
  { as: 'admin', path: '/api/virtualization/interfaces/', save: `${guest.name}/net0`, body: { virtual_machine: `{{${guest.name}}}`, name: 'net0', enabled: true } },
  { as: 'admin', path: '/api/dcim/mac-addresses/', save: `${guest.name}/mac`, body: { mac_address: guest.mac, assigned_object_type: 'virtualization.vminterface', assigned_object_id: `{{${guest.name}/net0}}` } },
  { as: 'admin', path: '/api/virtualization/virtual-disks/', save: `${guest.name}/scsi0`, body: { virtual_machine: `{{${guest.name}}}`, name: 'scsi0', size: guest.diskGib * 1024 } },
];

/** The waiting branch: one VM is made, one changed, one goes. */
const branch: readonly SeedRequest[] = [
  { as: 'engineer', path: '/api/plugins/branching/branches/', save: 'branch', body: { name: waitingBranch, description: 'web-03 joins, app-01 grows, old-01 goes', custom_fields: { apply_to_proxmox: true, apply_destroy_confirmed: true } } },
  { as: 'engineer', branch: waitingBranch, path: '/api/virtualization/virtual-machines/', save: 'web-03', body: { name: 'web-03', cluster: { name: 'leipzig' }, status: 'planned', vcpus: 2, memory: 2048, description: 'third web front', tags: [{ slug: 'web' }], custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve3', proxmox_storage: 'vmdata', proxmox_pool: 'sluice-managed' } } },
  { as: 'engineer', branch: waitingBranch, path: '/api/virtualization/virtual-disks/', body: { virtual_machine: '{{web-03}}', name: 'scsi0', size: 8192 } },
  { as: 'engineer', branch: waitingBranch, path: '/api/virtualization/interfaces/', body: { virtual_machine: '{{web-03}}', name: 'net0', enabled: true } },
  { as: 'engineer', branch: waitingBranch, method: 'PATCH', path: '/api/virtualization/virtual-machines/{{app-01}}/', body: { vcpus: 4, description: 'application server, grown for spring' } },
  { as: 'engineer', branch: waitingBranch, method: 'DELETE', path: '/api/virtualization/virtual-machines/{{old-01}}/' },
];

const made = (name: string, kind: 'qemu' | 'lxc', description: string, fields: Readonly<Record<string, string | number>>): SeedRequest =>
  ({ as: 'engineer', branch: secondBranch, path: '/api/virtualization/virtual-machines/', save: name, body: { name, cluster: { name: 'leipzig' }, status: 'active', vcpus: 2, memory: 2048, description, tags: [{ slug: 'web' }], custom_fields: { proxmox_kind: kind, proxmox_node: 'pve1', proxmox_pool: 'sluice-managed', ...fields } } });
const placed = (name: string, disk: string, size: number, address: string): readonly SeedRequest[] => [
  { as: 'engineer', branch: secondBranch, path: '/api/virtualization/virtual-disks/', body: { virtual_machine: `{{${name}}}`, name: disk, size } },
  { as: 'engineer', branch: secondBranch, path: '/api/virtualization/interfaces/', save: `${name}/net0`, body: { virtual_machine: `{{${name}}}`, name: 'net0', enabled: true, mode: 'access', untagged_vlan: '{{vlan20}}' } },
  { as: 'engineer', branch: secondBranch, path: '/api/ipam/ip-addresses/', body: { address, status: 'active', assigned_object_type: 'virtualization.vminterface', assigned_object_id: `{{${name}/net0}}` } },
];

const breadth: readonly SeedRequest[] = [
  { as: 'engineer', path: '/api/plugins/branching/branches/', save: 'breadth', body: { name: secondBranch, description: 'app-02 is cloned, cache-01 is a container, web-02 is tagged, grown and moved into a VLAN', custom_fields: { apply_to_proxmox: true, apply_destroy_confirmed: false } } },
  made('app-02', 'qemu', 'second application server', { proxmox_template_vmid: 9000, cloud_init_user: 'ops', cloud_init_ssh_keys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleEx ops@lab', cloud_init_network: 'nameserver=10.20.0.53,searchdomain=lab.example' }),
  ...placed('app-02', 'scsi0', 16_384, '10.20.0.24/24'),
  made('cache-01', 'lxc', 'cache for the web fronts', { proxmox_ostemplate: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', proxmox_storage: 'vmdata' }),
  ...placed('cache-01', 'rootfs', 4096, '10.20.0.30/24'),
  { as: 'engineer', branch: secondBranch, method: 'PATCH', path: '/api/virtualization/virtual-machines/{{web-02}}/', body: { tags: [{ slug: 'web' }, { slug: 'production' }], start_on_boot: 'on' } },
  { as: 'engineer', branch: secondBranch, method: 'PATCH', path: '/api/virtualization/virtual-disks/{{web-02/scsi0}}/', body: { size: 24_576 } },
  { as: 'engineer', branch: secondBranch, method: 'PATCH', path: '/api/virtualization/interfaces/{{web-02/net0}}/', body: { mode: 'access', untagged_vlan: '{{vlan20}}' } },
];

const inBranches = ['virtualization.virtualmachine', 'virtualization.vminterface', 'virtualization.virtualdisk', 'dcim.macaddress', 'ipam.ipaddress', 'extras.tag', 'virtualization.cluster', 'dcim.device', 'ipam.vlan'];
const guestObjects = inBranches.slice(0, 5);
const branching = ['netbox_branching.branch', 'netbox_branching.changediff', 'netbox_branching.branchevent', 'core.job', 'core.objectchange', 'core.objecttype'];

export const netboxOptions = (secrets: LabSecrets, directory: string): NetBoxSimOptions => ({
  name: 'netbox', version: '4.5.10', stateFile: join(directory, 'netbox.json'),
  users: [
    { username: 'admin', password: secrets.root, superuser: true, tokenV1: secrets.netbox.admin },
    { username: 'engineer', password: secrets.passwords.engineer, tokenV1: secrets.netbox.engineer, permissions: [
      { name: 'engineer: guests', objectTypes: guestObjects, actions: ['view', 'add', 'change', 'delete'] },
      { name: 'engineer: the rest', objectTypes: [...inBranches.slice(5), ...branching], actions: ['view'] },
      { name: 'engineer: branches', objectTypes: ['netbox_branching.branch'], actions: ['view', 'add', 'change', 'delete', 'sync', 'merge', 'revert', 'archive'] },
    ] },
    { username: 'approver', password: secrets.passwords.approver, tokenV1: secrets.netbox.approver, permissions: [{ name: 'approver: all to see', objectTypes: [...inBranches, ...branching], actions: ['view'] }] },
    { username: 'sluice', password: secrets.root, tokenV1: secrets.netbox.service, permissions: [
      { name: 'sluice: all to see', objectTypes: [...inBranches, ...branching, 'users.user', 'users.objectpermission', 'extras.customfield'], actions: ['view'] },
      { name: 'sluice: stamps and records put back', objectTypes: guestObjects, actions: ['view', 'add', 'change'] },
    ] },
  ],
  seed: [...fields, ...inventory, ...labGuests.flatMap(recordOf), ...branch, ...breadth],
});
