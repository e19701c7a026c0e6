import { judged, unseen, vmUpdate, type Scene, type Seeded } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { rightMigrate } from './right-migrate';

const guest: Seeded = { netboxVmId: 5, vmid: 105, name: 'a' };
const scene: Scene = { guests: [guest], diffs: [vmUpdate(5, 'a', {}, { device: 2 })] };
const held = (...update: readonly string[]) => ({ poolRights: ok(new Map([['sluice-managed', { create: [], update, lender: [] }]])) });

describe('right.migrate', () => {
  it('refuses a move where the update token may not migrate, and names pool, right and option', () => {
    expect(judged(rightMigrate, scene, held('VM.Audit'))).toEqual(['VM a: on /pool/sluice-managed the update token has no VM.Migrate']);
  });
  it('passes where an administrator gave the right, and leaves what cannot be seen to guest.pool-rights', () => {
    expect(judged(rightMigrate, scene, held('VM.Migrate'))).toEqual([]);
    expect(judged(rightMigrate, scene, { poolRights: unseen })).toEqual([]);
    expect(judged(rightMigrate, { guests: [guest], diffs: [vmUpdate(5, 'a', {}, { memory: 4096 })] }, held())).toEqual([]);
  });
});
