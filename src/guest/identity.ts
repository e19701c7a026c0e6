// Carries P13: nothing is changed or destroyed by VMID alone. Who a guest is comes from its own configuration;
// a missing or doubled identity is a refusal, never a match (P6).
import { ok, refuse, type GuestId, type Result, type Vmid } from '../kernel';
import type { GuestConfig } from './config';

export type GuestIdentity =
  | { readonly kind: 'qemu'; readonly cluster: string; readonly vmid: Vmid; readonly uuid: string; readonly ctime: string | null; readonly guestId: GuestId }
  | { readonly kind: 'lxc'; readonly cluster: string; readonly vmid: Vmid; readonly guestId: GuestId; readonly macs: readonly string[] };

export const guestName = (guest: { readonly kind: 'qemu' | 'lxc'; readonly vmid: number; readonly cluster: string }): string =>
  `${guest.kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid} of cluster ${guest.cluster}`;

/** Who this configuration says it is. Refused: no uuid (VM), no marker, two markers, no MAC (container). */
export function identify(cluster: string, config: GuestConfig): Result<GuestIdentity> {
  const who = guestName({ ...config, cluster });
  const { marker } = config.description;
  if (marker.kind === 'none') return refuse('guest.not-adopted', `${who} carries no marker of Sluice.`, 'the description holds no `sluice guest` line', 'Take the guest in first: set the VMID field of its NetBox VM in a branch.');
  if (marker.kind === 'ambiguous') return refuse('guest.identity-ambiguous', `${who} carries more than one marker of Sluice.`, 'two `sluice guest` lines in the description', 'Remove the wrong line by hand in Proxmox.');
  return identityAs(marker.guestId, cluster, config);
}

/** Who this guest is as the bearer of this id, whatever its description says. Refused: no uuid (VM), no MAC (container). */
export function identityAs(guestId: GuestId, cluster: string, config: GuestConfig): Result<GuestIdentity> {
  const who = guestName({ ...config, cluster });
  if (config.kind === 'qemu') {
    if (config.uuid === null) return refuse('guest.no-identity', `${who} has no smbios uuid.`, config.raw['smbios1'] ?? 'no smbios1', 'Set smbios1 uuid by hand in Proxmox and adopt the guest again.');
    return ok({ kind: 'qemu', cluster, vmid: config.vmid, uuid: config.uuid, ctime: config.ctime, guestId });
  }
  const macs = config.nics.flatMap((nic) => (nic.mac === null ? [] : [nic.mac])).sort();
  if (macs.length === 0) return refuse('guest.no-identity', `${who} has no network interface with a MAC address.`, 'no netN with hwaddr', 'Give the container an interface and adopt it again.');
  return ok({ kind: 'lxc', cluster, vmid: config.vmid, guestId, macs });
}

/** Whether the configuration just read still is the guest that was meant. Every part must agree; an absent part disagrees. */
export function sameGuest(meant: GuestIdentity, config: GuestConfig): Result<GuestIdentity> {
  const who = guestName(meant);
  if (config.kind !== meant.kind || config.vmid !== meant.vmid) return changed(who, `${meant.kind} ${meant.vmid}`, `${config.kind} ${config.vmid}`);
  return agree(who, meant, identify(meant.cluster, config));
}

/** The same while one of its interfaces is written: a container may have lost one MAC address, and gained none but the written one. */
export const sameWithNic = (written: string | null) => (meant: GuestIdentity, config: GuestConfig): Result<GuestIdentity> => {
  const seen = identify(meant.cluster, config);
  if (meant.kind !== 'lxc' || !seen.ok || seen.value.kind !== 'lxc') return sameGuest(meant, config);
  const isOwn = seen.value.macs.length >= meant.macs.length - 1 && seen.value.macs.every((mac) => mac === written || meant.macs.includes(mac));
  return sameGuest(isOwn ? { ...meant, macs: seen.value.macs } : meant, config);
};

/** The same for a guest that is to be taken in: it bears no marker yet, or the very one that it is to get, and no other. */
export function sameStranger(meant: GuestIdentity, config: GuestConfig): Result<GuestIdentity> {
  const who = guestName(meant);
  if (config.kind !== meant.kind || config.vmid !== meant.vmid) return changed(who, `${meant.kind} ${meant.vmid}`, `${config.kind} ${config.vmid}`);
  const { marker } = config.description;
  if (marker.kind === 'ambiguous' || (marker.kind === 'one' && marker.guestId !== meant.guestId)) {
    return refuse('adopt.marker', `${who} carries a marker of Sluice already.`, marker.kind === 'one' ? `marker ${marker.guestId}` : 'more than one `sluice guest` line in the description', 'Somebody else took it in meanwhile: look at the description in Proxmox, then plan again.');
  }
  return agree(who, meant, identityAs(meant.guestId, meant.cluster, config));
}

function agree(who: string, meant: GuestIdentity, seen: Result<GuestIdentity>): Result<GuestIdentity> {
  if (!seen.ok) return changed(who, describe(meant), seen.error.observed);
  const { value } = seen;
  const same =
    value.guestId === meant.guestId &&
    (value.kind === 'qemu' && meant.kind === 'qemu'
      ? value.uuid === meant.uuid && value.ctime === meant.ctime
      : value.kind === 'lxc' && meant.kind === 'lxc' && value.macs.join() === meant.macs.join());
  return same ? seen : changed(who, describe(meant), describe(value));
}

export const describe = (guest: GuestIdentity): string =>
  guest.kind === 'qemu' ? `uuid ${guest.uuid}, ctime ${guest.ctime ?? 'absent'}, marker ${guest.guestId}` : `marker ${guest.guestId}, MACs ${guest.macs.join(' ')}`;

const changed = (who: string, meant: string, seen: string): Result<GuestIdentity> =>
  refuse('guest.identity-changed', `${who} is not the guest that was meant.`, `meant ${meant}; now ${seen}`, 'Look at both in Proxmox; plan again for the guest that is there now.');
