// Carries P9, P13, P21: the guest as it is now. `lookWithPower` is the quick look of the card, the watch and the last second;
// `observe` reads everything that the gates judge, the other guests of the cluster included.
import { notObserved, ok, no, type Fault, type Observed, type Result } from '../kernel';
import { guestName, type GuestConfig, type GuestIdentity } from '../guest';
import { faultAsRefusal, lookAt } from '../effects';
import type { GuestRef, GuestRow, PowerStatus, ProxmoxReader } from '../proxmox/ports';
import type { SeenGuest } from './core/baseline';
import type { Observations } from './core/gates';

export interface Look extends SeenGuest { readonly power: PowerStatus }

/** Where it stands, that it is still that guest, its configuration and its power; or the refusal with the observed fact. */
export async function lookWithPower(reader: ProxmoxReader, target: GuestIdentity): Promise<Result<Look>> {
  const seen = await lookAt(reader, target);
  if (!seen.ok) return seen;
  const { node, config } = seen.value;
  const power = await reader.power({ node, kind: target.kind, vmid: target.vmid });
  if (!power.ok) return no(faultAsRefusal(`The power state of ${guestName(target)}`, power.error));
  return ok({ config, node, hasProcess: power.value.hasProcess, power: power.value });
}

/** Codes of `lookWithPower` that say nothing about the guest: the world could not be read, so nothing is concluded (P30). */
export const isUnseen = (code: string): boolean => code === 'proxmox.not-observed' || code === 'cluster.no-quorum' || code === 'node.offline' || code === 'guest.hidden';

export interface WholeView extends Observations { readonly row: GuestRow | null; readonly snapshots: Observed<readonly string[]> }

export async function observe(reader: ProxmoxReader, target: GuestIdentity, deletablePools: readonly string[], rights: Result<void> | null): Promise<WholeView> {
  const [status, guests, ha, replicated] = await Promise.all([reader.clusterStatus(), reader.guests(), reader.haGuests(), reader.replicatedGuests()]);
  const row = guests.ok ? (guests.value.find((candidate) => candidate.vmid === target.vmid) ?? null) : null;
  const at = <T>(read: (guest: GuestRef) => Promise<Observed<T>>): Promise<Observed<T>> => (row === null ? Promise.resolve(no(nowhere(target))) : read(row));
  const [config, power, pending, snapshots, backups, others] = await Promise.all([
    at((guest) => reader.guestConfig(guest)), at((guest) => reader.power(guest)), at((guest) => reader.pending(guest)), at((guest) => reader.snapshots(guest)),
    at((guest) => reader.backups(guest.node, target.vmid)), guests.ok ? configsOf(reader, guests.value.filter((other) => other.vmid !== target.vmid)) : Promise.resolve(guests),
  ]);
  return { target, status, guests, row, config, power, pending, snapshots, backups, others, ha, replicated, deletablePools, rights };
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
