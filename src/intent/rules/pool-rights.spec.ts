import { judged, settings, unseen, vmCreate, vmDelete, vmUpdate, type Seeded } from '../../../test/setup/intent-world';
import { ok } from '../../kernel';
import { poolRights } from './pool-rights';

const guest: Seeded = { netboxVmId: 5, vmid: 105, name: 'a' };
const update = (one: Seeded = guest) => ({ guests: [one], diffs: [vmUpdate(5, 'a', {}, { memory: 4096, description: 'x' })] });
const deletion = { guests: [guest], diffs: [vmDelete(5, 'a')] };
const rights = (held: { readonly create?: readonly string[]; readonly update?: readonly string[]; readonly lender?: readonly string[] }) => ({ poolRights: ok(new Map([['sluice-managed', { create: [], update: [], lender: [], ...held }]])) });

describe('guest.pool-rights', () => {
  it('passes where the tokens hold what the steps need', () => {
    expect(judged(poolRights, update())).toEqual([]);
    expect(judged(poolRights, deletion)).toEqual([]);
    expect(judged(poolRights, { diffs: [vmCreate(6, 'b')] })).toEqual([]);
  });
  it('names pool, token and privilege that are missing', () => {
    expect(judged(poolRights, update(), rights({ update: ['VM.Config.Memory'] }))).toEqual(['VM a: on /pool/sluice-managed: update lacks VM.Config.Options']);
    expect(judged(poolRights, { diffs: [vmCreate(6, 'b')] }, rights({ create: ['Pool.Allocate'] }))).toEqual(['VM b: on /pool/sluice-managed: update lacks VM.PowerMgmt']);
    expect(judged(poolRights, deletion, rights({ lender: ['VM.Audit', 'Pool.Audit'] }))).toEqual(['VM a: on /pool/sluice-managed: lender lacks VM.Allocate']);
    expect(judged(poolRights, update(), { poolRights: ok(new Map()) })).toHaveLength(1);
  });
  it('refuses a guest in no pool, in a foreign one, or in one that is managed but not deletable', () => {
    expect(judged(poolRights, update({ ...guest, pool: null }))).toEqual(['VM a: the guest is in no pool']);
    expect(judged(poolRights, update({ ...guest, pool: 'theirs' }))).toEqual(['VM a: pool theirs is not managed through Sluice']);
    expect(judged(poolRights, deletion, { settings: { ...settings, deletablePools: [] } })).toEqual(['VM a: pool sluice-managed is not deletable through Sluice']);
  });
  it('P30 refuses when rights or guest cannot be seen', () => {
    expect(judged(poolRights, update(), { poolRights: unseen })).toEqual(['VM a: the rights of our tokens are not known']);
    expect(judged(poolRights, update(), { observed: new Map([[105, unseen]]) })).toEqual(['VM a: the guest is in no pool']);
  });
});
