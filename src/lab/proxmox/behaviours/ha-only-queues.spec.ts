import { specCluster, specContainer, specGuest, type SpecCluster } from '../../../../test/setup/proxmox-cluster';
import { said } from './said';

const shared = { storages: [{ id: 'disks', content: 'images,rootdir', type: 'lvmthin', sizeGiB: 500, shared: true }, { id: 'own', content: 'images', type: 'lvmthin', sizeGiB: 500 }, { id: 'local', content: 'iso,vztmpl,backup', type: 'dir', sizeGiB: 100 }] } as const;

describe('high availability', () => {
  let cluster: SpecCluster;
  beforeEach(async () => {
    cluster = await specCluster([specGuest(100), specGuest(101, { node: 'pve2', running: true }), specGuest(102, { node: 'pve2', running: true }, { scsi0: 'own:vm-102-disk-0,size=8G' }), specGuest(103, { running: true }), specContainer(200, { running: true })], shared);
  });
  afterEach(() => cluster.close());

  const add = (sid: string, more = {}): Promise<string> => cluster.root.call('POST', '/cluster/ha/resources', { sid, ...more }).then(said);
  const ended = async (path: string, params = {}): Promise<readonly [string, string]> => {
    const answer = await cluster.root.call('POST', path, params);
    return [String(answer.body?.data).split(':')[5] ?? '', (await cluster.root.finished(answer)).exitstatus];
  };
  const state = async (vmid: number, node = 'pve1'): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `/nodes/${node}/qemu/${vmid}/status/current`)).body?.data ?? {};
  const service = async (sid: string): Promise<Record<string, unknown>> => (await cluster.root.call<readonly Record<string, unknown>[]>('GET', '/cluster/ha/status/current')).body?.data.find((row) => row['sid'] === sid) ?? {};

  it('starts what is added without a word of its state, in the next round', async () => {
    expect(await add('vm:100')).toBe('200 OK');
    expect(await state(100)).toMatchObject({ status: 'stopped', ha: { managed: 1, state: 'queued' } });
    await cluster.lab.advance(10);
    expect(await state(100)).toMatchObject({ status: 'running', ha: { managed: 1, state: 'started' } });
    expect(await service('vm:100')).toMatchObject({ node: 'pve1', state: 'started', crm_state: 'started', request_state: 'started' });
  });

  it('ends the task of a start or a stop when the wish is noted, and acts later', async () => {
    await add('vm:103', { state: 'started' });
    await cluster.lab.advance(10);
    expect(await ended('/nodes/pve1/qemu/103/status/stop')).toEqual(['hastop', 'OK']);
    expect(await state(103)).toMatchObject({ status: 'running', ha: { state: 'stopping' } });
    await cluster.lab.advance(10);
    expect(await state(103)).toMatchObject({ status: 'stopped', ha: { state: 'stopped' } });
    expect(await ended('/nodes/pve1/qemu/103/status/start')).toEqual(['hastart', 'OK']);
    expect((await state(103))['status']).toBe('stopped');
    await cluster.lab.advance(10);
    expect((await state(103))['status']).toBe('running');
  });

  it('starts a guest again that was switched off from inside', async () => {
    await add('vm:103', { state: 'started' });
    await cluster.lab.advance(10);
    await cluster.lab.act({ act: 'stop', vmid: 103 });
    await cluster.lab.advance(10);
    expect((await state(103))['status']).toBe('running');
  });

  it('migrates later, and a stopped guest only when it starts', async () => {
    await add('vm:103', { state: 'started' });
    await add('vm:100', { state: 'stopped' });
    expect(await ended('/nodes/pve1/qemu/103/migrate', { target: 'pve2', online: 1 })).toEqual(['hamigrate', 'OK']);
    expect(await ended('/nodes/pve1/qemu/100/migrate', { target: 'pve2' })).toEqual(['hamigrate', 'OK']);
    expect((await cluster.lab.guest(103))?.node).toBe('pve1');
    await cluster.lab.advance(10);
    expect([(await cluster.lab.guest(103))?.node, (await cluster.lab.guest(100))?.node]).toEqual(['pve2', 'pve1']);
    await ended('/nodes/pve1/qemu/100/status/start');
    await cluster.lab.advance(10);
    expect([(await cluster.lab.guest(100))?.node, (await state(100, 'pve2'))['status']]).toEqual(['pve2', 'running']);
  });

  it('starts the guests of a node that was silent for a minute elsewhere; one whose disk is gone with it is in error', async () => {
    await add('vm:101');
    await add('vm:102');
    await cluster.lab.advance(10);
    await cluster.lab.act({ act: 'node', node: 'pve2', online: false });
    await cluster.lab.advance(50);
    expect((await cluster.lab.guest(101))?.node).toBe('pve2');
    await cluster.lab.advance(60);
    await cluster.lab.advance(10);
    expect(await state(101)).toMatchObject({ status: 'running', ha: { state: 'started' } });
    expect((await service('vm:102'))['state']).toBe('error');
    expect((await cluster.root.finished(await cluster.root.call('POST', '/nodes/pve1/qemu/102/status/start'))).exitstatus).toBe("service 'vm:102' in error state, must be disabled and fixed first");
  });

  it('does nothing without quorum', async () => {
    await add('vm:100');
    await cluster.lab.act({ act: 'quorum', quorate: false });
    await cluster.lab.advance(30);
    expect((await state(100))['status']).toBe('stopped');
    await cluster.lab.act({ act: 'quorum', quorate: true });
    await cluster.lab.advance(10);
    expect((await state(100))['status']).toBe('running');
  });

  it('leaves alone what is ignored: its verbs work at once, and yet it is a resource that keeps from being destroyed', async () => {
    await add('vm:100', { state: 'ignored' });
    expect((await state(100))['ha']).toEqual({ managed: 0 });
    expect(await ended('/nodes/pve1/qemu/100/status/start')).toEqual(['qmstart', 'OK']);
    await ended('/nodes/pve1/qemu/100/status/stop');
    expect(said(await cluster.root.call('DELETE', '/nodes/pve1/qemu/100'))).toBe('500 unable to remove VM 100 - used in HA resources and purge parameter not set.');
  });

  it('has options and a digest for all resources together, and words for what is not one', async () => {
    await add('100', { state: 'stopped', comment: 'first', max_restart: 3 });
    const read = async (sid: string): Promise<Record<string, unknown>> => (await cluster.root.call<Record<string, unknown>>('GET', `/cluster/ha/resources/${sid}`)).body?.data ?? {};
    const before = await read('vm:100');
    expect(before).toMatchObject({ sid: 'vm:100', type: 'vm', state: 'stopped', comment: 'first', max_restart: 3 });
    await add('ct:200');
    expect((await read('vm:100'))['digest']).not.toBe(before['digest']);
    expect(said(await cluster.root.call('PUT', '/cluster/ha/resources/vm:100', { comment: 'x', digest: String(before['digest']) }))).toBe('500 update resource failed: detected modified configuration - file changed by other user? Try again.');
    expect(said(await cluster.root.call('PUT', '/cluster/ha/resources/vm:100', { delete: 'comment,max_restart' }))).toBe('200 OK');
    expect(Object.keys(await read('vm:100')).sort()).toEqual(['digest', 'sid', 'state', 'type']);
    expect(await add('vm:100')).toBe("500 create resource failed: resource ID 'vm:100' already defined");
    expect(await add('vm:999')).toBe("500 resource 'vm:999' does not exist in cluster");
    expect(said(await cluster.root.call('GET', '/cluster/ha/resources/vm:101'))).toBe("500 no such resource 'vm:101'");
    expect(said(await cluster.root.call('DELETE', '/cluster/ha/resources/vm:101'))).toBe("500 cannot delete service 'vm:101', not HA managed!");
    expect(said(await cluster.root.call('DELETE', '/cluster/ha/resources/vm:100'))).toBe('200 OK');
    expect(said(await cluster.token.reflect.call('DELETE', '/cluster/ha/resources/ct:200'))).toBe('403 Permission check failed (/, Sys.Console)');
  });
});

describe('high availability of the versions', () => {
  let [v8, v9]: readonly SpecCluster[] = [];
  beforeAll(async () => { [v8, v9] = await Promise.all([specCluster([specGuest(100)]), specCluster([specGuest(100)], { version: '9.0' })]); });
  afterAll(() => Promise.all([v8?.close(), v9?.close()]));

  it('has groups in 8 and rules in 9', async () => {
    const ask = async (path: string): Promise<readonly string[]> => Promise.all([v8, v9].flatMap((each) => (each === undefined ? [] : [each.root.call('GET', path).then(said)])));
    expect(await ask('/cluster/ha/groups')).toEqual(['200 OK', '500 cannot index groups: ha groups have been migrated to rules']);
    expect(await ask('/cluster/ha/rules')).toEqual(["501 Method 'GET /cluster/ha/rules' not implemented", '200 OK']);
    expect((await v9?.root.call('POST', '/cluster/ha/resources', { sid: 'vm:100', group: 'grp' }))?.reason).toBe("invalid parameter 'group': ha groups have been migrated to rules");
  });
});
