import { Diffs } from './diffs';
import type { DiffRow } from './state';

const diff = (id: number, objectId: number, branch = 1): DiffRow => ({ id, branch, type: 'dcim.site', objectId, repr: '', action: 'update', conflicts: null, original: null, modified: null, current: null, lastUpdated: '' });

describe('Change diffs by object', () => {
  it('are found while they come, change and go', () => {
    const diffs = new Diffs();
    diffs.set(1, diff(1, 7)).set(2, diff(2, 7, 2)).set(3, diff(3, 8));
    expect(diffs.of('dcim.site', 7).map((row) => row.id)).toEqual([1, 2]);
    diffs.set(1, { ...diff(1, 7), repr: 'again' });
    expect(diffs.of('dcim.site', 7).map((row) => row.repr).sort()).toEqual(['', 'again']);
    expect([...diffs.keys()]).toEqual([1, 2, 3]);
    diffs.delete(1);
    diffs.delete(3);
    expect([diffs.of('dcim.site', 7).map((row) => row.id), diffs.of('dcim.site', 8), diffs.size]).toEqual([[2], [], 1]);
  });
});
