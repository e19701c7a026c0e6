// The property string of a network interface, made new or with single sub-keys changed: Proxmox replaces the whole string, so
// what a change does not name has to be said again (Proxmox VE 8.4).
import { canonicalProperty, parsePropertyString } from './property-string';
import type { WantedNic } from './spec';

export const nicProperty = (nic: WantedNic): string => [`virtio=${nic.mac}`, `bridge=${nic.bridge}`, ...(nic.tag === null ? [] : [`tag=${nic.tag}`]), ...(nic.mtu === null ? [] : [`mtu=${nic.mtu}`]), ...(nic.isUp ? [] : ['link_down=1'])].join(',');

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
