import { judged, unseen, vmCreate, vmDelete, vmUpdate } from '../../../test/setup/intent-world';
import { nodeOnline } from './node-online';

const on = (node: string) => ({ diffs: [vmCreate(5, 'web-9', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: node } })] });
const standing = { guests: [{ netboxVmId: 6, vmid: 106, name: 'b', node: 'pve3' }] };

describe('node.exists-and-online', () => {
  it('passes a node that is online', () => expect(judged(nodeOnline, on('pve2'))).toEqual([]));
  it('refuses a node that the cluster has not, and one that is offline', () => {
    expect(judged(nodeOnline, on('pve9'))).toEqual(['VM web-9: cluster alpha has no node pve9']);
    expect(judged(nodeOnline, on('pve3'))).toEqual(['VM web-9: node pve3 is offline']);
  });
  it('looks at guests that are changed or deleted too', () => {
    expect(judged(nodeOnline, { ...standing, diffs: [vmUpdate(6, 'b', {}, { memory: 4096 })] })).toEqual(['VM b: node pve3 is offline']);
    expect(judged(nodeOnline, { ...standing, diffs: [vmDelete(6, 'b')] })).toEqual(['VM b: node pve3 is offline']);
  });
  it('P30 refuses when the cluster status cannot be seen', () => expect(judged(nodeOnline, on('pve2'), { status: unseen })).toEqual(['VM web-9: whether node pve2 is online is not known']));
});
