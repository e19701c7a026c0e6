// The ways into each Proxmox cluster that this process may use. Which tokens are present is decided by the process roles:
// a role that did not load a token cannot use it (P16). The lender's and the destroyer's never stand here.
import type { ProxmoxCreator, ProxmoxReader, ProxmoxUpdater } from '../proxmox/ports';
import type { ProxmoxHttp } from '../proxmox';
import type { ClusterSettings } from '../guest';

export interface ClusterAccess {
  readonly settings: ClusterSettings;
  readonly http: ProxmoxHttp;
  readonly reader: ProxmoxReader;
  /** Worker only. */
  readonly creator: ProxmoxCreator | null;
  /** Worker only. */
  readonly updater: ProxmoxUpdater | null;
}

/** By name of the cluster. */
export type Clusters = ReadonlyMap<string, ClusterAccess>;
