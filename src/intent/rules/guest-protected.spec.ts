import { guestIdOf, judged, planPolicy, vmCreate, vmDelete, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { guestProtected } from './guest-protected';

const guests = [{ netboxVmId: 5, vmid: 105, name: 'a' }];
const update: Scene = { guests, diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };
const naming = (...protectedGuests: readonly string[]): Partial<Scene> => ({ input: { policy: { ...planPolicy, protectedGuests } } });

describe('guest.protected', () => {
  it('passes guests that nobody protects', () => expect(judged(guestProtected, { ...update, ...naming('beta/105', 'alpha/106') })).toEqual([]));
  it.each<[string, Scene]>([['a change', update], ['a deletion', { guests, diffs: [vmDelete(5, 'a')] }]])('F7 refuses %s of one that the policy names, by VMID or guest id', (_what, scene) => {
    expect(judged(guestProtected, { ...scene, ...naming('alpha/105') })).toEqual(['VM a: the policy protects alpha/105']);
    expect(judged(guestProtected, { ...scene, ...naming(guestIdOf(5)) })).toEqual([`VM a: the policy protects ${guestIdOf(5)}`]);
  });
  it('F7 refuses one that bears the tag, and a new one under a protected VMID', () => {
    expect(judged(guestProtected, { ...update, guests: [{ netboxVmId: 5, vmid: 105, name: 'a', raw: { tags: 'web;sluice-protected' } }] })).toEqual(['VM a: it bears the tag sluice-protected']);
    expect(judged(guestProtected, { diffs: [vmCreate(7, 'n')], ...naming('alpha/500007') })).toEqual(['VM n: the policy protects alpha/500007']);
  });
});
