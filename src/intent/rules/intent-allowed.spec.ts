import { judged, planPolicy, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { intentAllowed } from './intent-allowed';

const scene: Scene = { guests: [{ netboxVmId: 5, vmid: 105, name: 'a' }], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };
const off: Partial<Scene> = { input: { policy: { ...planPolicy, isAllowed: false } } };

describe('intent.allowed', () => {
  it('passes where somebody wrote the phrase, and a branch that changes nothing in Proxmox', () => {
    expect(judged(intentAllowed, scene)).toEqual([]);
    expect(judged(intentAllowed, { ...scene, ...off, diffs: [vmUpdate(5, 'a', {}, { comments: 'x' })] })).toEqual([]);
  });
  it('refuses every action until then', () => expect(judged(intentAllowed, { ...scene, ...off })).toEqual(['branch change-1: the policy in force sends nothing to Proxmox (intent.allow is off)']));
});
