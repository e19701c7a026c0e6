import { judged, unseen, vmUpdate, type Seeded } from '../../../test/setup/intent-world';
import { offlineOnlyKey } from './offline-only-key';

const scene = (after: Readonly<Record<string, unknown>>, guest: Partial<Seeded> = {}) => ({ guests: [{ netboxVmId: 5, vmid: 105, name: 'a', ...guest }], diffs: [vmUpdate(5, 'a', {}, after)] });

describe('update.offline-only-key', () => {
  it('passes cores and memory of a stopped VM, words of a running one, and a running container', () => {
    expect(judged(offlineOnlyKey, scene({ memory: 4096, vcpus: '4.00' }))).toEqual([]);
    expect(judged(offlineOnlyKey, scene({ description: 'x' }, { running: true }))).toEqual([]);
    expect(judged(offlineOnlyKey, scene({ memory: 4096 }, { running: true, kind: 'lxc' }))).toEqual([]);
  });
  it('refuses cores and memory of a running VM', () => {
    expect(judged(offlineOnlyKey, scene({ memory: 4096, vcpus: '4.00' }, { running: true }))).toEqual(['VM a: it is running and cores and memory change only while it is stopped']);
  });
  it('refuses when changes wait already', () => expect(judged(offlineOnlyKey, scene({ memory: 4096 }, { pendingKeys: ['balloon'] }))).toEqual(['VM a: changes are already pending: balloon']));
  it('P30 refuses when it cannot be seen', () => expect(judged(offlineOnlyKey, scene({ memory: 4096 }), { observed: new Map([[105, unseen]]) })).toEqual(['VM a: whether it is running is not known']));
});
