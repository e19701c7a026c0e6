// The property strings of guest configurations (Proxmox VE 8.4): which sub-keys there are and which may stand bare. Where the
// official schema keeps one opaque (machine, smbios1, ipconfig), the shape is written here from the manual page.
import type { NamedFormat } from './formats';

export interface Field {
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  readonly optional?: true;
  /** May stand without its key, once. */
  readonly isDefault?: true;
  readonly format?: NamedFormat;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  readonly requires?: string;
}

export interface PropertyFormat {
  readonly fields: Readonly<Record<string, Field>>;
  /** `virtio=MAC` is short for `model=virtio,macaddr=MAC`: these keys are values of `names` and carry a value of `carries`. */
  readonly keyAlias?: { readonly keys: readonly string[]; readonly names: string; readonly carries: string };
}

const string = (extra: Partial<Field> = {}): Field => ({ type: 'string', optional: true, ...extra });
const bool: Field = { type: 'boolean', optional: true };
const int = (min?: number, max?: number): Field => ({ type: 'integer', optional: true, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) });
const num = (min?: number): Field => ({ type: 'number', optional: true, ...(min === undefined ? {} : { min }) });
const throttles = Object.fromEntries(['iops', 'iops_max', 'iops_rd', 'iops_rd_max', 'iops_wr', 'iops_wr_max', 'mbps', 'mbps_max', 'mbps_rd', 'mbps_rd_max', 'mbps_wr', 'mbps_wr_max', 'bps', 'bps_rd', 'bps_wr'].map((key) => [key, num(0)]));

const models = ['e1000', 'e1000-82540em', 'e1000-82544gc', 'e1000-82545em', 'e1000e', 'i82551', 'i82557b', 'i82559er', 'ne2k_isa', 'ne2k_pci', 'pcnet', 'rtl8139', 'virtio', 'vmxnet3'];

const drive: Readonly<Record<string, Field>> = {
  file: { type: 'string', isDefault: true, format: 'pve-volume-id-or-qm-path' },
  aio: string({ enum: ['native', 'threads', 'io_uring'] }), backup: bool, cache: string({ enum: ['none', 'writethrough', 'writeback', 'unsafe', 'directsync'] }), detect_zeroes: bool,
  discard: string({ enum: ['ignore', 'on'] }), format: string({ enum: ['raw', 'cow', 'qcow', 'qed', 'qcow2', 'vmdk', 'cloop'] }), 'import-from': string(), iothread: bool, media: string({ enum: ['cdrom', 'disk'] }),
  queues: int(2), replicate: bool, rerror: string({ enum: ['ignore', 'report', 'stop'] }), ro: bool, serial: string({ format: 'urlencoded' }), shared: bool, size: string({ format: 'disk-size' }), snapshot: bool, ssd: bool,
  werror: string({ enum: ['enospc', 'ignore', 'report', 'stop'] }), wwn: string(), ...throttles,
};
const mount: Readonly<Record<string, Field>> = {
  volume: { type: 'string', isDefault: true, format: 'pve-lxc-mp-string' }, acl: bool, mountoptions: string(), quota: bool, replicate: bool, ro: bool, shared: bool, size: string({ format: 'disk-size' }),
};

export const propertyFormats = {
  'qemu-net': {
    fields: {
      model: { type: 'string', isDefault: true, enum: models }, macaddr: string({ format: 'mac-addr' }), bridge: string({ format: 'pve-bridge-id' }), firewall: bool, link_down: bool, mtu: int(1, 65_520), queues: int(0, 64), rate: num(0), tag: int(1, 4094),
      trunks: string({ pattern: '\\d+(?:-\\d+)?(?:;\\d+(?:-\\d+)?)*' }),
    },
    keyAlias: { keys: models, names: 'model', carries: 'macaddr' },
  },
  'lxc-net': {
    fields: {
      name: { type: 'string', pattern: '[-_.\\w\\d]+' }, bridge: string({ pattern: '[-_.\\w\\d]+' }), firewall: bool, gw: string({ format: 'ipv4' }), gw6: string({ format: 'ipv6' }), hwaddr: string({ format: 'mac-addr' }), ip: string({ format: 'pve-ipv4-config' }),
      ip6: string({ format: 'pve-ipv6-config' }), link_down: bool, mtu: int(64, 65_535), rate: num(), tag: int(1, 4094), trunks: string({ pattern: '\\d+(?:;\\d+)*' }), type: string({ enum: ['veth'] }),
    },
  },
  'qemu-drive': { fields: drive },
  'qemu-efidisk': { fields: { file: drive['file'] as Field, efitype: string({ enum: ['2m', '4m'] }), format: drive['format'] as Field, 'import-from': string(), 'pre-enrolled-keys': bool, size: string({ format: 'disk-size' }) } },
  'qemu-tpmstate': { fields: { file: drive['file'] as Field, 'import-from': string(), size: string({ format: 'disk-size' }), version: string({ enum: ['v1.2', 'v2.0'] }) } },
  'qemu-unused': { fields: { file: { type: 'string', isDefault: true, format: 'pve-volume-id' } } },
  'lxc-rootfs': { fields: mount },
  'lxc-mp': { fields: { ...mount, mp: { type: 'string', format: 'pve-lxc-mp-string' }, backup: bool } },
  'lxc-unused': { fields: { volume: { type: 'string', isDefault: true, format: 'pve-volume-id' } } },
  'lxc-features': { fields: { force_rw_sys: bool, fuse: bool, keyctl: bool, mknod: bool, mount: string({ pattern: '[a-zA-Z0-9_; ]+' }), nesting: bool } },
  memory: { fields: { current: { type: 'integer', isDefault: true, min: 16 } } },
  agent: { fields: { enabled: { type: 'boolean', isDefault: true }, 'freeze-fs-on-backup': bool, fstrim_cloned_disks: bool, type: string({ enum: ['virtio', 'isa'] }) } },
  ipconfig: { fields: { ip: string({ format: 'pve-ipv4-config' }), gw: string({ format: 'ipv4', requires: 'ip' }), ip6: string({ format: 'pve-ipv6-config' }), gw6: string({ format: 'ipv6', requires: 'ip6' }) } },
  smbios1: { fields: { uuid: string({ pattern: '[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}' }), version: string(), serial: string(), manufacturer: string(), product: string(), sku: string(), family: string(), base64: bool } },
  machine: { fields: { type: string({ isDefault: true, pattern: '(?:pc|pc(?:-i440fx)?-\\d+(?:\\.\\d+)+(?:\\+pve\\d+)?(?:\\.pxe)?|q35|pc-q35-\\d+(?:\\.\\d+)+(?:\\+pve\\d+)?(?:\\.pxe)?|virt(?:-\\d+(?:\\.\\d+)+)?(?:\\+pve\\d+)?)' }), viommu: string({ enum: ['intel', 'virtio'] }), 'enable-s3': bool, 'enable-s4': bool } },
  vga: { fields: { type: string({ isDefault: true, enum: ['cirrus', 'qxl', 'qxl2', 'qxl3', 'qxl4', 'none', 'serial0', 'serial1', 'serial2', 'serial3', 'std', 'virtio', 'virtio-gl', 'vmware'] }), memory: int(4, 512), clipboard: string({ enum: ['vnc'] }) } },
} as const satisfies Record<string, PropertyFormat>;

export type PropertyFormatName = keyof typeof propertyFormats;
