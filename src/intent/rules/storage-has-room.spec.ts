import { diskCreate, judged, unseen, vmCreate } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { storageHasRoom } from './storage-has-room';

const scene = { diffs: [vmCreate(5, 'web-9'), diskCreate(7, 5, 'scsi0', 300_000), diskCreate(8, 5, 'scsi1', 200_000)] };
const storage = (row: object) => ({ storages: new Map([['pve1', ok([{ id: 'local-lvm', content: ['images'], active: true, availableMib: 500_000, isShared: false, ...row }])]]) });

describe('storage.exists-with-room', () => {
  it('passes disks that fit together, and a VM without disks', () => {
    expect(judged(storageHasRoom, scene)).toEqual([]);
    expect(judged(storageHasRoom, { diffs: [vmCreate(5, 'web-9')] }, { storages: new Map() })).toEqual([]);
  });
  it('refuses disks that fit one by one and not together', () => expect(judged(storageHasRoom, scene, storage({ availableMib: 499_999 }))).toEqual(['VM web-9: storage local-lvm has 499999 MiB left, 500000 MiB are wanted']));
  it.each([[{ id: 'other' }, 'node pve1 has no storage local-lvm'], [{ active: false }, 'storage local-lvm is not active on pve1'], [{ content: ['iso'] }, 'storage local-lvm takes iso, not images'], [{ availableMib: null }, 'storage local-lvm has unknown MiB left, 500000 MiB are wanted']])('refuses %j', (row, observed) => {
    expect(judged(storageHasRoom, scene, storage(row))).toEqual([`VM web-9: ${observed}`]);
  });
  it.each([['failed to read', new Map([['pve1', unseen]])], ['were not read', new Map()]])('P30 refuses when the storages %s', (_name, storages) => {
    expect(judged(storageHasRoom, scene, { storages })).toEqual(['VM web-9: the storages of node pve1 are not known']);
  });
});
