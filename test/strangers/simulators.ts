// The simulators as a stranger finds them: started by their own doors, because what a stranger sends is not held against the
// schemas as Sluice's own requests are.
import { startNetBoxSim, type RunningNetBoxSim } from '../../src/lab/netbox';
import { startProxmoxSim, type RunningProxmoxSim } from '../../src/lab/proxmox';

export const strangersSecret = 'a-secret-of-the-stranger';
export const tokenV1 = 'a'.repeat(40);
const tokenV2 = { key: 'stranger0000', secret: 's'.repeat(40) };
export const bearer = `nbt_${tokenV2.key}.${tokenV2.secret}`;

export const proxmoxFor = (version: '8.4' | '9.0'): Promise<RunningProxmoxSim> =>
  startProxmoxSim({
    clusterName: 'strange', version, nodes: ['pve1', 'pve2'], taskMillis: 0, rootTokenSecret: strangersSecret, bridges: ['vmbr0'], nodeCores: 8,
    storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }],
    seed: {
      pools: ['cust1'], images: [{ volid: 'local:iso/debian.iso', gib: 1 }, { volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.2 }],
      guests: [
        { vmid: 100, kind: 'qemu', node: 'pve1', pool: 'cust1', config: { name: 'guest-100', memory: '1024', cores: '2', ostype: 'l26', scsihw: 'virtio-scsi-single', scsi0: 'disks:vm-100-disk-0,size=8G', boot: 'order=scsi0', net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0', smbios1: 'uuid=00000000-0000-4000-8000-000000000100', vmgenid: '00000000-0000-4000-9000-000000000100' } },
        { vmid: 200, kind: 'lxc', node: 'pve1', pool: 'cust1', config: { hostname: 'ct-200', arch: 'amd64', memory: '512', swap: '512', ostype: 'debian', unprivileged: '1', rootfs: 'disks:vm-200-disk-0,size=4G', net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:02,type=veth' } },
      ],
    },
  });

const vmTypes = ['virtualization.virtualmachine', 'virtualization.cluster'];

export const netboxFor = (): Promise<RunningNetBoxSim> =>
  startNetBoxSim({
    name: 'strange', version: '4.5.10',
    users: [
      { username: 'admin', password: 'admin', superuser: true, tokenV1, tokenV2 },
      { username: 'alice', password: 'alice', permissions: [{ name: 'read', objectTypes: vmTypes, actions: ['view'] }] },
    ],
    seed: [
      { as: 'admin', path: '/api/virtualization/cluster-types/', body: { name: 'Proxmox', slug: 'proxmox' } },
      { as: 'admin', path: '/api/virtualization/clusters/', body: [{ name: 'pve-a', type: { slug: 'proxmox' } }, { name: 'pve-b', type: { slug: 'proxmox' } }] },
      { as: 'admin', path: '/api/extras/tags/', body: { name: 'Production', slug: 'prod' } },
      { as: 'admin', path: '/api/virtualization/virtual-machines/', body: { name: 'web-01', cluster: { name: 'pve-a' }, memory: 2048, vcpus: 2, tags: [{ slug: 'prod' }] } },
    ],
  });
