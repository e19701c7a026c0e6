// A guest is one thing, but NetBox logs it as many rows: VM, interfaces, disks, MACs, IPs. One deletion must not become ten.
import { Bug } from '../../kernel';
import type { ChangeDiff } from '../../netbox/ports';
import type { Lookups } from './branch-content';

export interface GuestChange {
  readonly netboxVmId: number;
  /** The row of the VM itself; null when only its children changed. */
  readonly vm: ChangeDiff | null;
  readonly interfaces: readonly ChangeDiff[];
  readonly disks: readonly ChangeDiff[];
  readonly macs: readonly ChangeDiff[];
  readonly ips: readonly ChangeDiff[];
}

export interface Grouped {
  readonly guests: readonly GuestChange[];
  /** Rows that belong to no VM: sites, prefixes, unassigned addresses. */
  readonly others: readonly ChangeDiff[];
}

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
/** create + delete in one branch leaves a row with neither side: nothing happened. */
const isNothing = (diff: ChangeDiff): boolean => diff.original === null && diff.modified === null;

/** Groups change diffs by the VM they belong to. */
export function groupByGuest(diffs: readonly ChangeDiff[], lookups: Pick<Lookups, 'interfaceOwners' | 'vmInterfaceTypeId'>): Grouped {
  const owners = new Map(lookups.interfaceOwners);
  const data = (diff: ChangeDiff): Readonly<Record<string, unknown>> => diff.modified ?? diff.original ?? {};
  for (const diff of diffs) {
    const owner = diff.objectType === 'virtualization.vminterface' ? number(data(diff)['virtual_machine']) : null;
    if (owner !== null) owners.set(diff.objectId, owner);
  }
  const guests = new Map<number, { vm: ChangeDiff | null; interfaces: ChangeDiff[]; disks: ChangeDiff[]; macs: ChangeDiff[]; ips: ChangeDiff[] }>();
  const others: ChangeDiff[] = [];
  const of = (vmId: number) => {
    const known = guests.get(vmId) ?? { vm: null, interfaces: [], disks: [], macs: [], ips: [] };
    guests.set(vmId, known);
    return known;
  };
  for (const diff of diffs.filter((candidate) => !isNothing(candidate))) {
    if (diff.objectType === 'virtualization.virtualmachine') of(diff.objectId).vm = diff;
    else {
      const vmIds = ownersOf(diff, owners, lookups.vmInterfaceTypeId);
      if (vmIds.length === 0) others.push(diff);
      for (const vmId of vmIds) rowsOf(of(vmId), diff.objectType).push(diff);
    }
  }
  const byId = (a: ChangeDiff, b: ChangeDiff): number => a.objectId - b.objectId;
  return {
    guests: [...guests].sort(([a], [b]) => a - b).map(([netboxVmId, rows]) => ({
      netboxVmId, vm: rows.vm, interfaces: rows.interfaces.sort(byId), disks: rows.disks.sort(byId), macs: rows.macs.sort(byId), ips: rows.ips.sort(byId),
    })),
    others,
  };
}

const rowsOf = (guest: Readonly<Record<'interfaces' | 'disks' | 'macs' | 'ips', ChangeDiff[]>>, objectType: string): ChangeDiff[] => {
  switch (objectType) {
    case 'virtualization.vminterface': return guest.interfaces;
    case 'virtualization.virtualdisk': return guest.disks;
    case 'dcim.macaddress': return guest.macs;
    case 'ipam.ipaddress': return guest.ips;
    default: throw new Bug(`${objectType} is no part of a guest`);
  }
};

/** VMs on either side of the row: what moves from one guest to another is a change of both. */
function ownersOf(diff: ChangeDiff, owners: ReadonlyMap<number, number>, vmInterfaceTypeId: number): readonly number[] {
  const ownerIn = (side: Readonly<Record<string, unknown>> | null): number | null => {
    if (side === null) return null;
    switch (diff.objectType) {
      case 'virtualization.vminterface':
      case 'virtualization.virtualdisk': return number(side['virtual_machine']);
      case 'dcim.macaddress':
      case 'ipam.ipaddress': return side['assigned_object_type'] === vmInterfaceTypeId ? (owners.get(number(side['assigned_object_id']) ?? 0) ?? null) : null;
      default: return null;
    }
  };
  return [...new Set([ownerIn(diff.original), ownerIn(diff.modified)].filter((vmId) => vmId !== null))];
}
