// Named formats of the Proxmox VE schema, with the sentences its validator answers (Proxmox VE 8.4). Pure.

export type NamedFormat =
  | 'pve-node' | 'pve-vmid' | 'pve-vmid-list' | 'pve-storage-id' | 'pve-storage-id-list' | 'pve-poolid' | 'pve-configid' | 'pve-configid-list' | 'pve-tag-list'
  | 'dns-name' | 'dns-name-list' | 'urlencoded' | 'mac-addr' | 'pve-bridge-id' | 'disk-size' | 'pve-volume-id' | 'pve-volume-id-or-qm-path' | 'pve-lxc-mp-string' | 'ipv4' | 'ipv6' | 'pve-ipv4-config' | 'pve-ipv6-config'
  | 'pve-userid' | 'pve-userid-list' | 'pve-tokenid-list' | 'pve-roleid' | 'pve-roleid-list' | 'pve-groupid-list' | 'pve-priv-list' | 'pve-task-status-type-list'
  | 'pve-storage-content' | 'pve-storage-content-list' | 'pve-hotplug-features' | 'pve-startup-order' | 'address-list' | 'lxc-ip-with-ll-iface-list' | 'storage-pair-list'
  | 'pve-qm-boot' | 'pve-qm-bootdisk' | 'pve-qm-cicustom' | 'pve-vm-cpu-conf' | 'pve-qm-ide' | 'pve-qm-watchdog' | 'pve-qm-hostpci' 
  | 'pve-volume-id-or-absolute-path' | 'pve-storage-server' | 'pve-storage-vgname' | 'pve-storage-portal-dns' | 'pve-storage-portal-dns-list' | 'pve-storage-options' | 'pve-storage-format' | 'pve-storage-path' | 'pve-sdn-zone-id' | 'pve-sdn-vnet-id' | 'pve-sdn-fabric-id' | 'pve-sdn-bgp-rt-list' | 'pve-lxc-dev-string' | 'pve-dir-override-list' | 'email-or-username-list' | 'backup-performance' | 'backup-fleecing' | 'prune-backups' | 'pve-qm-smbios1' | 'pve-qm-ipconfig' | 'pve-qm-rng' | 'pve-qemu-tdx-fmt' | 'pve-qemu-sev-fmt' | 'pve-node-list' | 'pve-iface' | 'pve-ha-resource-or-vm-id' | 'pve-day-of-week-list' | 'pve-calendar-event' | 'mac-prefix' | 'ip-list'
  | 'CIDR' | 'email-opt' | 'pve-realm' | 'pve-cpuset' | 'pve-ct-timezone';

/** Splits a `-list` value as Proxmox does: comma, semicolon, white space; NUL alone where one occurs. */
export const splitList = (value: string): readonly string[] => (value.includes('\0') ? value.split('\0') : value.split(/[,;\s]+/)).filter((item) => item !== '');

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^(?:${octet}\\.){3}${octet}$`);
const isIpv6 = (value: string): boolean => /^[0-9a-f:]+(?:(?:\d+\.){3}\d+)?$/i.test(value) && value.includes(':') && (value.match(/::/g) ?? []).length <= 1;
const cidr = (value: string, bits: number, isAddress: (address: string) => boolean): boolean => {
  const [address = '', prefix = '', more] = value.split('/');
  return more === undefined && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && isAddress(address);
};
const isIpv4 = (value: string): boolean => ipv4.test(value);

const cpuModels = ['486', 'Broadwell', 'Broadwell-IBRS', 'Broadwell-noTSX', 'Cascadelake-Server', 'Conroe', 'Cooperlake', 'EPYC', 'EPYC-Genoa', 'EPYC-IBPB', 'EPYC-Milan', 'EPYC-Rome', 'GraniteRapids', 'Haswell', 'Haswell-IBRS', 'Haswell-noTSX', 'Icelake-Client', 'Icelake-Server', 'IvyBridge', 'IvyBridge-IBRS', 'KnightsMill', 'Nehalem', 'Nehalem-IBRS', 'Opteron_G1', 'Opteron_G2', 'Opteron_G3', 'Opteron_G4', 'Opteron_G5', 'Penryn', 'SandyBridge', 'SandyBridge-IBRS', 'SapphireRapids', 'Skylake-Client', 'Skylake-Server', 'Westmere', 'Westmere-IBRS', 'athlon', 'core2duo', 'coreduo', 'host', 'kvm32', 'kvm64', 'max', 'pentium', 'pentium2', 'pentium3', 'phenom', 'qemu32', 'qemu64', 'x86-64-v2', 'x86-64-v2-AES', 'x86-64-v3', 'x86-64-v4'];

function cpuError(value: string): string | null {
  const first = value.split(',').find((part) => !part.includes('=') || part.startsWith('cputype='));
  const model = first?.replace(/^cputype=/, '');
  return model === undefined || model.startsWith('custom-') || cpuModels.includes(model) ? null : `Built-in cputype '${model}' is not defined (missing 'custom-' prefix?)`;
}

const isMac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){2}(?::[0-9a-f]{2}){0,2}:?$/i;
const matching = (pattern: RegExp, text: (value: string) => string) => (value: string): string | null => (pattern.test(value) ? null : text(value));
const looks = (what: string) => (): string => `value does not look like a valid ${what}`;
const anything = (): null => null;
const volumeId = matching(/^[a-z][a-z0-9\-_.]*[a-z0-9]:.+$/i, (value) => `unable to parse volume ID '${value}'`);
const sdnId = (what: string, pattern: RegExp) => (value: string): string | null => (!pattern.test(value) ? `${what} ID '${value}' contains illegal characters` : value.length > 8 ? `${what} ID '${value}' can't be more length than 8 characters` : null);
const configId = matching(/^[a-z][a-z0-9_-]+$/i, (value) => `invalid configuration ID '${value}'`);
const storageId = matching(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, (value) => `storage ID '${value}' contains illegal characters`);
const userId = matching(/^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/, (value) => `value '${value}' does not look like a valid user name`);
const privilege = matching(/^(?:VM|Sys|Datastore|SDN|Pool|Mapping|User|Group|Realm|Permissions)\.[A-Za-z.]+$/, (value) => `invalid privilege '${value}'`);
const storageContent = matching(/^(?:images|rootdir|vztmpl|iso|backup|snippets|import|none)$/, (value) => `invalid content type '${value}'`);

/** One item's check: the sentence of the validator, or null when the value fits. */
const checks: Readonly<Record<Exclude<NamedFormat, `${string}-list`>, (value: string) => string | null>> = {
  'pve-node': matching(new RegExp(`^${label}$`), looks('node name')),
  'pve-vmid': matching(/^[1-9]\d{2,8}$/, looks('VM ID')),
  'pve-storage-id': storageId,
  'pve-poolid': matching(/^[A-Za-z0-9.\-_]+(?:\/[A-Za-z0-9.\-_]+){0,2}$/, (value) => `value '${value}' does not look like a valid pool name`),
  'pve-configid': configId,
  'dns-name': matching(new RegExp(`^${label}(?:\\.${label})*$`), looks('DNS name')),
  urlencoded: matching(/^[-%a-zA-Z0-9_.!~*'()]*$/, (value) => `invalid urlencoded string: ${value}`),
  'mac-addr': matching(/^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/i, looks('unicast MAC address')),
  'pve-bridge-id': matching(/^[-_.\w\d]{1,15}$/, (value) => `invalid bridge name '${value}'`),
  'disk-size': matching(/^\d+(?:\.\d+)?[KMGT]?$/, looks('disk size')),
  'pve-volume-id': volumeId,
  'pve-volume-id-or-qm-path': (value) => (value === 'none' || value === 'cdrom' || value.startsWith('/') ? null : volumeId(value)),
  'pve-lxc-mp-string': (value) => (value.startsWith('/') ? null : volumeId(value)),
  ipv4: (value) => (isIpv4(value) ? null : 'value does not look like a valid IPv4 address'),
  ipv6: (value) => (isIpv6(value) ? null : 'value does not look like a valid IPv6 address'),
  'pve-ipv4-config': (value) => (value === 'dhcp' || value === 'manual' || cidr(value, 32, isIpv4) ? null : 'value does not look like a valid ipv4 network configuration'),
  'pve-ipv6-config': (value) => (value === 'dhcp' || value === 'auto' || value === 'manual' || cidr(value, 128, isIpv6) ? null : 'value does not look like a valid ipv6 network configuration'),
  'pve-userid': userId,
  'pve-roleid': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `value '${value}' does not look like a valid role name`),
  'pve-storage-content': storageContent,
  'pve-hotplug-features': matching(/^(?:[01]|(?:network|disk|cpu|memory|usb|cloudinit)(?:[,;\s]+(?:network|disk|cpu|memory|usb|cloudinit))*)?$/, (value) => `invalid hotplug feature list '${value}'`),
  'pve-startup-order': matching(/^(?:order=)?\d*(?:,?(?:order|up|down)=\d+)*$/, (value) => `unable to parse startup options: ${value}`),
  'pve-qm-boot': matching(/^(?:(?:legacy=)?[acdn]{0,4}|order=[a-z0-9;]*)$/, (value) => `unable to parse boot options: ${value}`),
  'pve-qm-bootdisk': anything, 'pve-qm-cicustom': anything, 'pve-vm-cpu-conf': cpuError, 'pve-qm-ide': anything, 'pve-qm-watchdog': anything, 'pve-qm-hostpci': anything,
  CIDR: (value) => (cidr(value, 32, isIpv4) || cidr(value, 128, isIpv6) ? null : 'value does not look like a valid CIDR network'),
  'pve-volume-id-or-absolute-path': (value) => (value.startsWith('/') ? null : volumeId(value)),
  'pve-iface': matching(/^[a-z][a-z0-9_]{1,20}(?:[:.]\d+)?$/i, (value) => `invalid network interface name '${value}'`),
  'pve-storage-path': matching(/^\/.*$/, looks('path')),
  'pve-storage-format': matching(/^(?:raw|qcow2|vmdk|subvol)$/, (value) => `invalid storage format '${value}'`),
  'pve-storage-vgname': matching(/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i, (value) => `lvm name '${value}' contains illegal characters`),
  'pve-sdn-zone-id': sdnId('zone', /^[a-z][a-z0-9]*[a-z0-9]$/i),
  'pve-sdn-vnet-id': sdnId('vnet', /^[a-z][a-z0-9]*[a-z0-9]$/i),
  'pve-sdn-fabric-id': matching(/^[a-z0-9][a-z0-9-]{0,7}$/i, (value) => `fabric ID '${value}' contains illegal characters`),
  'pve-ha-resource-or-vm-id': matching(/^(?:(?:vm|ct):)?\d+$/, (value) => `value '${value}' does not look like a valid HA resource ID`),
  'mac-prefix': matching(isMac, looks('MAC address prefix')),
  'pve-storage-server': anything, 'pve-storage-portal-dns': anything, 'pve-storage-options': anything, 'pve-lxc-dev-string': anything, 'backup-performance': anything, 'backup-fleecing': anything, 'prune-backups': anything,
  'pve-qm-smbios1': anything, 'pve-qm-ipconfig': anything, 'pve-qm-rng': anything, 'pve-qemu-tdx-fmt': anything, 'pve-qemu-sev-fmt': anything, 'pve-calendar-event': anything,
  'email-opt': anything, 'pve-realm': anything, 'pve-cpuset': anything, 'pve-ct-timezone': anything,
};

const listItems: Readonly<Record<Extract<NamedFormat, `${string}-list`>, (value: string) => string | null>> = {
  'pve-vmid-list': checks['pve-vmid'],
  'pve-storage-id-list': storageId,
  'pve-configid-list': configId,
  'pve-tag-list': matching(/^[a-z0-9_][a-z0-9_\-+.]*$/i, () => 'invalid characters in tag'),
  'dns-name-list': checks['dns-name'],
  'pve-userid-list': userId,
  'pve-tokenid-list': matching(/^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+![A-Za-z][A-Za-z0-9.\-_]+$/, (value) => `value '${value}' does not look like a valid token ID`),
  'pve-roleid-list': checks['pve-roleid'],
  'pve-groupid-list': matching(/^[A-Za-z0-9.\-_]+$/, (value) => `value '${value}' does not look like a valid group name`),
  'pve-priv-list': privilege,
  'pve-task-status-type-list': matching(/^(?:ok|error|warning|unknown)$/, (value) => `invalid status '${value}'`),
  'pve-storage-content-list': storageContent,
  'address-list': (value) => (isIpv4(value) || isIpv6(value) || checks['dns-name'](value) === null ? null : 'value does not look like a valid address'),
  'lxc-ip-with-ll-iface-list': (value) => (isIpv4(value) || isIpv6(value.replace(/%.*$/, '')) || value === 'host' ? null : 'value does not look like a valid IP address'),
  'pve-node-list': checks['pve-node'],
  'ip-list': (value) => (isIpv4(value) || isIpv6(value) ? null : 'value does not look like a valid IP address'),
  'storage-pair-list': anything, 'pve-storage-portal-dns-list': anything, 'pve-dir-override-list': anything, 'pve-sdn-bgp-rt-list': anything, 'email-or-username-list': anything, 'pve-day-of-week-list': matching(/^(?:mon|tue|wed|thu|fri|sat|sun)$/, (value) => `invalid day '${value}'`),
};

export const isListFormat = (format: NamedFormat): format is Extract<NamedFormat, `${string}-list`> => format.endsWith('-list');

/** `invalid format - <sentence>\n`, or null. An empty list is a value. */
export function formatError(format: NamedFormat, value: string): string | null {
  const error = isListFormat(format) ? (splitList(value).map((item) => listItems[format](item)).find((found) => found !== null) ?? null) : checks[format](value);
  return error === null ? null : `invalid format - ${error}\n`;
}
