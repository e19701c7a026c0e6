import type { Observed, Vmid } from '../../kernel';
import { readGuestConfig } from '../../guest';
import { readAnswer, type Answered } from '../exchange';
import { describeRecorded, recordedProxmox, type RecordedProxmox } from '../../../test/setup/recordings';
import { readAcl, readPermissions, readRoles } from './access';
import { readClusterStatus, readGuests, readHaGuests, readIsVmidFree, readPoolMembers, readPoolNames, readReplicatedGuests, readVersion } from './cluster';
import { readBackups, readPending, readPower, readSnapshots } from './guest';
import { readMigrationCheck } from './migration';
import { readBackupStorages, readBridges, readNodeFacts, readStorages, readTaskLog, readTasks, readTaskState } from './node';

const upid = 'UPID:pve1:0001E240:00BC614E:6774A5C0:qmdestroy:100:u@pve!t:';
const node = (name: string, online: unknown = 1): unknown => ({ type: 'node', id: `node/${name}`, name, online });
const cluster = (quorate: unknown): unknown => ({ type: 'cluster', id: 'cluster', name: 'lab', quorate, nodes: 2 });
const guest = { id: 'qemu/100', type: 'qemu', vmid: 100, node: 'pve1' };
const status = { vmid: 100, status: 'stopped', qmpstatus: 'stopped', uptime: 0, ha: { managed: 0 } };
const row = { vmid: 100, kind: 'qemu', node: 'pve1', name: null, status: 'unknown', isTemplate: false, pool: null, tags: [], lock: null };

const may = { running: 0, local_disks: [], local_resources: [], 'mapped-resources': [], allowed_nodes: ['pve2'], not_allowed_nodes: { pve2: {} } };
const readable: readonly (readonly [string, Observed<unknown>, unknown])[] = [
  ['version', readVersion({ version: '8.4.1', release: '8.4', repoid: 'x', more: {} }), { version: '8.4.1', release: '8.4' }],
  ['cluster', readClusterStatus([cluster(1), node('a'), node('b', 0)]), { name: 'lab', quorate: true, nodes: [{ name: 'a', online: true }, { name: 'b', online: false }] }],
  ['cluster without quorum, as text', readClusterStatus([cluster('0'), node('a')]), { name: 'lab', quorate: false, nodes: [{ name: 'a', online: true }] }],
  ['single node', readClusterStatus([node('a')]), { name: 'a', quorate: true, nodes: [{ name: 'a', online: true }] }],
  ['guest without statistics', readGuests([guest]), [row]],
  ['guest', readGuests([{ ...guest, type: 'lxc', vmid: '101', name: 'dns', status: 'running', template: 1, pool: 'p', tags: 'B;a', lock: 'backup' }]), [{ ...row, vmid: 101, kind: 'lxc', name: 'dns', status: 'running', isTemplate: true, pool: 'p', tags: ['a', 'b'], lock: 'backup' }]],
  ['tags of one blank', readGuests([{ ...guest, tags: ' ' }]), [row]],
  ['HA', readHaGuests([{ sid: 'vm:110', state: 'ignored' }, { sid: 'ct:200' }]), [110, 200]],
  ['replication', readReplicatedGuests([{ id: '100-0', guest: 100 }, { id: '100-1', guest: '100' }]), [100]],
  ['pools', readPoolNames([{ poolid: 'a' }]), ['a']],
  ['pool members', readPoolMembers('a', [{ poolid: 'a', members: [{ type: 'qemu', vmid: 100 }, { type: 'storage', storage: 's' }, { type: 'lxc', vmid: 200 }] }]), [100, 200]],
  ['pending', readPending([{ key: 'cores', value: 2, pending: 4 }, { key: 'net1', value: 'x', delete: 2 }, { key: 'lxc', value: [['a', 'b']] }, { key: 'digest', value: 'd' }]), [{ key: 'cores', value: '2', pending: '4', delete: false }, { key: 'net1', value: 'x', pending: null, delete: true }, { key: 'lxc', value: '[["a","b"]]', pending: null, delete: false }]],
  ['snapshots', readSnapshots([{ name: 's1' }, { name: 'current' }]), ['s1']],
  ['backups', readBackups('local', 100, [{ volid: 'local:backup/x', ctime: '5', vmid: '100', verification: { state: 'ok' } }, { volid: 'y', ctime: 6, vmid: 100 }]), [{ volid: 'local:backup/x', storage: 'local', ctime: 5, verified: true }, { volid: 'y', storage: 'local', ctime: 6, verified: null }]],
  ['node', readNodeFacts({ cpuinfo: { cpus: 8 }, memory: { total: '17179869184' } }), { cores: 8, memoryMib: 16384 }],
  ['storages', readStorages([{ storage: 's', content: 'images,rootdir', active: 1, avail: 1048576 }, { storage: 't', content: '', active: 0, avail: 0 }]), [{ id: 's', content: ['images', 'rootdir'], active: true, availableMib: 1, isShared: false }, { id: 't', content: [], active: false, availableMib: null, isShared: false }]],
  ['backup storages', readBackupStorages([{ storage: 'a', content: 'backup', active: 1, enabled: 1 }, { storage: 'b', content: 'backup', active: 0, enabled: 0 }, { storage: 'c', content: 'iso', active: 0 }]), ['a']],
  ['bridges', readBridges([{ iface: 'vmbr0', type: 'bridge' }, { iface: 'eth0', type: 'eth' }, { iface: 'vnet1', type: 'vnet' }]), ['vmbr0', 'vnet1']],
  ['tasks', readTasks(9, [{ upid, type: 'qmdestroy', id: '100', user: 'u@pve', tokenid: 't', starttime: 7, status: 'RUNNING' }, { upid, type: 'x', user: 'u@pve', starttime: 7, endtime: 8, status: 'OK' }]), [{ upid, type: 'qmdestroy', id: '100', user: 'u@pve!t', startTime: 7, status: null, running: true }, { upid, type: 'x', id: '', user: 'u@pve', startTime: 7, status: 'OK', running: false }]],
  ['running task', readTaskState({ status: 'running' }), { running: true, exitstatus: null }],
  ['ended task', readTaskState({ status: 'stopped', exitstatus: 'OK' }), { running: false, exitstatus: 'OK' }],
  ['log', readTaskLog([{ n: 1, t: 'a' }, { n: 2, t: '' }], 2), { lines: ['a', ''], total: 2 }],
  ['empty log', readTaskLog([{ n: 1, t: 'no content' }], 1), { lines: [], total: 0 }],
  ['ACL', readAcl([{ path: '/vms/100', roleid: 'R', type: 'token', ugid: 'u@pve!t', propagate: 0 }]), [{ path: '/vms/100', role: 'R', holderKind: 'token', holder: 'u@pve!t', propagate: false }]],
  ['roles', readRoles([{ roleid: 'R', privs: 'VM.Audit,VM.Allocate' }, { roleid: 'NoAccess', privs: '' }]), [{ role: 'R', privileges: ['VM.Allocate', 'VM.Audit'] }, { role: 'NoAccess', privileges: [] }]],
  ['no permissions', readPermissions({}), {}],
  ['a migration that nothing hinders', readMigrationCheck('pve2', may), { localDisks: [], localResources: [], obstacles: [] }],
  ['a live one, for which 8.4 names no nodes', readMigrationCheck('pve2', { running: 1, local_disks: [], local_resources: [] }), { localDisks: [], localResources: [], obstacles: [] }],
  ['local disks and devices', readMigrationCheck('pve2', { ...may, local_disks: [{ volid: 'a:x', size: 1 }], local_resources: ['usb0'] }), { localDisks: ['a:x'], localResources: ['usb0'], obstacles: [] }],
  ['a node that is not named', readMigrationCheck('pve3', may), { localDisks: [], localResources: [], obstacles: ['Proxmox does not name pve3 among the nodes that it may go to'] }],
  ['a node that lacks something', readMigrationCheck('pve2', { ...may, allowed_nodes: [], not_allowed_nodes: { pve2: { unavailable_storages: ['a', 'b'], 'blocking-ha-resources': [{ sid: 'vm:1' }], 'unavailable-resources': [] } } }), { localDisks: [], localResources: [], obstacles: ['unavailable storages: a, b', 'blocking ha resources: {"sid":"vm:1"}'] }],
  ['mapped devices', readMigrationCheck('pve2', { ...may, running: '1', 'mapped-resources': ['gpu', 'nvme'], 'mapped-resource-info': { nvme: { 'live-migration': 1 } } }), { localDisks: [], localResources: [], obstacles: ['the mapped device gpu does not move with a running VM'] }],
  ['permissions', readPermissions({ '/vms/1': { 'VM.Audit': 0, 'VM.Allocate': 1 } }), { '/vms/1': ['VM.Allocate', 'VM.Audit'] }],
];

/** What must not be believed, with the words that tell the place. */
const unreadable: readonly (readonly [string, Observed<unknown>, string])[] = [
  ['no list', readGuests(null), 'data: expected a list, got null'],
  ['a VMID that is none', readGuests([{ ...guest, vmid: 99 }]), 'data[0].vmid: expected a VMID, got 99'],
  ['a kind that nobody knows', readGuests([{ ...guest, type: 'openvz' }]), 'data[0].type: expected qemu or lxc, got "openvz"'],
  ['a guest without a node', readGuests([{ ...guest, node: null }]), 'data[0].node: expected text, got null'],
  ['several nodes without a cluster row', readClusterStatus([node('a'), node('b')]), 'expected a cluster row beside several nodes'],
  ['quorum that is not said', readClusterStatus([cluster(undefined), node('a')]), 'cluster.quorate: expected 0 or 1, got nothing'],
  ['an online that is neither', readClusterStatus([cluster(1), node('a', 'yes')]), 'node.online: expected 0 or 1, got "yes"'],
  ['no nodes', readClusterStatus([]), 'at least one node'],
  ['a sid of something else', readHaGuests([{ sid: 'fe:1' }]), 'data[0].sid'],
  ['a replication job without a guest', readReplicatedGuests([{ id: '100-0' }]), 'data[0].guest'],
  ['members of another pool', readPoolMembers('a', [{ poolid: 'b', members: [] }]), 'expected one pool a'],
  ['status without ha', readPower('qemu', { ...status, ha: undefined }), 'data.ha: expected an object'],
  ['status without managed', readPower('qemu', { ...status, ha: {} }), 'data.ha.managed'],
  ['a deletion that is neither', readPending([{ key: 'a', delete: 3 }]), 'data[0].delete'],
  ['a backup of another guest', readBackups('local', 100, [{ volid: 'x', ctime: 1, vmid: 101 }]), 'data[0].vmid: expected 100, got 101'],
  ['a backup storage that is down', readBackupStorages([{ storage: 'a', content: 'backup', active: 0 }]), 'expected backup storage a to be active'],
  ['a memory without total', readNodeFacts({ cpuinfo: { cpus: 1 }, memory: {} }), 'data.memory.total'],
  ['a task list that may be cut', readTasks(1, [{ upid, type: 'x', user: 'u', starttime: 7 }]), 'expected fewer than 1 tasks'],
  ['a UPID that is none', readTasks(9, [{ upid: 'UPID:x', type: 'x', user: 'u', starttime: 7 }]), 'data[0].upid'],
  ['a task that is neither running nor stopped', readTaskState({ status: 'paused' }), 'data.status: expected running or stopped'],
  ['a log that is one object', readTaskLog({ n: 1, t: 'unable to open file' }, 1), 'data: expected a list'],
  ['a migration that does not say whether it runs', readMigrationCheck('pve2', { local_disks: [], local_resources: [] }), 'data.running'],
  ['a migration without its disks', readMigrationCheck('pve2', { running: 1 }), 'data.local_disks: expected a list'],
  ['a holder of an unknown kind', readAcl([{ path: '/', roleid: 'R', type: 'realm', ugid: 'x', propagate: 1 }]), 'data[0].type: expected user or token or group'],
  ['a permission that is neither', readPermissions({ '/': { 'VM.Audit': null } }), 'data./.VM.Audit: expected 0 or 1'],
];

describe('reading answers', () => {
  it.each(readable)('reads %s', (_name, seen, expected) => {
    expect(seen).toEqual({ ok: true, value: expected });
  });

  it.each(unreadable)('P30 does not believe %s and says where', (_name, seen, words) => {
    expect(seen).toEqual({ ok: false, error: { kind: 'not-observed', where: expect.any(String) as string, text: expect.stringContaining(words) as string } });
  });

  it.each([
    ['stopped', {}, false], ['running', { status: 'running', qmpstatus: 'running', pid: 7 }, true], ['paused', { status: 'running', qmpstatus: 'paused' }, true], ['prelaunch', { qmpstatus: 'prelaunch' }, true], ['io-error', { qmpstatus: 'io-error' }, true],
    ['a word to come', { status: 'thawing', qmpstatus: undefined }, true], ['a process left over', { pid: 4711 }, true], ['no process', { pid: 0 }, false],
  ])('P20 counts a guest that is %s as having a process or not', (_name, more, hasProcess) => {
    expect(readPower('qemu', { ...status, ...more })).toMatchObject({ ok: true, value: { hasProcess } });
  });

  it('P41 tells free, taken and unreadable VMIDs apart', () => {
    const answer = (code: number, body: unknown): Answered => readAnswer({ status: code, reason: '', location: null, body: JSON.stringify(body) }) as Answered;
    const read = (code: number, body: unknown): Observed<boolean> => readIsVmidFree(150 as Vmid, answer(code, body));
    expect(read(200, { data: '150' })).toEqual({ ok: true, value: true });
    expect(read(400, { data: null, message: 'Parameter verification failed.\n', errors: { vmid: 'VM 150 already exists' } })).toEqual({ ok: true, value: false });
    expect(read(200, { data: '151' }).ok).toBe(false);
    expect(read(400, { data: null, message: 'Parameter verification failed.\n', errors: { vmid: 'VM 15 already exists' } }).ok).toBe(false);
    expect(read(400, { errors: { vmid: 'VM 150 already exists' } }).ok).toBe(false);
    expect(read(500, { data: null, message: 'x' }).ok).toBe(false);
  });
});

describeRecorded('proxmox', 'recorded reads of Proxmox VE 8.4', () => {
  const reads = recordedProxmox().filter((each) => each.method === 'GET' && each.status === 200);
  const answerOf = (each: RecordedProxmox): Answered => readAnswer({ status: each.status, reason: each.reason, location: null, body: each.body }) as Answered;
  const at = (pattern: RegExp, params: readonly string[] | null = null): readonly RecordedProxmox[] => reads.filter((each) => pattern.test(each.path) && (params === null || params.every((param) => each.params.includes(param))));
  const parsers: readonly (readonly [string, readonly RecordedProxmox[], (data: unknown, answer: Answered, each: RecordedProxmox) => Observed<unknown>])[] = [
    ['version', at(/^\/(nodes\/pve2\/)?version$/), (data) => readVersion(data)], ['cluster status', at(/^\/cluster\/status$/), (data) => readClusterStatus(data)], ['guests', at(/^\/cluster\/resources$/, ['type=vm']), (data) => readGuests(data)],
    ['HA', at(/^\/cluster\/ha\/resources$/), (data) => readHaGuests(data)], ['replication', at(/^\/cluster\/replication$/), (data) => readReplicatedGuests(data)], ['pool', at(/^\/pools$/, ['poolid=p1']), (data) => readPoolMembers('p1', data)],
    ['config', at(/^\/nodes\/[^/]+\/(qemu|lxc)\/\d+\/config$/), (data, _answer, each) => readGuestConfig(each.path.includes('/lxc/') ? 'lxc' : 'qemu', Number(each.path.split('/')[4]), data)],
    ['pending', at(/^\/nodes\/[^/]+\/(qemu|lxc)\/\d+\/pending$/), (data) => readPending(data)], ['power', at(/\/\d+\/status\/current$/), (data, _answer, each) => readPower(each.path.includes('/lxc/') ? 'lxc' : 'qemu', data)], ['snapshots', at(/\/\d+\/snapshot$/), (data) => readSnapshots(data)],
    ['node', at(/^\/nodes\/pve1\/status$/), (data) => readNodeFacts(data)], ['storages', at(/^\/nodes\/pve1\/storage$/), (data) => readStorages(data)], ['backup storages', at(/^\/nodes\/pve1\/storage$/), (data) => readBackupStorages(data)], ['bridges', at(/^\/nodes\/pve1\/network$/), (data) => readBridges(data)],
    ['backups', at(/\/storage\/local\/content$/, ['content=backup']), (data) => readBackups('local', 200, data)], ['tasks', at(/^\/nodes\/pve[12]\/tasks$/), (data) => readTasks(1000, data)], ['task status', at(/\/tasks\/[^/]+\/status$/), (data) => readTaskState(data)],
    ['ACL', at(/^\/access\/acl$/), (data) => readAcl(data)], ['permissions', at(/^\/access\/permissions$/), (data) => readPermissions(data)],
  ];

  it.each(parsers)('reads every answer of: %s', (_name, found, parse) => {
    expect(found.length).toBeGreaterThan(0);
    for (const each of found) {
      const answer = answerOf(each);
      const seen = parse(answer.data, answer, each);
      expect([each.seq, seen.ok ? 'read' : seen.error]).toEqual([each.seq, 'read']);
    }
  });

  it('reads logs, but for the one of a task that is not there', () => {
    const logs = at(/\/tasks\/[^/]+\/log$/);
    const seen = logs.map((each) => ({ seq: each.seq, seen: readTaskLog(answerOf(each).data, answerOf(each).total) }));
    expect(seen.filter((each) => !each.seen.ok).map((each) => each.seq)).toEqual([295]);
    expect(seen.find((each) => each.seq === 308)?.seen).toEqual({ ok: true, value: { lines: [], total: 0 } });
  });

  it('reads free and taken VMIDs', () => {
    const asked = recordedProxmox().filter((each) => each.path === '/cluster/nextid' && ['vmid=150', 'vmid=100', 'vmid=300'].includes(each.params[0] ?? ''));
    expect(asked.map((each) => [each.params[0], readIsVmidFree(Number(each.params[0]?.slice(5)) as Vmid, answerOf(each))])).toEqual([['vmid=150', { ok: true, value: true }], ['vmid=100', { ok: true, value: false }], ['vmid=300', { ok: true, value: false }]]);
  });

  it('P20 sees a process in every recorded guest that runs, and none in one that is stopped', () => {
    for (const each of at(/\/\d+\/status\/current$/)) {
      const data = answerOf(each).data as { readonly status: string };
      expect(readPower(each.path.includes('/lxc/') ? 'lxc' : 'qemu', data)).toMatchObject({ value: { hasProcess: data.status !== 'stopped' } });
    }
  });
});
