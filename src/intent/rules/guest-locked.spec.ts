import { judged, unseen, vmUpdate } from '../../../test/setup/intent-world';
import { guestLocked } from './guest-locked';

const scene = (raw = {}) => ({ guests: [{ netboxVmId: 5, vmid: 105, name: 'a', raw }], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] });

describe('guest.locked', () => {
  it('passes a guest without a lock', () => expect(judged(guestLocked, scene())).toEqual([]));
  it.each(['backup', 'migrate', 'a-lock-of-the-future'])('refuses one with lock %s', (lock) => expect(judged(guestLocked, scene({ lock }))).toEqual([`VM a: lock: ${lock}`]));
  it('P30 refuses when it cannot be seen', () => expect(judged(guestLocked, scene(), { observed: new Map([[105, unseen]]) })).toEqual(['VM a: whether it is locked is not known']));
});
