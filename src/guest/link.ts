// Carries P13: which NetBox VM is which guest, and the identity that is remembered of it.
import type { GuestId, Vmid } from '../kernel';
import type { GuestKind } from './config';
import type { GuestIdentity } from './identity';

export interface GuestLink {
  readonly guestId: GuestId;
  readonly netbox: string;
  readonly netboxVmId: number | null;
  readonly cluster: string;
  readonly vmid: Vmid;
  readonly kind: GuestKind;
  readonly uuid: string | null;
  readonly ctime: string | null;
  readonly macs: readonly string[];
  readonly state: 'allocated' | 'live' | 'gone';
}

export const identityOfLink = (link: GuestLink): GuestIdentity =>
  link.kind === 'qemu'
    ? { kind: 'qemu', cluster: link.cluster, vmid: link.vmid, uuid: link.uuid ?? '', ctime: link.ctime, guestId: link.guestId }
    : { kind: 'lxc', cluster: link.cluster, vmid: link.vmid, guestId: link.guestId, macs: [...link.macs].sort() };
