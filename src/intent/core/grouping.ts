// A guest is one thing, but NetBox logs it as many rows: VM, interfaces, disks, MACs, IPs. One deletion must not become ten.
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
      const vmId = ownerOf(diff, data(diff), owners, lookups.vmInterfaceTypeId);
      const guest = vmId === null ? null : of(vmId);
      if (guest !== null && diff.objectType === 'virtualization.vminterface') guest.interfaces.push(diff);
      else if (guest !== null && diff.objectType === 'virtualization.virtualdisk') guest.disks.push(diff);
      else if (guest !== null && diff.objectType === 'dcim.macaddress') guest.macs.push(diff);
      else if (guest !== null && diff.objectType === 'ipam.ipaddress') guest.ips.push(diff);
      else others.push(diff);
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

function ownerOf(diff: ChangeDiff, data: Readonly<Record<string, unknown>>, owners: ReadonlyMap<number, number>, vmInterfaceTypeId: number): number | null {
  switch (diff.objectType) {
    case 'virtualization.vminterface':
    case 'virtualization.virtualdisk': return number(data['virtual_machine']);
    case 'dcim.macaddress':
    case 'ipam.ipaddress': {
      // Either side may be the one that hangs on a guest: an address that is taken away was assigned before.
      for (const side of [diff.modified, diff.original]) {
        const interfaceId = side === null || side['assigned_object_type'] !== vmInterfaceTypeId ? null : number(side['assigned_object_id']);
        if (interfaceId !== null && owners.has(interfaceId)) return owners.get(interfaceId) ?? null;
      }
      return null;
    }
    default: return null;
  }
}
