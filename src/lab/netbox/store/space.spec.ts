import type { Row } from './row';
import { Space } from './space';
import { Undo } from './undo';

const vm = (id: number, cluster: number, name = `vm-${id}`): Row => ({ id, created: '', last_updated: null, cluster, name });
const TYPE = 'virtualization.virtualmachine';

describe('Rows by the value of a field', () => {
  const undo = new Undo();
  const space = new Space(null, undo);
  const ids = (cluster: number): readonly number[] => space.where(TYPE, 'cluster', cluster).map((row) => row.id);
  beforeAll(() => [3, 1, 2].forEach((id) => space.put(TYPE, vm(id, 7))));

  it('come with the lowest id first, and follow every write', () => {
    expect(ids(7)).toEqual([1, 2, 3]);
    space.put(TYPE, vm(2, 8));
    expect([ids(7), ids(8)]).toEqual([[1, 3], [2]]);
    space.put(TYPE, vm(3, 7, 'renamed'));
    expect(space.where(TYPE, 'cluster', 7)[1]?.['name']).toBe('renamed');
    space.remove(TYPE, 1);
    space.remove(TYPE, 3);
    expect([ids(7), ids(8)]).toEqual([[], [2]]);
  });

  it('are again what they were when a transaction is taken back', () => {
    undo.rehearse(() => {
      space.put(TYPE, vm(2, 7));
      space.put(TYPE, vm(9, 8));
      expect([ids(7), ids(8)]).toEqual([[2], [9]]);
    });
    expect([ids(7), ids(8)]).toEqual([[], [2]]);
  });

  it('are those of the branch in a branch, whatever main does afterwards', () => {
    const branch = new Space('abcd1234', undo);
    branch.where(TYPE, 'cluster', 8);
    branch.copyFrom(space, [TYPE]);
    space.put(TYPE, vm(4, 8));
    expect([ids(8), branch.where(TYPE, 'cluster', 8).map((row) => row.id)]).toEqual([[2, 4], [2]]);
  });
});
