import { diff, judged, nicCreate, vmCreate, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { addressFree } from './address-free';

const ip = (id: number, nic: number, address: string) => diff('ipam.ipaddress', id, null, { address, assigned_object_type: 11, assigned_object_id: nic, vrf: null, status: 'active', tags: [] });
const lxc = { custom_fields: { proxmox_kind: 'lxc', proxmox_node: 'pve1', proxmox_ostemplate: 'iso:vztmpl/debian.tar.zst', proxmox_storage: 'local-lvm' } };
const rootfs = (id: number, vm: number) => diff('virtualization.virtualdisk', id, null, { name: 'rootfs', size: 4096, virtual_machine: vm, custom_fields: {} });
const made = (vm: number, name: string, address: string) => [vmCreate(vm, name, lxc), rootfs(vm * 10, vm), nicCreate(vm * 10 + 1, vm, 'net0'), ip(vm * 10 + 2, vm * 10 + 1, address)];
const one: Scene = { diffs: made(5, 'c1', '10.0.0.5/24') };
const bearing = (raw: Readonly<Record<string, string>>, kind: 'qemu' | 'lxc' = 'qemu'): Scene => ({ ...one, guests: [{ netboxVmId: 7, vmid: 107, name: 'old', kind, raw } satisfies Seeded] });

describe('address.free', () => {
  it('passes addresses that nobody else wants or bears', () => {
    expect(judged(addressFree, one)).toEqual([]);
    expect(judged(addressFree, { diffs: [...made(5, 'c1', '10.0.0.5/24'), ...made(6, 'c2', '10.0.0.6/24')] })).toEqual([]);
    expect(judged(addressFree, bearing({ ipconfig0: 'ip=10.0.0.50/24,gw=10.0.0.5' }))).toEqual([]);
    expect(judged(addressFree, bearing({ ipconfig0: 'ip=dhcp' }))).toEqual([]);
  });
  it('refuses one that two new guests want, at both, whatever its prefix length', () => {
    expect(judged(addressFree, { diffs: [...made(5, 'c1', '10.0.0.5/24'), ...made(6, 'c2', '10.0.0.5/16')] })).toEqual(['interface net0 of VM c1: 10.0.0.5: VM c2 of this branch wants it too', 'interface net0 of VM c2: 10.0.0.5: VM c1 of this branch wants it too']);
  });
  it.each<[string, Scene]>([
    ['a VM, for its cloud-init', bearing({ ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1' })], ['a container, on its interface', bearing({ net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:6B,ip=10.0.0.5/24' }, 'lxc')],
  ])('refuses one that is borne by %s', (_who, scene) => expect(judged(addressFree, scene)).toEqual(['interface net0 of VM c1: 10.0.0.5: guest 107 bears it']));
});
