// The interfaces of a running container as the host sees them from outside: what its configuration says, and link-local
// addresses where it is up (Proxmox VE 8.4; the words for address types differ from those of the QEMU agent). Pure.
import { interfaceId, leaseOf, macOf, netsOf, numberOf } from './agent-network';
import type { Guest } from './state';

interface Address { readonly 'ip-address': string; readonly 'ip-address-type': 'inet' | 'inet6'; readonly prefix: number }
export interface ContainerInterface { readonly name: string; readonly hwaddr: string; readonly 'hardware-address': string; readonly 'ip-addresses': readonly Address[]; readonly inet?: string; readonly inet6?: string }

const addressOf = (cidr: string): Address => {
  const [address = '', prefix = ''] = cidr.split('/');
  return { 'ip-address': address, 'ip-address-type': address.includes(':') ? 'inet6' : 'inet', prefix: Number(prefix) };
};

function shown(name: string, mac: string, addresses: readonly string[]): ContainerInterface {
  const [inet, inet6] = [addresses.find((address) => !address.includes(':')), addresses.find((address) => address.includes(':'))];
  return { name, hwaddr: mac, 'hardware-address': mac, 'ip-addresses': addresses.map(addressOf), ...(inet === undefined ? {} : { inet }), ...(inet6 === undefined ? {} : { inet6 }) };
}

const partOf = (device: string, name: string): string | undefined => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(device)?.[1];

function addressesOf(guest: Guest, key: string): readonly string[] {
  const device = guest.main[key] ?? '';
  if (partOf(device, 'link_down') === '1') return [];
  const [ip, ip6] = [partOf(device, 'ip'), partOf(device, 'ip6')];
  return [
    ...(ip === 'dhcp' ? [leaseOf(guest.vmid, numberOf(key))] : ip?.includes('/') === true ? [ip] : []),
    ...(ip6 === 'auto' || ip6 === 'dhcp' ? [`fd00:${numberOf(key) + 1}::${interfaceId(macOf(device))}/64`] : ip6?.includes('/') === true ? [ip6] : []),
  ];
}

/** Where no device was given an address nothing was set up inside, the loopback included. */
export function containerInterfaces(guest: Guest): readonly ContainerInterface[] {
  const rows = netsOf(guest.main).map((key) => ({ name: partOf(guest.main[key] ?? '', 'name') ?? `eth${numberOf(key)}`, mac: macOf(guest.main[key] ?? ''), addresses: addressesOf(guest, key) }));
  const isSetUp = rows.some(({ addresses }) => addresses.length > 0);
  return [
    shown('lo', '00:00:00:00:00:00', isSetUp ? ['127.0.0.1/8', '::1/128'] : []),
    ...rows.map(({ name, mac, addresses }) => shown(name, mac, addresses.length === 0 ? [] : [...addresses, `fe80::${interfaceId(mac)}/64`])),
  ];
}
