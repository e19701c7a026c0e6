// One way to reach a Proxmox cluster: which URLs, how their certificates are judged, and in which order they are asked.
// There is no virtual address: the list of nodes is the failover (Proxmox VE 8.4).
import type { PveVersion } from './schema';

/** `node` names the cluster node that answers at this URL; null when nobody said so. */
export interface ProxmoxUrl { readonly node: string | null; readonly url: string }

export interface ProxmoxConnection {
  readonly cluster: string;
  /** Bare texts are URLs of unnamed nodes. Named ones let a loan and a DELETE go to the guest's own node (P15). */
  readonly urls: readonly (string | ProxmoxUrl)[];
  /** The cluster's own CA, `/etc/pve/pve-root-ca.pem`; null = the CAs of the system. */
  readonly caPem: string | null;
  readonly verifyTls: boolean;
  readonly version: PveVersion;
}

/** `id` is `user@realm!name`. */
export interface TokenCredential { readonly id: string; readonly secret: string }

export const namedUrls = (connection: Pick<ProxmoxConnection, 'urls'>): readonly ProxmoxUrl[] =>
  connection.urls.map((entry) => (typeof entry === 'string' ? { node: null, url: entry.replace(/\/+$/, '') } : { node: entry.node, url: entry.url.replace(/\/+$/, '') }));

/**
 * The URLs to ask, in order: the wanted node's own first, those that failed lately last. `ownNodeOnly` leaves the others
 * out where the connection knows the node's own URL.
 */
export function urlsFor(urls: readonly ProxmoxUrl[], wanted: { readonly node: string | null; readonly ownNodeOnly: boolean }, failedLately: (url: string) => boolean): readonly ProxmoxUrl[] {
  const own = wanted.node === null ? [] : urls.filter((entry) => entry.node === wanted.node);
  if (wanted.ownNodeOnly && own.length > 0) return own;
  const ranked = [...own, ...urls.filter((entry) => !own.includes(entry))];
  return [...ranked.filter((entry) => !failedLately(entry.url)), ...ranked.filter((entry) => failedLately(entry.url))];
}
