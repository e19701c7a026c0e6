// What cloud-init is given: user data, network and meta data made of the configuration, and which changed values the drive does
// not hold yet (Proxmox VE 8.4, 5.6 of the reference). The instance id is made of the other two: another name or address makes
// it a new instance.
import { createHash } from 'node:crypto';
import { driveValues, isDrive, valuesOf } from './property-values';
import type { Entries, Guest } from './state';
import { splitVolid } from './volumes';

export type CloudInitFile = 'user' | 'network' | 'meta';
/** Name servers and search domain of the host: they stand in for what the guest's configuration leaves out. */
export interface HostDns { readonly servers: readonly string[]; readonly search: string }

const shownKeys = ['cicustom', 'cipassword', 'citype', 'ciupgrade', 'ciuser', 'nameserver', 'searchdomain', 'sshkeys'];
const recordedKey = (key: string): boolean => shownKeys.includes(key) || key === 'name' || /^(?:ipconfig|net)\d+$/.test(key);

export const isCloudInitDrive = (key: string, value: string): boolean => {
  const file = isDrive(key) ? (driveValues(key, value)['file'] ?? '') : '';
  return file.includes(':') && /(?:^|\/)vm-\d+-cloudinit(?:\.|$)/.test(splitVolid(file).name);
};
/** The slot that holds the drive. */
export const cloudInitSlot = (main: Entries): string | undefined => Object.keys(main).find((key) => isCloudInitDrive(key, main[key] ?? ''));

/** Notes that a running guest's value changed: what the drive holds is kept until it is made anew. */
export function noteCloudInitChange(guest: Guest, key: string, before: string | undefined, after: string | undefined): void {
  if (guest.kind !== 'qemu' || !recordedKey(key) || cloudInitSlot(guest.main) === undefined || before === after) return;
  const { added = '', ...held } = guest.cloudInit ?? {};
  const fresh = new Set(added.split(',').filter((name) => name !== ''));
  if (held[key] !== undefined ? held[key] === after : fresh.has(key) && after === undefined) {
    delete held[key];
    fresh.delete(key);
  } else if (held[key] === undefined && !fresh.has(key)) {
    if (before === undefined) fresh.add(key);
    else held[key] = before;
  }
  guest.cloudInit = { ...held, ...(fresh.size === 0 ? {} : { added: [...fresh].sort().join(',') }) };
}

const masked = (key: string, value: string): string => (key === 'cipassword' ? '**********' : value);

/** Each value as the drive has it, beside the one it will have. */
export function cloudInitPending(guest: Guest): readonly Record<string, unknown>[] {
  const { added = '', ...held } = guest.cloudInit ?? {};
  const fresh = added.split(',').filter((name) => name !== '');
  const present = shownKeys.filter((key) => guest.main[key] !== undefined && !fresh.includes(key));
  return [
    ...fresh.map((key) => ({ key, pending: masked(key, guest.main[key] ?? '') })),
    ...present.map((key) => (held[key] === undefined ? { key, value: masked(key, guest.main[key] ?? '') } : { key, value: masked(key, held[key]), pending: masked(key, guest.main[key] ?? '') })),
    ...Object.keys(held).filter((key) => guest.main[key] === undefined).map((key) => ({ key, delete: 1 })),
  ];
}

function names(main: Entries, vmid: number): { readonly hostname: string; readonly fqdn: string } {
  const name = main['name'] ?? `VM${vmid}`;
  if (name.includes('.')) return { hostname: name.replace(/\..*$/, ''), fqdn: name };
  return { hostname: name, fqdn: main['searchdomain'] === undefined ? name : `${name}.${main['searchdomain']}` };
}

const lines = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).map((part) => `${part}\n`).join('');

function userData(main: Entries, vmid: number): string {
  const { hostname, fqdn } = names(main, vmid);
  const user = main['ciuser'];
  const keys = decodeURIComponent(main['sshkeys'] ?? '').split('\n').filter((key) => key.trim() !== '');
  return lines(
    '#cloud-config', `hostname: ${hostname}`, 'manage_etc_hosts: true', `fqdn: ${fqdn}`, user === undefined ? null : `user: ${user}`, user === 'root' ? 'disable_root: False' : null, main['cipassword'] === undefined ? null : `password: ${main['cipassword']}`,
    ...(main['sshkeys'] === undefined ? [] : ['ssh_authorized_keys:', ...keys.map((key) => `  - ${key}`)]), 'chpasswd:', '  expire: False', ...(user === 'root' ? [] : ['users:', '  - default']), `package_upgrade: ${(main['ciupgrade'] ?? '1') === '1'}`,
  );
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
const dnsOf = (main: Entries, host: HostDns): HostDns => ({ servers: main['nameserver'] === undefined ? host.servers : words(main['nameserver']), search: main['searchdomain'] ?? host.search });

function netmask(prefix: string): string {
  const bits = Number(prefix);
  return [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.max(0, Math.min(8, bits - start)))).join('.');
}

interface Card { readonly number: string; readonly mac: string; readonly address: Readonly<Record<string, string>> }

const cardsOf = (main: Entries): readonly Card[] => Object.keys(main).filter((key) => /^net\d+$/.test(key)).sort().flatMap((key) => {
  const number = key.slice(3);
  const address = main[`ipconfig${number}`];
  return address === undefined ? [] : [{ number, mac: (valuesOf('qemu-net', main[key] ?? '')['macaddr'] ?? '').toLowerCase(), address: valuesOf('ipconfig', address) }];
});

function subnets({ address }: Card): readonly string[] {
  const { ip, gw, ip6, gw6 } = address;
  const [host, prefix = ''] = (ip ?? '').split('/');
  const four = ip === undefined ? [] : ip === 'dhcp' ? ['- type: dhcp4'] : ['- type: static', `  address: '${host}'`, `  netmask: '${netmask(prefix)}'`, ...(gw === undefined ? [] : [`  gateway: '${gw}'`])];
  const six = ip6 === undefined ? [] : ip6 === 'dhcp' ? ['- type: dhcp6'] : ip6 === 'auto' ? ['- type: ipv6_slaac'] : ['- type: static6', `  address: '${ip6}'`, ...(gw6 === undefined ? [] : [`  gateway: '${gw6}'`])];
  return [...four, ...six];
}

function networkV1(main: Entries, host: HostDns): string {
  const { servers, search } = dnsOf(main, host);
  const cards = cardsOf(main).flatMap((card) => ['    - type: physical', `      name: eth${card.number}`, `      mac_address: '${card.mac}'`, '      subnets:', ...subnets(card).map((line) => `      ${line}`)]);
  return lines('version: 1', 'config:', ...cards, '    - type: nameserver', ...(servers.length === 0 ? [] : ['      address:', ...servers.map((server) => `      - '${server}'`)]), ...(search === '' ? [] : ['      search:', ...words(search).map((domain) => `      - '${domain}'`)]));
}

/** As Debian's /etc/network/interfaces has it: what a configuration drive of version 2 carries. */
function interfaces(main: Entries, host: HostDns): string {
  const { servers, search } = dnsOf(main, host);
  const dns = lines(servers.length === 0 ? null : `        dns_nameservers ${servers.join(' ')}`, search === '' ? null : `        dns_search ${words(search).join(' ')}`);
  const cards = cardsOf(main).map(({ number, address }) => {
    const { ip, gw, ip6, gw6 } = address;
    const [four, prefix = ''] = (ip ?? '').split('/');
    const part = (family: string, value: string | undefined, body: readonly (string | null)[]): string => (value === undefined ? '' : value === 'dhcp' || value === 'auto' ? `iface eth${number} ${family} ${value}\n` : `iface eth${number} ${family} static\n${lines(...body)}`);
    const [six, length = ''] = (ip6 ?? '').split('/');
    return `auto eth${number}\n${part('inet', ip, [`        address ${four}`, `        netmask ${netmask(prefix)}`, gw === undefined ? null : `        gateway ${gw}`])}${part('inet6', ip6, [`        address ${six}`, `        netmask ${length}`, gw6 === undefined ? null : `        gateway ${gw6}`])}`;
  });
  return `auto lo\niface lo inet loopback\n\n${cards.join('\n')}${dns}`;
}

const drives2 = (main: Entries): boolean => (main['citype'] ?? (/^w(?:xp|2k|vista|in)/.test(main['ostype'] ?? '') ? 'configdrive2' : 'nocloud')) !== 'nocloud';

export function cloudInitFile(main: Entries, vmid: number, host: HostDns, file: CloudInitFile): string {
  if (file === 'user') return userData(main, vmid);
  const network = drives2(main) ? interfaces(main, host) : networkV1(main, host);
  if (file === 'network') return network;
  const id = createHash('sha1').update(userData(main, vmid) + network).digest('hex');
  return drives2(main) ? `{\n     "uuid": "${id}",\n     "network_config": { "content_path": "/content/0000" }\n}\n` : `instance-id: ${id}\n`;
}
