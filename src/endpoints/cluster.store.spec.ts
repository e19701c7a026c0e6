// Carries P13, P15: what is kept about clusters: who they were confirmed to be, and what their tokens may do. With a cluster that
// answers as the case says.
import { Fixtures } from '../../test/setup/fixtures';
import { testDatabase, type TestDatabase } from '../../test/setup/test-database';
import { no, ok, type Observed } from '../kernel';
import type { ClusterSettings } from '../guest';
import type { ClusterAccess } from './clusters';
import { ClusterStore } from './cluster.store';
import { clusterIdentity } from './core/cluster-identity';
import type { RightsVerdict } from './core/rights';
import type { TokenName } from './core/token-table';
import { deletionAllowed, EndpointsService } from './endpoints.service';

let db: TestDatabase;
let make: Fixtures;
let store: ClusterStore;
beforeAll(async () => { db = await testDatabase(); make = new Fixtures(db); store = new ClusterStore(db.worker); });
beforeEach(async () => { await make.empty(); world.nodes = ['n1', 'n2']; world.name = 'real-name'; world.reachable = true; world.pools = true; await store.configure(settings); });
afterAll(() => db.drop());

const settings: ClusterSettings = { name: 'alpha', netbox: 'main', netboxCluster: 'Alpha', allowWrites: true, intakePool: 'intake', managedPools: ['managed'], deletablePools: ['managed'], defaultBridge: 'vmbr0', defaultStorage: 'local', vmidRange: { first: 5000, last: 5999 } };
const world = { name: 'real-name', nodes: ['n1', 'n2'], reachable: true, pools: true };
const hidden = no({ kind: 'transient', where: 'cluster alpha', text: '595 No route to host' } as const);
const access = {
  settings, http: { connection: { caPem: null } },
  reader: {
    clusterStatus: async () => (world.reachable ? ok({ name: world.name, quorate: true, nodes: world.nodes.map((name) => ({ name, online: true })) }) : hidden),
    pools: async () => (world.pools ? ok([{ id: 'managed', members: [] }]) : hidden),
  },
  creator: null, updater: null,
} as unknown as ClusterAccess;
const service = () => new EndpointsService(store, new Map([['alpha', access]]), 'role:worker');
const kinds = async (): Promise<string[]> => (await db.owner.rows<{ kind: string }>(`select kind from journal_entries where subject = 'cluster:alpha' order by seq`)).map((row) => row.kind);

describe('P13 who a cluster is', () => {
  it('is confirmed at first sight, once, and journaled; the same again writes nothing', async () => {
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'confirmed' });
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'confirmed' });
    expect(await store.get('alpha')).toMatchObject({ state: 'confirmed', confirmed: clusterIdentity('real-name', ['n1', 'n2'], null), version: 1 });
    expect(await kinds()).toEqual(['cluster.confirmed']);
  });

  it('is changed when nodes or name differ, keeps what was confirmed, and stays changed until a person confirms', async () => {
    await service().look('alpha');
    world.nodes = ['n1', 'n9'];
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'changed' });
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'changed' });
    expect(await store.get('alpha')).toMatchObject({ state: 'changed', confirmed: { nodes: ['n1', 'n2'] }, seen: { nodes: ['n1', 'n9'] } });
    expect(await new ClusterStore(db.api).confirm('alpha', 'person:x')).toBe(true);
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'confirmed' });
    expect(await kinds()).toEqual(['cluster.confirmed', 'cluster.changed', 'cluster.confirmed']);
  });

  it('is itself again when it looks as confirmed again, without a person', async () => {
    await service().look('alpha');
    world.name = 'another';
    await service().look('alpha');
    world.name = 'real-name';
    expect(await service().look('alpha')).toEqual({ ok: true, value: 'confirmed' });
  });

  it('P30 stays as it was when it cannot be reached: neither confirmed nor changed by silence', async () => {
    world.reachable = false;
    expect((await service().look('alpha')).ok).toBe(false);
    expect(await store.get('alpha')).toMatchObject({ state: 'unseen', confirmed: null });
  });

  it('is not confirmed by a person when nothing changed, and not known when not configured', async () => {
    await service().look('alpha');
    expect(await store.confirm('alpha', 'person:x')).toBe(false);
    expect(await service().look('beta')).toMatchObject({ ok: false, error: { text: 'it is not configured' } });
  });

  it('two roles that look at once leave one verdict and one line', async () => {
    await Promise.all(Array.from({ length: 6 }, () => service().look('alpha')));
    expect(await kinds()).toEqual(['cluster.confirmed']);
  });

  it('configuring again brings settings up to date and forgets no identity', async () => {
    await service().look('alpha');
    await store.configure({ ...settings, defaultBridge: 'vmbr9' });
    expect(await db.owner.one(`select settings->>'defaultBridge' as bridge, state from clusters where name = 'alpha'`)).toEqual({ bridge: 'vmbr9', state: 'confirmed' });
  });
});

describe('P15 what its tokens may do', () => {
  it('is asked of each token, judged, and kept with the words', async () => {
    const verdicts = await service().checkRights('alpha', { destroy: async () => ok({}), lender: async () => ok({ '/vms': ['VM.Allocate'] }), create: async () => hidden });
    expect([...verdicts].map(([token, { verdict }]) => [token, verdict])).toEqual([['destroy', 'exact'], ['lender', 'broader'], ['create', 'unreadable']]);
    expect(await store.rights('alpha')).toMatchObject([{ token: 'create', verdict: 'unreadable' }, { token: 'destroy', verdict: 'exact', observed: null }, { token: 'lender', verdict: 'broader', observed: expect.stringContaining('/vms: VM.Allocate') }]);
    await service().checkRights('alpha', { lender: async () => ok({ '/pool/managed': ['VM.Allocate', 'VM.Audit', 'Pool.Audit'] }) });
    expect((await store.rights('alpha')).map((row) => [row.token, row.verdict])).toEqual([['create', 'unreadable'], ['destroy', 'exact'], ['lender', 'exact']]);
    await make.cluster('beta');
    expect((await store.listWithRights()).map(({ name, rights }) => [name, rights])).toEqual([['alpha', await store.rights('alpha')], ['beta', []]]);
  });

  it('P30 is unreadable for every token while pools cannot be read', async () => {
    world.pools = false;
    const read = async (): Promise<Observed<Record<string, string[]>>> => ok({});
    expect([...(await service().checkRights('alpha', { destroy: read, lender: read })).values()].map(({ verdict }) => verdict)).toEqual(['unreadable', 'unreadable']);
  });

  it.each([['as it was confirmed', {}, 'allowed'], ['with other nodes behind its address', { nodes: ['n1', 'n9'] }, 'cluster.not-confirmed'], ['not reachable', { reachable: false }, 'proxmox.not-observed']] as const)('P13 is asked only of a cluster that is %s', async (_what, now, said) => {
    await service().look('alpha');
    Object.assign(world, now);
    const answer = await service().mayDelete('alpha', { destroy: async () => ok({}) });
    expect(answer.ok ? 'allowed' : answer.error.code).toBe(said);
  });

  it.each<[RightsVerdict['verdict'], boolean]>([['exact', true], ['missing', false], ['broader', false], ['unreadable', false]])('%s lets deletion go on: %s', (verdict, allowed) => {
    const verdicts = new Map<TokenName, RightsVerdict>([['destroy', { verdict: 'exact' }], ['lender', verdict === 'exact' ? { verdict } : { verdict, observed: 'what was seen' }]]);
    const answer = deletionAllowed('alpha', verdicts);
    expect(answer.ok).toBe(allowed);
    if (!answer.ok) expect(answer.error).toMatchObject({ code: 'deletion.rights', observed: expect.stringContaining(`token lender: ${verdict}, what was seen`) });
  });
});
