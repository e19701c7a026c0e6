// What a guest to be made shall be: everything is decided here (P2), nothing is left to Proxmox's defaults but what it must make itself.
import type { GuestId, Vmid } from '../kernel';
import type { GuestKind } from './config';

export interface WantedDisk { readonly slot: string; readonly storage: string; readonly sizeMib: number }
export interface WantedNic { readonly slot: string; readonly bridge: string; readonly tag: number | null; readonly mac: string; readonly mtu: number | null; readonly isUp: boolean }

export interface GuestSpec {
  readonly kind: GuestKind;
  readonly vmid: Vmid;
  readonly guestId: GuestId;
  readonly uuid: string;
  readonly node: string;
  /** The managed pool that the guest is handed over to. */
  readonly pool: string;
  readonly name: string;
  readonly cores: number;
  readonly memoryMib: number;
  readonly disks: readonly WantedDisk[];
  readonly nics: readonly WantedNic[];
  readonly human: string;
  readonly tags: readonly string[];
  readonly onBoot: boolean;
  readonly start: boolean;
}
