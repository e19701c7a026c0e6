// Carries P24: what goes with the guest, in the units people read, and the whole record for the tombstone.
import type { WholeView } from './look';
import { volumesOf } from './core/volumes';

export interface GuestFacts {
  readonly disks: readonly { readonly slot: string; readonly volume: string; readonly sizeMib: number | null }[];
  readonly snapshots: readonly string[] | null;
  readonly interfaces: readonly { readonly slot: string; readonly mac: string | null; readonly bridge: string | null }[];
  readonly tags: readonly string[];
  readonly pool: string | null;
  readonly cores: number;
  readonly memoryMib: number;
  readonly running: boolean | null;
  readonly uptimeSeconds: number | null;
}

export function factsOf(seen: WholeView): GuestFacts | null {
  if (!seen.config.ok) return null;
  const { config: { value: config }, power, snapshots, row } = seen;
  return {
    disks: volumesOf(config).map((volume) => ({ slot: volume.slot, volume: volume.id, sizeMib: config.disks.find((disk) => disk.slot === volume.slot)?.sizeMib ?? null })),
    snapshots: snapshots.ok ? snapshots.value : null,
    interfaces: config.nics.map(({ slot, mac, bridge }) => ({ slot, mac, bridge })),
    tags: config.tags, pool: row?.pool ?? null, cores: config.cores * config.sockets, memoryMib: config.memoryMib,
    running: power.ok ? power.value.hasProcess : null, uptimeSeconds: power.ok ? power.value.uptimeSeconds : null,
  };
}

/** Proxmox's side of the tombstone; secrets are removed where the row is written (P40). */
export const proxmoxRecord = (seen: WholeView): unknown => ({
  config: seen.config.ok ? seen.config.value.raw : null, row: seen.row, snapshots: seen.snapshots.ok ? seen.snapshots.value : null,
  power: seen.power.ok ? seen.power.value : null, backups: seen.backups.ok ? seen.backups.value : null,
});
