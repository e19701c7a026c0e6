import { judged, vmDelete, vmUpdate } from '../../../test/setup/intent-world';
import { branchOptIn } from './branch-opt-in';

const guests = [{ netboxVmId: 5, vmid: 105, name: 'a' }];
const update = { guests, diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };
const deletion = { guests, diffs: [vmDelete(5, 'a')] };

describe('branch.opt-in', () => {
  it('passes a branch that says yes, and deletions that say yes once more', () => {
    expect(judged(branchOptIn, { ...update, branchFields: { apply_to_proxmox: true } })).toEqual([]);
    expect(judged(branchOptIn, { ...deletion, branchFields: { apply_to_proxmox: true, apply_destroy_confirmed: true } })).toEqual([]);
  });
  it.each([[false], [null], [undefined], ['yes']])('refuses deletions where the second field is %j', (value) => {
    expect(judged(branchOptIn, { ...deletion, branchFields: { apply_to_proxmox: true, apply_destroy_confirmed: value } })).toEqual([`branch change-1: it deletes a and apply_destroy_confirmed is ${value === false ? 'false' : 'not set'}`]);
  });
  it('P30 refuses a field that cannot be read as yes or no', () => {
    expect(judged(branchOptIn, { ...update, branchFields: {} })).toEqual(['branch change-1: custom field apply_to_proxmox is absent or not set']);
  });
});
