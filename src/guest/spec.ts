// What a guest to be made shall be: everything is decided here (P2), nothing is left to Proxmox's defaults but what it must make itself.
import type { GuestId, Vmid } from '../kernel';
import type { GuestKind } from './config';

export interface WantedDisk { readonly slot: string; readonly storage: string; readonly sizeMib: number }
/** Addresses with their prefix length, `10.0.0.5/24`; `dhcp` for an interface that is to ask. A gateway comes from IPAM or is absent. */
export interface WantedAddresses { readonly ip: string | null; readonly gateway: string | null; readonly ip6: string | null; readonly gateway6: string | null }
/** `name` is the interface's name inside a container; a VM's guest names its own. */
export interface WantedNic {
  readonly slot: string; readonly bridge: string; readonly tag: number | null; readonly mac: string; readonly mtu: number | null; readonly isUp: boolean;
  readonly addresses: WantedAddresses;
}

/** What a guest is made from. A template is named by its VMID and stands on `node`. */
export type Origin =
  | { readonly kind: 'blank' }
  | { readonly kind: 'iso'; readonly volid: string }
  | { readonly kind: 'ostemplate'; readonly volid: string }
  | { readonly kind: 'clone'; readonly template: Vmid; readonly templateName: string; readonly node: string; /** A full clone onto this storage; null: a linked one beside the template. */ readonly storage: string | null };

/** What cloud-init is told beside the addresses; for a container what Proxmox writes into it. No password: it would be kept (P40). */
export interface CloudInit {
  readonly user: string | null;
  /** One OpenSSH public key a line. */
  readonly sshKeys: string | null;
  /** A snippet volume that exists, `local:snippets/web.yml`. */
  readonly userData: string | null;
  readonly nameservers: readonly string[];
  readonly searchDomain: string | null;
  /** Where its drive is made; null for a container, and where the template has one. */
  readonly storage: string | null;
}

export interface GuestSpec {
  readonly kind: GuestKind;
  readonly vmid: Vmid;
  readonly guestId: GuestId;
  readonly uuid: string;
  readonly node: string;
  /** The managed pool that the guest is handed over to. */
  readonly pool: string;
  readonly name: string;
  readonly origin: Origin;
  readonly cores: number;
  /** Of a clone those of its template, else 1. */
  readonly sockets: number;
  readonly memoryMib: number;
  readonly disks: readonly WantedDisk[];
  readonly nics: readonly WantedNic[];
  readonly cloudInit: CloudInit | null;
  readonly human: string;
  readonly tags: readonly string[];
  readonly onBoot: boolean;
  readonly start: boolean;
}

/** Volumes that must exist before the guest can be made. */
export const volumesOf = ({ origin, cloudInit }: Pick<GuestSpec, 'origin' | 'cloudInit'>): readonly { readonly volid: string; readonly content: 'iso' | 'vztmpl' | 'snippets' }[] => [
  ...(origin.kind === 'iso' ? [{ volid: origin.volid, content: 'iso' as const }] : []),
  ...(origin.kind === 'ostemplate' ? [{ volid: origin.volid, content: 'vztmpl' as const }] : []),
  ...(cloudInit?.userData == null ? [] : [{ volid: cloudInit.userData, content: 'snippets' as const }]),
];

/** Where the drives go that a new VM has besides its disks: the installation medium, and cloud-init's. */
export const mediaSlots = ({ origin, cloudInit }: Pick<GuestSpec, 'origin' | 'cloudInit'>): { readonly iso: string | null; readonly cloudInit: string | null } => {
  const iso = origin.kind === 'iso' ? 'ide2' : null;
  return { iso, cloudInit: cloudInit?.storage == null ? null : iso === null ? 'ide2' : 'ide0' };
};
