import { whyProtected, type Protectable } from './protection';

const guest: Protectable = { cluster: 'west', vmid: 101, guestId: '11111111-1111-4111-8111-111111111101', tags: ['web'] };

describe('a protected guest', () => {
  it.each<[string, Partial<Protectable>, readonly string[], string | null]>([
    ['nobody names', {}, ['east/101', 'west/1010'], null],
    ['its cluster and VMID name', {}, ['west/101'], 'the policy protects west/101'],
    ['its guest id names', {}, ['11111111-1111-4111-8111-111111111101'], 'the policy protects 11111111-1111-4111-8111-111111111101'],
    ['its tag says so', { tags: ['web', 'sluice-protected'] }, [], 'it bears the tag sluice-protected'],
    ['only something like the tag says so', { tags: ['not-sluice-protected'] }, [], null],
  ])('F7 is one that %s', (_what, more, listed, why) => expect(whyProtected({ ...guest, ...more }, listed)).toBe(why));
});
