// The property string of a network interface, made new or with single sub-keys changed: Proxmox replaces the whole string, so
// what a change does not name has to be said again (Proxmox VE 8.4).
import type { GuestKind } from './config';
import { canonicalProperty, parsePropertyString } from './property-string';
import type { WantedAddresses, WantedNic } from './spec';

const pair = (key: string, value: string | number | null): readonly string[] => (value === null ? [] : [`${key}=${value}`]);

/** A container's string holds its addresses too; a VM's stand in `ipconfigN`. */
export const nicProperty = (kind: GuestKind, nic: WantedNic): string =>
  [
    ...(kind === 'qemu' ? [`virtio=${nic.mac}`] : [`name=eth${nic.slot.slice(3)}`, `hwaddr=${nic.mac}`, 'type=veth']), `bridge=${nic.bridge}`, ...pair('tag', nic.tag), ...pair('mtu', nic.mtu), ...(nic.isUp ? [] : ['link_down=1']),
    ...(kind === 'lxc' ? addressPairs(nic.addresses) : []),
  ].join(',');

const addressPairs = ({ ip, gateway, ip6, gateway6 }: WantedAddresses): readonly string[] => [...pair('ip', ip), ...pair('gw', ip === null ? null : gateway), ...pair('ip6', ip6), ...pair('gw6', ip6 === null ? null : gateway6)];

/** The value of `ipconfigN`, or null where the interface has no address. */
export const ipConfigOf = (addresses: WantedAddresses): string | null => {
  const pairs = addressPairs(addresses);
  return pairs.length === 0 ? null : canonicalProperty(pairs.join(','));
};

/** null takes a sub-key away; what is absent stays as it is. */
export interface NicChange { readonly bridge?: string; readonly tag?: number | null; readonly mtu?: number | null; readonly isUp?: boolean }

/** The changed string in canonical form; the string itself where it cannot be read. */
export function changedNic(property: string, change: NicChange): string {
  const read = parsePropertyString(property);
  if (!read.ok) return property;
  const pairs = new Map(read.value.pairs);
  const put = (key: string, value: string | number | null | undefined): void => {
    if (value === null) pairs.delete(key);
    else if (value !== undefined) pairs.set(key, String(value));
  };
  put('bridge', change.bridge);
  put('tag', change.tag);
  put('mtu', change.mtu);
  put('link_down', change.isUp === undefined ? undefined : change.isUp ? null : 1);
  const { bare } = read.value;
  return canonicalProperty([...(bare === null ? [] : [bare]), ...[...pairs].map(([key, value]) => `${key}=${value}`)].join(','));
}
