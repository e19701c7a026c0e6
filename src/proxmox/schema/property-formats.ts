// The property strings of guest configurations by name (Proxmox VE): most come compiled from the official schema; where it keeps
// one opaque (ipconfig, smbios1), the shape is written here from the manual page.
import type { NamedFormat } from './formats';
import { lxcKeys, qemuKeys } from './guest-keys';
import type { Field, Param, PropertyFormat } from './param';

const string = (extra: Partial<Field> = {}): Field => ({ type: 'string', optional: true, ...extra });

/** Formats that the schema names without describing them. */
const opaque = {
  'pve-qm-ipconfig': { fields: { ip: string({ format: 'pve-ipv4-config' }), gw: string({ format: 'ipv4', requires: 'ip' }), ip6: string({ format: 'pve-ipv6-config' }), gw6: string({ format: 'ipv6', requires: 'ip6' }) } },
  'pve-qm-smbios1': { fields: { uuid: string({ pattern: '[a-fA-F0-9]{8}(?:-[a-fA-F0-9]{4}){3}-[a-fA-F0-9]{12}' }), version: string(), serial: string(), manufacturer: string(), product: string(), sku: string(), family: string(), base64: { type: 'boolean', optional: true } } },
} as const satisfies Partial<Record<NamedFormat, PropertyFormat>>;

export const propertyOf = (param: Param): PropertyFormat | undefined => param.property ?? (param.format === undefined ? undefined : (opaque as Partial<Record<NamedFormat, PropertyFormat>>)[param.format]);

const of = (param: Param | undefined): PropertyFormat => (param === undefined ? undefined : propertyOf(param)) ?? { fields: {} };

export const propertyFormats = {
  'qemu-net': of(qemuKeys['net[n]']), 'lxc-net': of(lxcKeys['net[n]']), 'qemu-drive': of(qemuKeys['scsi[n]']), 'qemu-efidisk': of(qemuKeys['efidisk0']), 'qemu-tpmstate': of(qemuKeys['tpmstate0']), 'qemu-unused': of(qemuKeys['unused[n]']),
  'lxc-rootfs': of(lxcKeys['rootfs']), 'lxc-mp': of(lxcKeys['mp[n]']), 'lxc-unused': of(lxcKeys['unused[n]']), 'lxc-features': of(lxcKeys['features']), memory: of(qemuKeys['memory']), agent: of(qemuKeys['agent']), ipconfig: of(qemuKeys['ipconfig[n]']),
  smbios1: of(qemuKeys['smbios1']), vga: of(qemuKeys['vga']),
} as const satisfies Record<string, PropertyFormat>;

export type PropertyFormatName = keyof typeof propertyFormats;
