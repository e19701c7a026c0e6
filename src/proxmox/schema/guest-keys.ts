// Configuration keys of guests as parameters of create and update (Proxmox VE 8.4 and 9 schema), with the highest index of
// the numbered ones, which the schema does not say.
import { flag, integer, named, number, oneOf, property, text, type Params } from './param';

/** Highest index of `x[n]` (Proxmox VE 8.4). The same word may differ between kinds: unused is 255 in both. */
export const indexLimits: Readonly<Record<string, number>> = { ide: 3, scsi: 30, virtio: 15, sata: 5, net: 31, ipconfig: 31, unused: 255, serial: 3, usb: 13, hostpci: 15, parallel: 2, numa: 7, mp: 255, dev: 255 };

const drive = property('qemu-drive');

export const qemuKeys: Params = {
  acpi: flag, affinity: named('pve-cpuset'), agent: property('agent'), arch: oneOf('x86_64', 'aarch64'), args: text, autostart: flag, balloon: integer(0), bios: oneOf('seabios', 'ovmf'), boot: named('pve-qm-boot'),
  bootdisk: { ...named('pve-qm-bootdisk'), pattern: '(ide|sata|scsi|virtio)\\d+' }, cdrom: named('pve-qm-ide'), cicustom: named('pve-qm-cicustom'), cipassword: text, citype: oneOf('configdrive2', 'nocloud', 'opennebula'), ciupgrade: flag, ciuser: text,
  cores: integer(1), cpu: named('pve-vm-cpu-conf'), cpulimit: number(0, 128), cpuunits: integer(1, 262_144), description: { ...text, maxLength: 8192 }, efidisk0: property('qemu-efidisk'), freeze: flag, hookscript: named('pve-volume-id'),
  'hostpci[n]': named('pve-qm-hostpci'), hotplug: named('pve-hotplug-features'), hugepages: oneOf('any', '2', '1024'), 'ide[n]': drive, 'ipconfig[n]': property('ipconfig'), keephugepages: flag, kvm: flag, localtime: flag,
  lock: oneOf('backup', 'clone', 'create', 'migrate', 'rollback', 'snapshot', 'snapshot-delete', 'suspending', 'suspended'), machine: { ...property('machine'), maxLength: 40 }, memory: property('memory'), migrate_downtime: number(0), migrate_speed: integer(0),
  name: named('dns-name'), nameserver: named('address-list'), 'net[n]': property('qemu-net'), numa: flag, 'numa[n]': text, onboot: flag,
  ostype: oneOf('other', 'wxp', 'w2k', 'w2k3', 'w2k8', 'wvista', 'win7', 'win8', 'win10', 'win11', 'l24', 'l26', 'solaris'), 'parallel[n]': { ...text, pattern: '/dev/parport\\d+|/dev/usb/lp\\d+' }, protection: flag, reboot: flag, rng0: text, 'sata[n]': drive, 'scsi[n]': drive,
  scsihw: oneOf('lsi', 'lsi53c810', 'virtio-scsi-pci', 'virtio-scsi-single', 'megasas', 'pvscsi'), searchdomain: text, 'serial[n]': { ...text, pattern: '(/dev/.+|socket)' }, shares: integer(0, 50_000), smbios1: { ...property('smbios1'), maxLength: 512 }, smp: integer(1), sockets: integer(1),
  spice_enhancements: text, sshkeys: named('urlencoded'), startdate: { ...text, pattern: '(now|\\d{4}-\\d{1,2}-\\d{1,2}(T\\d{1,2}:\\d{1,2}:\\d{1,2})?)' }, startup: named('pve-startup-order'), tablet: flag, tags: named('pve-tag-list'), tdf: flag, template: flag, tpmstate0: property('qemu-tpmstate'),
  'unused[n]': property('qemu-unused'), 'usb[n]': text, vcpus: integer(1), vga: property('vga'), 'virtio[n]': drive, vmgenid: { ...text, pattern: '(?:[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}|[01])' }, vmstatestorage: named('pve-storage-id'), watchdog: named('pve-qm-watchdog'),
  'allow-ksm': { ...flag, since: '9.0' },
};

export const lxcKeys: Params = {
  arch: oneOf('amd64', 'i386', 'arm64', 'armhf', 'riscv32', 'riscv64'), cmode: oneOf('shell', 'console', 'tty'), console: flag, cores: integer(1, 8192), cpulimit: number(0, 8192), cpuunits: integer(0, 500_000), debug: flag, description: { ...text, maxLength: 8192 },
  features: property('lxc-features'), hookscript: named('pve-volume-id'), hostname: named('dns-name', 255), lock: oneOf('backup', 'create', 'destroyed', 'disk', 'fstrim', 'migrate', 'mounted', 'rollback', 'snapshot', 'snapshot-delete'), memory: integer(16), 'mp[n]': property('lxc-mp'),
  nameserver: named('lxc-ip-with-ll-iface-list'), 'net[n]': property('lxc-net'), onboot: flag, ostype: oneOf('debian', 'devuan', 'ubuntu', 'centos', 'fedora', 'opensuse', 'archlinux', 'alpine', 'gentoo', 'nixos', 'unmanaged'), protection: flag, rootfs: property('lxc-rootfs'),
  searchdomain: named('dns-name-list'), startup: named('pve-startup-order'), swap: integer(0), tags: named('pve-tag-list'), template: flag, timezone: named('pve-ct-timezone'), tty: integer(0, 6), unprivileged: flag, 'unused[n]': property('lxc-unused'),
};

/** `scsi3` -> `scsi[n]` when the index is within its limit; other names as they are. Null: the index is too high. */
export function tableKey(keys: Params, name: string): string | null {
  if (keys[name] !== undefined) return name;
  const [, word = '', index = ''] = /^([a-z]+)(\d+)$/.exec(name) ?? [];
  const limit = indexLimits[word];
  return limit !== undefined && /^(?:0|[1-9]\d*)$/.test(index) && Number(index) <= limit && keys[`${word}[n]`] !== undefined ? `${word}[n]` : null;
}
