// The configuration keys that cloud-init reads (Proxmox VE 8.4): what a plan writes into them, and which there are.
import { ipConfigOf } from './nic-property';
import type { CloudInit, WantedNic } from './spec';

export const isCloudInitKey = (key: string): boolean => /^(?:ciuser|sshkeys|cicustom|nameserver|searchdomain|ipconfig(?:[0-9]|[12][0-9]|3[01]))$/.test(key);

/** `sshkeys` is percent-encoded inside the value too (format `urlencoded`), spaces as %20. */
export function cloudInitOptions(cloudInit: CloudInit, nics: readonly WantedNic[]): Readonly<Record<string, string>> {
  const { user, sshKeys, userData, nameservers, searchDomain } = cloudInit;
  const addresses = nics.flatMap((nic) => {
    const value = ipConfigOf(nic.addresses);
    return value === null ? [] : [[`ipconfig${nic.slot.slice(3)}`, value] as const];
  });
  return {
    ...(user === null ? {} : { ciuser: user }), ...(sshKeys === null ? {} : { sshkeys: encodeURIComponent(sshKeys).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`) }), ...(userData === null ? {} : { cicustom: `user=${userData}` }),
    ...(nameservers.length === 0 ? {} : { nameserver: nameservers.join(' ') }), ...(searchDomain === null ? {} : { searchdomain: searchDomain }), ...Object.fromEntries(addresses),
  };
}
