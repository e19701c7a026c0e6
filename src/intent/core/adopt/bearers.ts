// Who else says to be the guest that is to be taken in. A clone made by copying a configuration bears the same uuid; two guests that
// cannot be told apart are both refused (P13).
import type { GuestConfig, GuestIdentity } from '../../../guest';
import type { GuestId, Vmid } from '../../../kernel';

/** What a guest says of itself. */
export interface Bearer { readonly kind: 'qemu' | 'lxc'; readonly vmid: Vmid; readonly name: string; readonly uuid: string | null; readonly macs: readonly string[]; readonly markers: readonly GuestId[] }

export const bearerOf = ({ kind, vmid, name, uuid, nics, description: { marker } }: GuestConfig): Bearer =>
  ({ kind, vmid, name, uuid, macs: nics.flatMap((nic) => (nic.mac === null ? [] : [nic.mac])).sort(), markers: marker.kind === 'one' ? [marker.guestId] : [] });

/** Another guest with the same uuid, the same set of MAC addresses or the marker that this one is to get. */
export function twinOf(target: GuestIdentity, bearers: readonly Bearer[]): { readonly other: Bearer; readonly what: string } | null {
  for (const other of bearers.filter((bearer) => bearer.vmid !== target.vmid)) {
    if (other.markers.includes(target.guestId)) return { other, what: `marker ${target.guestId}` };
    if (target.kind === 'qemu' && other.uuid === target.uuid) return { other, what: `uuid ${target.uuid}` };
    if (target.kind === 'lxc' && other.kind === 'lxc' && other.macs.join() === [...target.macs].sort().join()) return { other, what: `MAC addresses ${target.macs.join(', ')}` };
  }
  return null;
}
