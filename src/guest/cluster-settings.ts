// What an administrator configured for one Proxmox cluster, and which NetBox cluster it is. Never a secret (P16).
import type { VmidRange } from './vmid-range';

export interface ClusterSettings {
  readonly name: string;
  /** The NetBox instance's configured name, and the name of the cluster there. */
  readonly netbox: string;
  readonly netboxCluster: string;
  /** False: this cluster is read and never written to (FEATURES A1). */
  readonly allowWrites: boolean;
  readonly intakePool: string;
  readonly managedPools: readonly string[];
  readonly deletablePools: readonly string[];
  /** Some of the managed pools: disks of their guests may be made, grown and detached, and their guests moved to another node. */
  readonly diskPools?: readonly string[];
  readonly migratePools?: readonly string[];
  readonly defaultBridge: string | null;
  readonly defaultStorage: string | null;
  readonly vmidRange: VmidRange;
}
