import { judged, nicCreate, unseen, vmCreate } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { bridgeExists } from './bridge-exists';

const scene = { diffs: [vmCreate(5, 'web-9'), nicCreate(8, 5, 'net0')] };

describe('bridge.exists', () => {
  it('passes a bridge that the node has, and a VM without interfaces', () => {
    expect(judged(bridgeExists, scene)).toEqual([]);
    expect(judged(bridgeExists, { diffs: [vmCreate(5, 'web-9')] }, { bridges: new Map() })).toEqual([]);
  });
  it('refuses one that this node has not', () => {
    expect(judged(bridgeExists, scene, { bridges: new Map([['pve1', ok(['vmbr1'])], ['pve2', ok(['vmbr0'])]]) })).toEqual(['interface net0 of VM web-9: node pve1 has no bridge vmbr0']);
  });
  it.each([['failed to read', new Map([['pve1', unseen]])], ['were not read', new Map()]])('P30 refuses when the bridges %s', (_name, bridges) => {
    expect(judged(bridgeExists, scene, { bridges })).toEqual(['VM web-9: the bridges of node pve1 are not known']);
  });
});
