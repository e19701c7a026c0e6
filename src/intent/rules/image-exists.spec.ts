import { judged, unseen, vmCreate, type Scene } from '../../../test/setup/intent-world';
import { ok, type Observed } from '../../kernel';
import { imageExists } from './image-exists';

const scene: Scene = { diffs: [vmCreate(5, 'web-9', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_iso: 'iso:iso/debian.iso', cloud_init_user_data: 'iso:snippets/web.yml', proxmox_storage: 'local-lvm' } })] };
const holding = (iso: readonly string[], snippets: readonly string[]) => ({ volumes: new Map([['pve1 iso:iso', ok(iso)], ['pve1 iso:snippets', ok(snippets)]]) });

describe('image.exists', () => {
  it('passes where ISO and snippet are there', () => expect(judged(imageExists, scene, holding(['iso:iso/debian.iso'], ['iso:snippets/web.yml']))).toEqual([]));
  it('names what is missing, and what is there instead', () => {
    expect(judged(imageExists, scene, holding(['iso:iso/ubuntu.iso'], []))).toEqual(['VM web-9: storage iso holds no iso:iso/debian.iso', 'VM web-9: storage iso holds no iso:snippets/web.yml']);
  });
  it('P30 refuses what it cannot see', () => {
    expect(judged(imageExists, scene, { volumes: new Map<string, Observed<readonly string[]>>([['pve1 iso:iso', unseen], ['pve1 iso:snippets', ok(['iso:snippets/web.yml'])]]) })).toEqual([expect.stringContaining('not known (595 No route to host)')]);
    expect(judged(imageExists, scene, {})).toHaveLength(2);
  });
  it('refuses a storage that the node does not have', () => expect(judged(imageExists, { diffs: [vmCreate(5, 'a', { custom_fields: { proxmox_kind: 'qemu', proxmox_node: 'pve1', proxmox_iso: 'nfs:iso/debian.iso' } })] })).toEqual(['VM a: node pve1 has no active storage nfs']));
});
