import { judged, unseen, vmUpdate, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { haManaged } from './ha-managed';

const guest: Seeded = { netboxVmId: 5, vmid: 105, name: 'a', ha: true };
const scene = (after: Readonly<Record<string, unknown>>, more: Partial<Seeded> = {}, before: Readonly<Record<string, unknown>> = {}): Scene => ({ guests: [{ ...guest, ...more }], diffs: [vmUpdate(5, 'a', before, after)] });

describe('guest.ha-managed', () => {
  it('refuses to start, shut down and move what HA manages: it would only queue it', () => {
    expect(judged(haManaged, scene({ status: 'active' }, {}, { status: 'offline' }))).toEqual(['VM a: HA manages it, and start would only be queued there']);
    expect(judged(haManaged, scene({ status: 'offline', device: 2 }, { running: true }))).toEqual(['VM a: HA manages it, and shutdown and migrate would only be queued there']);
  });
  it('passes other changes of it, and every change of what HA leaves alone', () => {
    expect(judged(haManaged, scene({ memory: 4096 }))).toEqual([]);
    expect(judged(haManaged, scene({ device: 2 }, { ha: false }))).toEqual([]);
  });
  it('P30 refuses when the guest cannot be seen', () => expect(judged(haManaged, scene({ device: 2 }), { observed: new Map([[105, unseen]]) })).toEqual(['VM a: whether HA manages it is not known']));
});
