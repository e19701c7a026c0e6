// The interfaces that the agent of a guest tells of: the loopback, and one for each network device. A device that nobody set
// up inside is down and has neither addresses nor counters (Proxmox VE 8.4 with a Debian guest). Pure.
import type { AgentFacts } from './agent-facts';
import { isNet } from './property-values';
import type { Entries, Guest } from './state';

interface Address { readonly 'ip-address': string; readonly 'ip-address-type': 'ipv4' | 'ipv6'; readonly prefix: number }
export interface AgentInterface { readonly name: string; readonly 'hardware-address': string; readonly 'ip-addresses'?: readonly Address[]; readonly statistics?: Readonly<Record<string, number>> }

const addressOf = (cidr: string): Address => {
  const [address = '', prefix = ''] = cidr.split('/');
  return { 'ip-address': address, 'ip-address-type': address.includes(':') ? 'ipv6' : 'ipv4', prefix: Number(prefix) };
};

/** The half of an IPv6 address that comes from the MAC (EUI-64). */
export function interfaceId(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((part) => Number.parseInt(part, 16));
  const word = (high: number, low: number): string => (high * 256 + low).toString(16);
  return [word(a ^ 2, b), word(c, 0xff), word(0xfe, d), word(e, f)].join(':');
}

export const macOf = (device: string): string => (/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/i.exec(device)?.[0] ?? '').toLowerCase();
export const numberOf = (key: string): number => Number(key.replace(/^\D+/, ''));
export const netsOf = (main: Entries): readonly string[] => Object.keys(main).filter(isNet).sort((a, b) => numberOf(a) - numberOf(b));

/** A lease as a DHCP server would give it: the same as long as the guest is the same. */
export const leaseOf = (vmid: number, device: number): string => `10.${100 + (device % 100)}.${Math.floor(vmid / 250) % 250}.${(vmid % 250) + 1}/16`;

/** What cloud-init set up in the guest; one without any takes what DHCP gives on its first device. */
function addressesFrom(guest: Guest, key: string, mac: string): readonly string[] | null {
  const config = guest.main[`ipconfig${numberOf(key)}`];
  const hasCloudInit = Object.keys(guest.main).some((name) => /^ipconfig\d+$/.test(name));
  if (config === undefined) return hasCloudInit || key !== netsOf(guest.main)[0] ? null : [leaseOf(guest.vmid, numberOf(key))];
  const part = (name: string): string | undefined => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(config)?.[1];
  const [ip, ip6] = [part('ip'), part('ip6')];
  return [
    ...(ip === 'dhcp' ? [leaseOf(guest.vmid, numberOf(key))] : ip?.includes('/') === true ? [ip] : []),
    ...(ip6 === 'auto' || ip6 === 'dhcp' ? [`fd00:${numberOf(key) + 1}::${interfaceId(mac)}/64`] : ip6?.includes('/') === true ? [ip6] : []),
  ];
}

const counters = (bytes: number): Readonly<Record<string, number>> => ({ 'rx-bytes': bytes, 'rx-packets': Math.ceil(bytes / 90), 'rx-errs': 0, 'rx-dropped': 0, 'tx-bytes': bytes, 'tx-packets': Math.ceil(bytes / 90), 'tx-errs': 0, 'tx-dropped': 0 });

export function agentInterfaces(guest: Guest, facts: AgentFacts): readonly AgentInterface[] {
  if (facts.state === 'empty') return [];
  const loopback: AgentInterface = { name: 'lo', 'hardware-address': '00:00:00:00:00:00', 'ip-addresses': ['127.0.0.1/8', '::1/128'].map(addressOf), statistics: counters(0) };
  return [loopback, ...netsOf(guest.main).map((key, index): AgentInterface => {
    const mac = macOf(guest.main[key] ?? '');
    const name = `eth${index}`;
    const addresses = facts.addresses === undefined ? addressesFrom(guest, key, mac) : (facts.addresses[key] ?? null);
    if (addresses === null) return { name, 'hardware-address': mac };
    return { name, 'hardware-address': mac, 'ip-addresses': [...addresses.map(addressOf), addressOf(`fe80::${interfaceId(mac)}/64`)], statistics: counters(900) };
  })];
}
