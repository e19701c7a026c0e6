import { specCluster, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

describe('cloud-init', () => {
  let cluster: SpecCluster;
  beforeAll(async () => {
    const drive = { ide2: 'disks:vm-100-cloudinit,media=cdrom', name: 'web1.example.test', ciuser: 'root', sshkeys: 'ssh-ed25519%20AAAA%20a%40b%0A', ipconfig0: 'ip=10.0.0.5/20,gw=10.0.0.1,ip6=auto', net0: 'virtio=BC:24:11:00:00:10,bridge=vmbr0', nameserver: '10.0.0.53 10.0.0.54', searchdomain: 'example.test' };
    cluster = await specCluster([specGuest(100, {}, drive), specGuest(101, { running: true }, { ...drive, ide2: 'disks:vm-101-cloudinit,media=cdrom' }), specGuest(102, {}, { ...drive, ide2: 'disks:vm-102-cloudinit,media=cdrom', ostype: 'win11', ipconfig0: 'ip=dhcp' })]);
  });
  afterAll(() => cluster.close());

  const vm = (vmid: number, tail: string): string => `/nodes/pve1/qemu/${vmid}/${tail}`;
  const dumped = async (vmid: number, type: string): Promise<readonly string[]> => ((await cluster.root.call<string>('GET', vm(vmid, 'cloudinit/dump'), { type })).body?.data ?? '').split('\n');
  const rows = async (vmid: number): Promise<unknown> => (await cluster.root.call('GET', vm(vmid, 'cloudinit'))).body?.data;
  const put = async (vmid: number, params: Record<string, string | number>): Promise<string> => said(await cluster.root.call('PUT', vm(vmid, 'config'), params));

  it('is given user data and a network made of the configuration', async () => {
    expect(await dumped(100, 'user')).toEqual(['#cloud-config', 'hostname: web1', 'manage_etc_hosts: true', 'fqdn: web1.example.test', 'user: root', 'disable_root: False', 'ssh_authorized_keys:', '  - ssh-ed25519 AAAA a@b', 'chpasswd:', '  expire: False', 'package_upgrade: true', '']);
    expect(await dumped(100, 'network')).toEqual([
      'version: 1', 'config:', '    - type: physical', '      name: eth0', "      mac_address: 'bc:24:11:00:00:10'", '      subnets:', '      - type: static', "        address: '10.0.0.5'", "        netmask: '255.255.240.0'", "        gateway: '10.0.0.1'", '      - type: ipv6_slaac',
      '    - type: nameserver', '      address:', "      - '10.0.0.53'", "      - '10.0.0.54'", '      search:', "      - 'example.test'", '',
    ]);
    expect((await dumped(102, 'network')).slice(0, 6)).toEqual(['auto lo', 'iface lo inet loopback', '', 'auto eth0', 'iface eth0 inet dhcp', '        dns_nameservers 10.0.0.53 10.0.0.54']);
  });

  it('takes a renamed or readdressed guest for a new instance', async () => {
    const ids: string[] = [];
    for (const change of [{ description: 'nothing of it' }, { name: 'web2' }, { ipconfig0: 'ip=10.0.0.6/20,gw=10.0.0.1' }]) {
      expect(await put(100, change)).toBe('200 OK');
      ids.push((await dumped(100, 'meta'))[0] ?? '');
    }
    expect(ids[0]).toMatch(/^instance-id: [0-9a-f]{40}$/);
    expect(new Set(ids).size).toBe(3);
  });

  it('has values that the drive of a running guest does not hold yet, until it is made anew', async () => {
    expect(await put(101, { ciuser: 'ops', cipassword: 'x', delete: 'nameserver' })).toBe('200 OK');
    expect(await rows(101)).toEqual(expect.arrayContaining([{ key: 'ciuser', value: 'root', pending: 'ops' }, { key: 'cipassword', pending: '**********' }, { key: 'nameserver', delete: 1 }]));
    const between = await cluster.lab.guest(101);
    expect(between?.text).toContain('\n[special:cloudinit]\n');
    expect(await put(101, { ciuser: 'root' })).toBe('200 OK');
    expect(await rows(101)).toEqual(expect.arrayContaining([{ key: 'ciuser', value: 'root' }]));
    expect(said(await cluster.root.call('PUT', vm(101, 'cloudinit')))).toBe('200 OK');
    expect((await cluster.lab.guest(101))?.text).not.toContain('[special:cloudinit]');
    expect(await rows(101)).not.toEqual(expect.arrayContaining([expect.objectContaining({ key: 'nameserver' })]));
  });

  it('has one drive a guest', async () => {
    expect(await put(100, { ide0: 'disks:cloudinit' })).toBe("500 ide0 - cloud-init drive is already attached at 'ide2'");
  });
});
