// Carries P13: a connection whose cluster changed (name, node set, CA) is refused until a person confirms it.
import { isDeepStrictEqual } from 'node:util';
import { sha256Hex, type Refusal } from '../../kernel';

export interface ClusterIdentity {
  /** As Proxmox names the cluster, not as the configuration does. */
  readonly name: string;
  readonly nodes: readonly string[];
  /** SHA-256 of the CA that connections are verified with; null where verification is off. */
  readonly ca: string | null;
}

export const clusterIdentity = (name: string, nodes: readonly string[], caPem: string | null): ClusterIdentity =>
  ({ name, nodes: [...nodes].sort(), ca: caPem === null ? null : sha256Hex(caPem.trim()) });

export type IdentityVerdict = { readonly state: 'first' } | { readonly state: 'confirmed' } | { readonly state: 'changed'; readonly observed: string };

/** What a look at the cluster means for what was confirmed before. */
export function judgeIdentity(confirmed: ClusterIdentity | null, seen: ClusterIdentity): IdentityVerdict {
  if (confirmed === null) return { state: 'first' };
  const parts = (['name', 'nodes', 'ca'] as const).filter((part) => !isDeepStrictEqual(confirmed[part], seen[part]));
  return parts.length === 0 ? { state: 'confirmed' } : { state: 'changed', observed: parts.map((part) => `${part}: confirmed ${JSON.stringify(confirmed[part])}, now ${JSON.stringify(seen[part])}`).join('; ') };
}

/** What is said instead of sending anything to a cluster that is not, or not yet, the confirmed one. */
export const notConfirmed = (cluster: string): Refusal =>
  ({ code: 'cluster.not-confirmed', summary: `Cluster ${cluster} is not the one that was confirmed, so nothing is sent to it.`, observed: 'its name, nodes or CA changed, or nobody confirmed it', next: 'Look whether the connection leads to the right cluster; an administrator confirms it under Connections, then it goes on.' });
