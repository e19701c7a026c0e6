import fc from 'fast-check';
import { diff, diskCreate, lookups, nicCreate, vmCreate, vmDelete, vmUpdate } from '../../../test/setup/intent-world';
import { groupByGuest } from './grouping';

const address = (type: 'dcim.macaddress' | 'ipam.ipaddress', id: number, before: number | null, after: number | null, typeId = 11) => {
  const side = (interfaceId: number | null) => ({ name: `a${id}`, assigned_object_type: interfaceId === null ? null : typeId, assigned_object_id: interfaceId });
  return diff(type, id, before === null && after !== null ? null : side(before), after === null && before !== null ? null : side(after));
};
const idsOf = (rows: readonly { readonly objectId: number }[]): readonly number[] => rows.map((row) => row.objectId);

describe('rows of a branch, grouped by guest', () => {
  it('one deleted VM with its children is one guest', () => {
    const nic = diff('virtualization.vminterface', 7, { name: 'net0', virtual_machine: 5 }, null);
    const disk = diff('virtualization.virtualdisk', 8, { name: 'scsi0', virtual_machine: 5, size: 1 }, null);
    const { guests, others } = groupByGuest([address('ipam.ipaddress', 3, 7, null), address('dcim.macaddress', 2, 7, null), nic, disk, vmDelete(5, 'old')], lookups);
    expect(others).toEqual([]);
    expect(guests).toHaveLength(1);
    expect(guests[0]).toMatchObject({ netboxVmId: 5, vm: { action: 'delete' }, interfaces: [{ objectId: 7 }], disks: [{ objectId: 8 }], macs: [{ objectId: 2 }], ips: [{ objectId: 3 }] });
  });

  it('addresses find their guest through an interface of the branch or of main', () => {
    const { guests } = groupByGuest([nicCreate(20, 6, 'net0'), address('dcim.macaddress', 1, null, 20), address('ipam.ipaddress', 2, 30, 30)], { ...lookups, interfaceOwners: new Map([[30, 9]]) });
    expect(guests.map((guest) => [guest.netboxVmId, idsOf(guest.macs), idsOf(guest.ips)])).toEqual([[6, [1], []], [9, [], [2]]]);
  });

  it('what moves from one guest to another is a change of both', () => {
    const owners = { ...lookups, interfaceOwners: new Map([[30, 9], [31, 10]]) };
    const disk = diff('virtualization.virtualdisk', 4, { name: 'scsi1', virtual_machine: 9 }, { name: 'scsi1', virtual_machine: 10 });
    const { guests } = groupByGuest([address('dcim.macaddress', 1, 30, 31), disk], owners);
    expect(guests.map((guest) => [guest.netboxVmId, idsOf(guest.macs), idsOf(guest.disks)])).toEqual([[9, [1], [4]], [10, [1], [4]]]);
  });

  it('an address on a device interface of the same number belongs to no guest', () => {
    const { guests, others } = groupByGuest([address('ipam.ipaddress', 2, 30, 30, 12), diff('ipam.prefix', 3, null, { name: 'p' })], { ...lookups, interfaceOwners: new Map([[30, 9]]) });
    expect(guests).toEqual([]);
    expect(idsOf(others)).toEqual([2, 3]);
  });

  it('created and deleted in one branch is nothing', () => {
    expect(groupByGuest([diff('virtualization.virtualmachine', 44, null, null)], lookups)).toEqual({ guests: [], others: [] });
  });

  it('P1 says the same whatever the order of the rows', () => {
    const rows = [vmUpdate(5, 'a', {}, { memory: 1 }), vmCreate(6, 'b'), vmDelete(7, 'c'), nicCreate(20, 6, 'net0'), nicCreate(21, 6, 'net1'), diskCreate(22, 6, 'scsi0', 10), address('dcim.macaddress', 1, null, 20), address('ipam.ipaddress', 2, null, 21)];
    const wanted = groupByGuest(rows, lookups);
    fc.assert(fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => { expect(groupByGuest(shuffled, lookups)).toEqual(wanted); }));
  });
});
