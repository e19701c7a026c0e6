import { diff, diskCreate, judged, unseen, vmUpdate, worldWith, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { rightDisk } from './right-disk';

const guest: Seeded = { netboxVmId: 5, vmid: 105, name: 'a', raw: { scsi1: 'local-lvm:vm-105-disk-1,size=1G' } };
const scene = (...rows: Scene['diffs']): Scene => ({ guests: [guest], diffs: [vmUpdate(5, 'a', {}, {}), ...rows] });
const disk = (size: number | null) => diff('virtualization.virtualdisk', 8, { name: 'scsi1', size: 1024, virtual_machine: 5 }, size === null ? null : { name: 'scsi1', size, virtual_machine: 5 });
const without = { poolRights: ok(new Map([['sluice-managed', { create: [], update: ['VM.Config.Options'], lender: [] }]])) };

describe('right.disk', () => {
  it.each([['a new disk', diskCreate(9, 5, 'scsi2', 1024)], ['a bigger one', disk(2048)], ['one taken out', disk(null)]])('refuses %s where the update token may not touch disks, and names pool, right and option', (_name, row) => {
    expect(judged(rightDisk, scene(row), without)).toEqual(['VM a: on /pool/sluice-managed the update token has no VM.Config.Disk']);
  });
  it('passes where an administrator gave the right, and says nothing of other changes', () => {
    const given = { poolRights: ok(new Map([['sluice-managed', { create: [], update: ['VM.Config.Disk'], lender: [] }]])) };
    expect(judged(rightDisk, scene(disk(2048)), given)).toEqual([]);
    expect(judged(rightDisk, { guests: [guest], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] }, without)).toEqual([]);
  });
  it('leaves what cannot be seen to guest.pool-rights', () => {
    expect(judged(rightDisk, scene(disk(2048)), { poolRights: unseen })).toEqual([]);
    expect(worldWith([guest]).poolRights.ok).toBe(true);
  });
});
