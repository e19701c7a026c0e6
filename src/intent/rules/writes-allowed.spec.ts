import { judged, settings, vmDelete, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { writesAllowed } from './writes-allowed';

const guests = [{ netboxVmId: 5, vmid: 105, name: 'a' }];
const closed = { world: { settings: { ...settings, allowWrites: false } } };
const update: Scene = { guests, diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };

describe('cluster.writes-allowed', () => {
  it('passes a cluster that is opened for writes, and one that the branch does not touch', () => {
    expect(judged(writesAllowed, update)).toEqual([]);
    expect(judged(writesAllowed, { ...update, ...closed, diffs: [] })).toEqual([]);
  });
  it.each<[string, Scene]>([['a change', update], ['a deletion', { guests, diffs: [vmDelete(5, 'a')] }]])('refuses %s on one that is read only', (_what, scene) => {
    expect(judged(writesAllowed, { ...scene, ...closed })).toEqual(['cluster alpha: allowWrites is false for cluster alpha']);
  });
});
