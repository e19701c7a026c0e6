// Addresses as NetBox normalises and compares them.
import { isIPv4, isIPv6 } from 'node:net';

export interface Cidr { readonly family: 4 | 6; readonly address: string; readonly value: bigint; readonly length: number }

const bits = (family: 4 | 6): number => (family === 4 ? 32 : 128);

function toNumber(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail)];
  const all = tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}

/** Text of an address: dotted quad, or IPv6 with the longest run of zeros shortened. */
export function addressText(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65535n).toString(16));
  const runs = [...groups.join(':').matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (longest === undefined) return groups.join(':');
  const text = groups.join(':');
  return `${text.slice(0, longest.index)}::${text.slice(longest.index + longest[0].length).replace(/^:/, '')}`;
}

/** Reads `10.0.0.1/24` or `2001:db8::1/64`; without a length it is a host address. Undefined when it is neither. */
export function readCidr(text: string): Cidr | undefined {
  const [address = '', length, rest] = text.split('/');
  const family = isIPv4(address) ? 4 : isIPv6(address) && !address.includes('.') ? 6 : undefined;
  if (family === undefined || rest !== undefined) return undefined;
  const size = length === undefined ? bits(family) : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (size < 0 || size > bits(family)) return undefined;
  const value = toNumber(address, family);
  return { family, address: addressText(value, family), value, length: size };
}

export const cidrText = (cidr: Cidr): string => `${cidr.address}/${cidr.length}`;

/** First and last address of the network, as numbers. */
export function networkRange(cidr: Cidr): readonly [bigint, bigint] {
  const host = BigInt(bits(cidr.family) - cidr.length);
  const first = (cidr.value >> host) << host;
  return [first, first + (1n << host) - 1n];
}

/** `bc-24-11-00-00-01`, `bc2411000001` and the like as `BC:24:11:00:00:01`; undefined when it is not a MAC address. */
export function readMac(text: string): string | undefined {
  const digits = text.replace(/[.:-]/g, '');
  return /^[0-9a-f]{12}$/i.test(digits) && /^[0-9a-f.:-]+$/i.test(text) ? (digits.toUpperCase().match(/../g) ?? []).join(':') : undefined;
}

const INTERFACE_NAME = /^([^\d.:]+)?(?:(\d+)\/)?(?:(\d+)\/)?(?:(\d+)\/)?(?:(\d+)\/)?(\d+)?(?::(\d+))?(?:\.(\d+))?(.*)$/;

/** The sort key NetBox keeps beside an interface name; it travels in change data as `_name`. */
export function naturalInterfaceName(name: string): string {
  const [, type = '', slot, subslot, position, subposition, id, channel, unit, rest = ''] = INTERFACE_NAME.exec(name) ?? [];
  const four = (part: string | undefined): string => part?.padStart(4, '0') ?? '9999';
  const six = (part: string | undefined): string => part?.padStart(6, '0') ?? '......';
  return [four(slot), four(subslot), four(position), four(subposition), type, six(id), six(channel), six(unit), rest].join('').slice(0, 100);
}
