// The ways into each Proxmox cluster that this process may use. Which tokens are present is decided by the process roles:
// a role that did not load a token cannot use it (P16). The lender's and the destroyer's never stand here.
import { Bug } from '../kernel';
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

/** A role that writes to guests has the token for it; that it has not is a fault of the wiring. */
export function updaterOf({ settings, updater }: ClusterAccess): ProxmoxUpdater {
  if (updater === null) throw new Bug(`this process has no update token for ${settings.name}`);
  return updater;
}

export function creatorOf({ settings, creator }: ClusterAccess): ProxmoxCreator {
  if (creator === null) throw new Bug(`this process has no create token for ${settings.name}`);
  return creator;
}

/** By name of the cluster. */
export type Clusters = ReadonlyMap<string, ClusterAccess>;
