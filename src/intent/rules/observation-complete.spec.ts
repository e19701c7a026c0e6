import { judged, settings, unseen, vmUpdate } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { observationComplete } from './observation-complete';

const scene = { guests: [{ netboxVmId: 5, vmid: 105, name: 'a' }], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] };

describe('observation.incomplete', () => {
  it('passes a complete look at a confirmed cluster with quorum', () => expect(judged(observationComplete, scene)).toEqual([]));
  it('P5 names every part that could not be read', () => {
    const holes = { status: unseen, guests: unseen, poolRights: unseen, nodes: new Map([['pve1', unseen]]), storages: new Map([['pve1', unseen]]), bridges: new Map([['pve1', unseen]]), observed: new Map([[105, unseen]]) };
    expect(judged(observationComplete, scene, holes)).toEqual(Array.from({ length: 7 }, () => 'cluster alpha: cluster alpha: 595 No route to host'));
  });
  it('P5 refuses an empty list of guests where guests were known', () => expect(judged(observationComplete, scene, { guests: ok([]) })).toEqual(['cluster alpha: the list of guests is empty']));
  it('refuses a cluster without quorum', () => expect(judged(observationComplete, scene, { status: ok({ name: 'alpha', quorate: false, nodes: [] }) })).toEqual(['cluster alpha: quorate: 0']));
  it.each(['unseen', 'changed'] as const)('P13 refuses a cluster whose identity is %s', (identity) => {
    expect(judged(observationComplete, scene, { settings: { ...settings, identity } })).toEqual([`cluster alpha: its identity is ${identity}`]);
  });
  it('does not hold a cluster against a branch that touches none of its guests', () => expect(judged(observationComplete, { ...scene, diffs: [] }, { status: unseen })).toEqual([]));
});
