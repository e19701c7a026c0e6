import { inputOf, judged, unseen, vmCreate, vmUpdate } from '../../../test/setup/intent-world';
import { sizeWithinLimits } from './size-within-limits';

const made = (data: Readonly<Record<string, unknown>>) => ({ diffs: [vmCreate(5, 'web-9', data)] });
const guests = [{ netboxVmId: 6, vmid: 106, name: 'b' }];

describe('size.within-limits', () => {
  it('passes what node and policy allow, and an update that touches no size', () => {
    expect(judged(sizeWithinLimits, made({ vcpus: '16.00', memory: 65_536 }))).toEqual([]);
    expect(judged(sizeWithinLimits, { guests, diffs: [vmUpdate(6, 'b', {}, { description: 'x' })] }, { nodes: new Map() })).toEqual([]);
  });
  it('refuses more than the node has, at create and at update', () => {
    expect(judged(sizeWithinLimits, made({ vcpus: '17.00', memory: 65_537 }))).toEqual(['VM web-9: 17 cores on node pve1 with 16', 'VM web-9: 65537 MiB on node pve1 with 65536 MiB']);
    expect(judged(sizeWithinLimits, { guests, diffs: [vmUpdate(6, 'b', {}, { memory: 70_000 })] })).toEqual(['VM b: 70000 MiB on node pve1 with 65536 MiB']);
  });
  it('refuses less memory than Proxmox takes', () => expect(judged(sizeWithinLimits, made({ memory: 15 }))).toEqual(['VM web-9: 15 MiB of memory']));
  it('refuses more than the policy allows', () => {
    const limits = { ...inputOf(made({})).limits, maxCores: 1, maxMemoryMib: 1024 };
    expect(judged(sizeWithinLimits, { ...made({}), input: { limits } })).toEqual(['VM web-9: 2 cores, the policy allows 1', 'VM web-9: 2048 MiB, the policy allows 1024']);
  });
  it.each([['failed to read', new Map([['pve1', unseen]])], ['was not read', new Map()]])('P30 refuses when the size of the node %s', (_name, nodes) => {
    expect(judged(sizeWithinLimits, made({}), { nodes })).toEqual(['VM web-9: the size of node pve1 is not known']);
  });
});
