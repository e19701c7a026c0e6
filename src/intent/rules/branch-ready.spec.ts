import { contentOf, judged, planOf, vmUpdate, type Scene } from '../../../test/setup/intent-world';
import { branchReady } from './branch-ready';

const scene: Scene = { guests: [{ netboxVmId: 5, vmid: 105, name: 'a' }], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };
const at = (status: string, branchFields?: Scene['branchFields']): Scene => {
  const one: Scene = branchFields === undefined ? scene : { ...scene, branchFields };
  const content = contentOf(one);
  return { ...one, input: { content: { ...content, branch: { ...content.branch, status } } } };
};

describe('branch.ready', () => {
  it.each([['ready'], ['merging'], ['merged']])('passes a branch that is %s', (status) => expect(judged(branchReady, at(status))).toEqual([]));

  it.each([['new'], ['provisioning'], ['syncing'], ['archived'], ['failed'], ['a word of a later NetBox']])('P30 refuses a branch that is %s', (status) => {
    expect(judged(branchReady, at(status))).toEqual([`branch change-1: its status is ${status}`]);
  });

  it('says nothing of a branch that is not applied to Proxmox, and is not silent where the opt-in cannot be read', () => {
    expect(judged(branchReady, at('new', { apply_to_proxmox: false }))).toEqual([]);
    expect(planOf(at('new', { apply_to_proxmox: false })).findings.map((finding) => finding.rule)).toEqual(['branch.not-opted-in']);
    expect(judged(branchReady, at('new', {}))).toHaveLength(1);
  });
});
