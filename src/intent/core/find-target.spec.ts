import { guestIdOf, inputOf, linkOf, observedOf, unseen, uuidOf, vmUpdate, worldWith, type Seeded } from '../../../test/setup/intent-world';
import type { GuestLink } from '../../guest';
import { ok } from '../../kernel';
import { findTarget } from './find-target';
import type { ClusterWorld } from './world';

const guest: Seeded = { netboxVmId: 5, vmid: 107, name: 'db-1' };
const found = (link: GuestLink | null, observed: ClusterWorld['observed'] = new Map([[107, ok(observedOf(guest))]])): ReturnType<typeof findTarget> => {
  const input = inputOf({ diffs: [vmUpdate(5, 'db-1', {}, { memory: 4096 })], guests: [guest] });
  const [change] = input.guests;
  if (change === undefined) throw new Error('the scene has no guest');
  return findTarget(change, worldWith([guest], { observed }), { fields: input.fields, links: new Map(link === null ? [] : [[5, link]]) }, 'VM db-1');
};
const link = linkOf(guest);
const saw = (raw: Seeded['raw']): ClusterWorld['observed'] => new Map([[107, ok(observedOf({ ...guest, raw: raw ?? {} }))]]);
const refusal = (rule: string, observed: string | RegExp): unknown => ({ finding: { rule, severity: 'refusal', object: 'VM db-1', observed: expect.stringMatching(observed) as unknown, next: expect.stringMatching(/./) as unknown } });

describe('the guest that a change means', () => {
  it('P13 is the linked and observed one, with the identity that its link remembers', () => {
    expect(found(link)).toEqual({ link, seen: observedOf(guest), identity: { kind: 'qemu', cluster: 'alpha', vmid: 107, uuid: uuidOf(107), ctime: '1700000000', guestId: guestIdOf(5) } });
  });

  it('P13 is refused where no live link leads to it', () => {
    expect(found(null)).toEqual(refusal('guest.not-adopted', 'no guest is linked to this NetBox VM'));
    for (const state of ['allocated', 'gone'] as const) expect(found({ ...link, state })).toEqual(refusal('guest.not-adopted', `its guest 107 is ${state}`));
  });

  it('P5 is refused where it is in no list, or could not be read', () => {
    expect(found(link, new Map())).toEqual(refusal('observation.incomplete', 'qemu 107 is not in the list of guests'));
    expect(found(link, new Map([[107, unseen]]))).toEqual(refusal('observation.incomplete', 'cluster alpha: 595 No route to host'));
  });

  it.each([
    ['another uuid', { smbios1: `uuid=${uuidOf('other')}` }], ['another creation time', { meta: 'ctime=1' }], ['no marker', { description: null }],
    ['two markers', { description: `<!-- sluice guest ${guestIdOf(5)} -->\n<!-- sluice guest ${guestIdOf(6)} -->` }],
  ])('P13 is refused when VMID 107 now belongs to a guest with %s', (_name, raw) => {
    expect(found(link, saw(raw))).toEqual(refusal('guest.identity', /./));
  });
});
