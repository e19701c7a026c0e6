import { allocationOf, judged, unseen, vmCreate, vmid } from '../../../test/setup/intent-world';
import { vmidFree } from './vmid-free';

const scene = { diffs: [vmCreate(5, 'web-9')] };

describe('vmid.free-and-in-range', () => {
  it('passes a VMID of the range that nobody ever had', () => expect(judged(vmidFree, scene)).toEqual([]));
  it('refuses one outside the range', () => {
    expect(judged(vmidFree, { ...scene, input: { allocations: new Map([[5, { ...allocationOf(5), vmid: vmid(99_999) }]]) } })).toEqual(['VM web-9: VMID 99999 is outside 500000-500099']);
  });
  it('refuses one that a guest has', () => expect(judged(vmidFree, { ...scene, guests: [{ netboxVmId: 7, vmid: 500_005, name: 'squatter', kind: 'lxc' }] })).toEqual(['VM web-9: VMID 500005 belongs to lxc squatter on pve1']));
  it('P14 refuses one that a guest had before', () => expect(judged(vmidFree, scene, { everUsed: new Set([500_005]) })).toEqual(['VM web-9: VMID 500005 belonged to a guest before']));
  it('P30 refuses when the guests cannot be listed', () => expect(judged(vmidFree, scene, { guests: unseen })).toEqual(['VM web-9: whether VMID 500005 is free is not known']));
});
