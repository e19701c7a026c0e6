// Carries P12: what a branch says, independent of when it was read, so that "what was merged" can be compared with "what
// was permitted". Planning reads change diffs, which survive the merge; they alone make the content.
import { digestOf, type Digest } from '../../kernel';
import type { BranchRecord, ChangeDiff, NetBoxObject } from '../../netbox/ports';

export interface BranchContent {
  readonly netbox: string;
  readonly branch: BranchRecord;
  readonly diffs: readonly ChangeDiff[];
  /** Who changed what, as keys `netbox:<instance>:<user id>`; empty where the change log can no longer be read (merged). */
  readonly authors: readonly string[];
  /** Names behind the ids that the diffs mention, read from main. */
  readonly lookups: Lookups;
}

export interface Lookups {
  readonly clusters: ReadonlyMap<number, string>;
  readonly devices: ReadonlyMap<number, string>;
  readonly vlans: ReadonlyMap<number, number>;
  /** tag name -> slug */
  readonly tags: ReadonlyMap<string, string>;
  /** VMs of main that are touched only through their children. */
  readonly vms: ReadonlyMap<number, NetBoxObject>;
  /** Addresses that IPAM marks as gateways, by the tag that the field map names; read only where an address is wanted. */
  readonly gateways: readonly { readonly address: string; readonly vrf: number | null }[];
  /** vminterface id -> VM id, for MAC and IP rows. */
  readonly interfaceOwners: ReadonlyMap<number, number>;
  /** vminterface id -> its name, of those that changed addresses hang on. */
  readonly interfaceNames: ReadonlyMap<number, string>;
  /** The change log names `virtualization.vminterface` by this id in `assigned_object_type`; it differs per installation. */
  readonly vmInterfaceTypeId: number;
}

/** Digest over what the branch does: action and both sides of every object, in a fixed order. */
export const contentDigest = (diffs: readonly ChangeDiff[]): Digest =>
  digestOf(
    [...diffs]
      .sort((a, b) => (a.objectType === b.objectType ? a.objectId - b.objectId : a.objectType < b.objectType ? -1 : 1))
      .map((diff) => ({ type: diff.objectType, id: diff.objectId, action: diff.action, original: diff.original, modified: diff.modified })),
  );

export const userKey = (netbox: string, userId: number): string => `netbox:${netbox}:${userId}`;
