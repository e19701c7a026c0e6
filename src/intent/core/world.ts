// What Proxmox really has, as far as a plan needs it. Every part is a value or the trouble that hid it: an observation
// that is not complete never yields an applicable plan (P5).
import type { Fault, Observed } from '../../kernel';
import type { ClusterSettings, GuestConfig } from '../../guest';
import type { Bearer } from './adopt/bearers';
import type { ClusterStatus, GuestRow, MigrationCheck, NodeFacts, StorageRow } from '../../proxmox/ports';

/** A configured cluster and whether it still is the one that was confirmed. */
export interface ConnectedCluster extends ClusterSettings {
  /** `confirmed`, or why this cluster is refused as a whole (P13). */
  readonly identity: 'confirmed' | 'unseen' | 'changed';
}

export interface ObservedGuest { readonly node: string; readonly config: GuestConfig; readonly hasProcess: boolean; readonly haManaged: boolean; readonly pool: string | null; readonly pendingKeys: readonly string[] }

export interface PoolRights { readonly create: readonly string[]; readonly update: readonly string[]; readonly lender: readonly string[] }

export interface ClusterWorld {
  readonly settings: ConnectedCluster;
  readonly status: Observed<ClusterStatus>;
  readonly guests: Observed<readonly GuestRow[]>;
  readonly nodes: ReadonlyMap<string, Observed<NodeFacts>>;
  readonly storages: ReadonlyMap<string, Observed<readonly StorageRow[]>>;
  readonly bridges: ReadonlyMap<string, Observed<readonly string[]>>;
  /** `node storage:content` -> the volumes of that content: those that a guest is to be made from. */
  readonly volumes: ReadonlyMap<string, Observed<readonly string[]>>;
  /** pool -> effective privileges of our tokens on it. */
  readonly poolRights: Observed<ReadonlyMap<string, PoolRights>>;
  /** By VMID: the guests that the plan touches. */
  readonly observed: ReadonlyMap<number, Observed<ObservedGuest>>;
  /** `vmid node` -> what hinders that VM from moving to that node: asked where a draft moves it and the update token may. */
  readonly migrations: ReadonlyMap<string, Observed<MigrationCheck>>;
  /** Who every guest of the cluster says it is; null where no guest is to be taken in, and nobody asked. */
  readonly bearers: Observed<readonly Bearer[]> | null;
  /** VMIDs that were ever given or seen (P14). */
  readonly everUsed: ReadonlySet<number>;
}

/** The key of `ClusterWorld.volumes` for a volume, `pve1 local:iso`. */
export const volumesKey = (node: string, volid: string): string => `${node} ${volid.split('/')[0] ?? ''}`;

export interface Limits { readonly maxMemoryMib: number | null; readonly maxCores: number | null }

/** Every part of the observation that is missing. */
export function faultsOf(world: ClusterWorld): readonly Fault[] {
  const parts: Observed<unknown>[] = [world.status, world.guests, world.poolRights, ...world.nodes.values(), ...world.storages.values(), ...world.bridges.values(), ...world.volumes.values(), ...world.migrations.values(), ...world.observed.values()];
  return parts.flatMap((part) => (part.ok ? [] : [part.error]));
}
