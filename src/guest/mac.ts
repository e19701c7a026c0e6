// MACs are part of the plan (P2), so they must come out the same every time the same object is planned.
import { sha256Hex } from '../kernel';

/** A unicast MAC below Proxmox's own prefix BC:24:11, derived from the guest's id and the interface's name. */
export function macFor(guestId: string, interfaceName: string): string {
  const tail = sha256Hex(`${guestId}/${interfaceName}`).slice(0, 6).toUpperCase();
  return `BC:24:11:${tail.slice(0, 2)}:${tail.slice(2, 4)}:${tail.slice(4, 6)}`;
}
