import { diff, inputOf, planOf, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { emptyDraft } from '../core/draft-parts';
import { isPermitted } from '../core/plan';
import { notAGuest } from './not-a-guest';

const prefix = diff('ipam.prefix', 3, null, { name: '10.0.0.0/24' });
const scene: Scene = { guests: [{ netboxVmId: 5, vmid: 105, name: 'a' }], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 }), prefix] };
const told = (one: Scene) => notAGuest.judge(emptyDraft, inputOf(one));

describe('change.not-a-guest', () => {
  it('names each row that belongs to no VM, and lets the plan pass', () => {
    expect(told(scene)).toEqual([{ rule: 'change.not-a-guest', severity: 'info', object: 'ipam.prefix 10.0.0.0/24', observed: 'it belongs to no VM', next: 'Nothing happens in Proxmox for it.' }]);
    expect(isPermitted(planOf(scene).findings)).toBe(true);
  });

  it('says nothing of rows of guests, or of a branch that is not applied to Proxmox', () => {
    expect(told({ ...scene, diffs: scene.diffs.slice(0, 1) })).toEqual([]);
    expect(told({ ...scene, branchFields: { apply_to_proxmox: false } })).toEqual([]);
  });
});
