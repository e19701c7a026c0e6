import { diff, judged, nicCreate, vmCreate, type Seeded } from '../../../test/setup/intent-world';
import { macFree } from './mac-free';

const mac = (id: number, nic: number, text: string) => diff('dcim.macaddress', id, null, { mac_address: text, assigned_object_type: 11, assigned_object_id: nic });
const one = [vmCreate(5, 'web-9'), nicCreate(8, 5, 'net0'), mac(1, 8, 'BC:24:11:AA:00:01')];
const two = [vmCreate(6, 'web-10'), nicCreate(9, 6, 'net0')];
const bearer: Seeded = { netboxVmId: 7, vmid: 107, name: 'c', raw: { net0: 'virtio=BC:24:11:AA:00:01,bridge=vmbr0' } };

describe('mac.free', () => {
  it('passes MAC addresses that differ, given or derived', () => {
    expect(judged(macFree, { diffs: [...one, ...two, mac(2, 9, 'BC:24:11:AA:00:02')] })).toEqual([]);
    expect(judged(macFree, { diffs: [...one, ...two] })).toEqual([]);
  });
  it('refuses one that two new guests want, at both', () => {
    expect(judged(macFree, { diffs: [...one, ...two, mac(2, 9, 'bc:24:11:aa:00:01')] })).toEqual(['interface net0 of VM web-9: BC:24:11:AA:00:01 is already used by VM web-10', 'interface net0 of VM web-10: BC:24:11:AA:00:01 is already used by VM web-9']);
  });
  it('refuses one that an observed guest bears', () => {
    expect(judged(macFree, { diffs: one, guests: [bearer] })).toEqual(['interface net0 of VM web-9: BC:24:11:AA:00:01 is already used by another guest']);
  });
});
