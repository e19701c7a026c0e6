import { judged, planPolicy, vmCreate, vmDelete, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { blast } from './blast';

const guests = [5, 6, 7, 8].map((netboxVmId) => ({ netboxVmId, vmid: 100 + netboxVmId, name: `g${netboxVmId}` }));
const diffs = [vmUpdate(5, 'g5', {}, { memory: 4096 }), vmUpdate(6, 'g6', {}, { memory: 4096 }), vmDelete(7, 'g7'), vmDelete(8, 'g8'), vmCreate(20, 'n1'), vmCreate(21, 'n2')];
const limited = (most: number): Scene => ({ guests, diffs, input: { policy: { ...planPolicy, most: { creates: most, updates: most, deletions: most } } } });

describe('limits.blast', () => {
  it('passes a plan within its limits, and any where there are none', () => {
    expect(judged(blast, { guests, diffs })).toEqual([]);
    expect(judged(blast, limited(2))).toEqual([]);
  });
  it('F7 P23 refuses one more, of each kind', () => {
    expect(judged(blast, limited(1))).toEqual(['creates', 'updates', 'deletions'].map((what) => `branch change-1: 2 ${what}, the policy permits 1 in one plan`));
  });
});
