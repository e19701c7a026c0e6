// Carries P21: everything that the gates judge, read once, the other guests of the cluster included.
import { notObserved, ok, no, type Fault, type Observed, type Result } from '../kernel';
import type { ClusterAccess } from '../endpoints';
import { guestName, type GuestConfig, type GuestIdentity } from '../guest';
import type { GuestRef, GuestRow, ProxmoxReader } from '../proxmox/ports';
import type { HouseRules, Observations } from './core/gates';

export interface WholeView extends Observations { readonly row: GuestRow | null; readonly snapshots: Observed<readonly string[]> }

export async function observe({ reader, settings: { deletablePools } }: ClusterAccess, target: GuestIdentity, house: HouseRules, rights: Result<void> | null): Promise<WholeView> {
  const [status, guests, ha, replicated] = await Promise.all([reader.clusterStatus(), reader.guests(), reader.haGuests(), reader.replicatedGuests()]);
  const row = guests.ok ? (guests.value.find((candidate) => candidate.vmid === target.vmid) ?? null) : null;
  const at = <T>(read: (guest: GuestRef) => Promise<Observed<T>>): Promise<Observed<T>> => (row === null ? Promise.resolve(no(nowhere(target))) : read(row));
  const [config, power, pending, snapshots, backups, others] = await Promise.all([
    at((guest) => reader.guestConfig(guest)), at((guest) => reader.power(guest)), at((guest) => reader.pending(guest)), at((guest) => reader.snapshots(guest)),
    at((guest) => reader.backups(guest.node, target.vmid)), guests.ok ? configsOf(reader, guests.value.filter((other) => other.vmid !== target.vmid)) : Promise.resolve(guests),
  ]);
  return { target, status, guests, row, config, power, pending, snapshots, backups, others, ha, replicated, deletablePools, house, rights };
}

const nowhere = (target: GuestIdentity): Fault => ({ kind: 'not-observed', where: guestName(target), text: 'it is not in the list of guests' });

/** One that cannot be read hides them all: it could be the twin, or the one that shares a disk. */
async function configsOf(reader: ProxmoxReader, rows: readonly GuestRow[]): Promise<Observed<readonly GuestConfig[]>> {
  const configs: GuestConfig[] = [];
  for (const config of await Promise.all(rows.map((row) => reader.guestConfig(row)))) {
    if (!config.ok) return notObserved(config.error.where, config.error.text);
    configs.push(config.value);
  }
  return ok(configs);
}
