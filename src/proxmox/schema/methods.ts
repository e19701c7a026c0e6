// The calls that Sluice makes and its simulator answers, with their parameters: one hand-written table for both, so that
// client and simulator cannot drift apart. test/contract/proxmox holds it against the official schemas of 8 and 9.
import { lxcKeys, qemuKeys } from './guest-keys';
import { flag, integer, named, number, oneOf, property, required, text, type Param, type Params } from './param';

export interface MethodSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Template as the schema writes it, `/nodes/{node}/qemu/{vmid}/config`. */
  readonly path: string;
  /** `net[n]` stands for net0, net1, ... up to `indexLimits`. Path parts are parameters too. */
  readonly params: Params;
}

const node = required(named('pve-node'));
const optionalVmid: Param = { ...integer(100, 999_999_999), format: 'pve-vmid' };
const vmid = required(optionalVmid);
const digest: Param = { ...text, maxLength: 40 };
const snapshot = named('pve-configid', 40);
const pool = named('pve-poolid');
const storage = named('pve-storage-id');
const list = named('pve-configid-list');
const userid = required(named('pve-userid', 64));
const upid: Params = { node, upid: { type: 'string' } };
const drives = [...[0, 1, 2, 3].map((n) => `ide${n}`), ...Array.from({ length: 31 }, (_x, n) => `scsi${n}`), ...Array.from({ length: 16 }, (_x, n) => `virtio${n}`), ...[0, 1, 2, 3, 4, 5].map((n) => `sata${n}`), 'efidisk0', 'tpmstate0'];
const mounts = ['rootfs', ...Array.from({ length: 256 }, (_x, n) => `mp${n}`)];
const size: Param = { type: 'string', pattern: '\\+?\\d+(\\.\\d+)?[KMGT]?' };

const at = (method: MethodSpec['method'], path: string, params: Params = {}): MethodSpec => ({ method, path, params });
const onGuest = (kind: 'qemu' | 'lxc', method: MethodSpec['method'], tail: string, params: Params = {}): MethodSpec => at(method, `/nodes/{node}/${kind}/{vmid}${tail}`, { node, vmid, ...params });
const onBoth = (method: MethodSpec['method'], tail: string, params: Params = {}): readonly MethodSpec[] => [onGuest('qemu', method, tail, params), onGuest('lxc', method, tail, params)];

const inventory: readonly MethodSpec[] = [
  at('GET', '/version'), at('GET', '/cluster/status'), at('GET', '/cluster/resources', { type: oneOf('vm', 'storage', 'node', 'sdn') }), at('GET', '/cluster/nextid', { vmid: optionalVmid }), at('GET', '/cluster/tasks'), at('GET', '/cluster/options'),
  at('GET', '/cluster/ha/resources', { type: oneOf('ct', 'vm') }), at('GET', '/cluster/ha/status/current'), at('GET', '/cluster/replication'), at('GET', '/nodes'), at('GET', '/nodes/{node}/status', { node }), at('GET', '/nodes/{node}/version', { node }),
  at('GET', '/nodes/{node}/network', { node, type: oneOf('bridge', 'bond', 'eth', 'alias', 'vlan', 'OVSBridge', 'OVSBond', 'OVSPort', 'OVSIntPort', 'vnet', 'any_bridge', 'any_local_bridge', 'include_sdn') }),
  at('GET', '/nodes/{node}/storage', { node, content: named('pve-storage-content-list'), enabled: flag, format: flag, storage, target: named('pve-node') }), at('GET', '/nodes/{node}/storage/{storage}/status', { node, storage: required(storage) }),
  at('GET', '/nodes/{node}/storage/{storage}/content', { node, storage: required(storage), content: named('pve-storage-content'), vmid: optionalVmid }),
  at('GET', '/nodes/{node}/tasks', { node, errors: flag, limit: integer(0), since: integer(), source: oneOf('archive', 'active', 'all'), start: integer(0), statusfilter: named('pve-task-status-type-list'), typefilter: text, until: integer(), userfilter: text, vmid: optionalVmid }),
  at('GET', '/nodes/{node}/tasks/{upid}', upid), at('GET', '/nodes/{node}/tasks/{upid}/status', upid), at('GET', '/nodes/{node}/tasks/{upid}/log', { ...upid, download: flag, limit: integer(0), start: integer(0) }), at('DELETE', '/nodes/{node}/tasks/{upid}', upid),
  at('GET', '/nodes/{node}/qemu', { node, full: flag }), at('GET', '/nodes/{node}/lxc', { node }),
];

const skiplock: Params = { skiplock: flag };
const newGuest: Params = { node, vmid, pool, start: flag, storage, force: flag, unique: flag };

const guests: readonly MethodSpec[] = [
  ...onBoth('GET', '/config', { current: flag, snapshot }), ...onBoth('GET', '/pending'), ...onBoth('GET', '/status/current'), ...onBoth('GET', '/status'), ...onBoth('GET', '/snapshot'), onGuest('lxc', 'GET', '/interfaces'),
  at('POST', '/nodes/{node}/qemu', { ...newGuest, ...qemuKeys, archive: { ...text, maxLength: 255 }, bwlimit: integer(0), force: { ...flag, requires: 'archive' }, 'live-restore': { ...flag, requires: 'archive' }, unique: { ...flag, requires: 'archive' }, 'ha-managed': { ...flag, since: '9.0' }, 'import-working-storage': { ...storage, since: '9.0' } }),
  at('POST', '/nodes/{node}/lxc', { ...newGuest, ...lxcKeys, bwlimit: number(0), 'ignore-unpack-errors': flag, ostemplate: { type: 'string', maxLength: 255 }, password: { ...text, minLength: 5 }, restore: flag, 'ssh-public-keys': text, unique: { ...flag, requires: 'restore' }, 'ha-managed': { ...flag, since: '9.0' } }),
  onGuest('qemu', 'PUT', '/config', { ...qemuKeys, ...skiplock, delete: list, digest, force: { ...flag, requires: 'delete' }, revert: list }),
  onGuest('qemu', 'POST', '/config', { ...qemuKeys, ...skiplock, background_delay: integer(1, 30), delete: list, digest, force: { ...flag, requires: 'delete' }, revert: list }),
  onGuest('lxc', 'PUT', '/config', { ...lxcKeys, delete: list, digest, revert: list }),
  onGuest('qemu', 'PUT', '/resize', { ...skiplock, digest, disk: { type: 'string', enum: drives }, size }), onGuest('lxc', 'PUT', '/resize', { digest, disk: { type: 'string', enum: mounts }, size }),
  onGuest('qemu', 'PUT', '/unlink', { idlist: required(list), force: flag }),
  onGuest('qemu', 'POST', '/status/start', { ...skiplock, 'force-cpu': text, machine: { ...property('machine'), maxLength: 40 }, timeout: integer(0) }), onGuest('lxc', 'POST', '/status/start', { ...skiplock, debug: flag }),
  onGuest('qemu', 'POST', '/status/stop', { ...skiplock, keepActive: flag, timeout: integer(0), 'overrule-shutdown': { ...flag, since: '9.0' } }), onGuest('lxc', 'POST', '/status/stop', { ...skiplock, 'overrule-shutdown': { ...flag, since: '9.0' } }),
  onGuest('qemu', 'POST', '/status/shutdown', { ...skiplock, forceStop: flag, keepActive: flag, timeout: integer(0) }), onGuest('lxc', 'POST', '/status/shutdown', { forceStop: flag, timeout: integer(0) }), ...onBoth('POST', '/status/reboot', { timeout: integer(0) }),
  onGuest('qemu', 'POST', '/status/suspend', { ...skiplock, statestorage: storage, todisk: flag }), onGuest('qemu', 'POST', '/status/resume', { ...skiplock, nocheck: flag }), onGuest('qemu', 'POST', '/status/reset', skiplock),
  onGuest('qemu', 'DELETE', '', { ...skiplock, 'destroy-unreferenced-disks': flag, purge: flag }), onGuest('lxc', 'DELETE', '', { 'destroy-unreferenced-disks': flag, force: flag, purge: flag }),
  onGuest('qemu', 'POST', '/clone', { bwlimit: integer(0), description: text, format: oneOf('raw', 'qcow2', 'vmdk'), full: flag, name: named('dns-name'), newid: vmid, pool, snapname: snapshot, storage, target: named('pve-node') }),
  onGuest('lxc', 'POST', '/clone', { bwlimit: number(0), description: text, full: flag, hostname: named('dns-name'), newid: vmid, pool, snapname: snapshot, storage, target: named('pve-node') }),
  onGuest('qemu', 'GET', '/migrate', { target: named('pve-node') }),
  onGuest('qemu', 'POST', '/migrate', { bwlimit: integer(0), force: flag, online: flag, target: node, targetstorage: named('storage-pair-list'), 'with-local-disks': flag, 'with-conntrack-state': { ...flag, since: '9.0' } }),
  onGuest('lxc', 'POST', '/migrate', { bwlimit: number(0), online: flag, restart: flag, target: node, 'target-storage': named('storage-pair-list'), timeout: integer() }),
  onGuest('qemu', 'POST', '/snapshot', { description: text, snapname: required(snapshot), vmstate: flag }), onGuest('lxc', 'POST', '/snapshot', { description: text, snapname: required(snapshot) }),
  ...onBoth('DELETE', '/snapshot/{snapname}', { force: flag, snapname: required(snapshot) }), ...onBoth('GET', '/snapshot/{snapname}/config', { snapname: required(snapshot) }),
  onGuest('qemu', 'POST', '/snapshot/{snapname}/rollback', { snapname: required(snapshot), start: flag }), onGuest('lxc', 'POST', '/snapshot/{snapname}/rollback', { snapname: required(snapshot), start: flag }),
  onGuest('qemu', 'POST', '/template', { disk: { ...text, enum: drives } }), onGuest('lxc', 'POST', '/template'),
];

const poolEdit: Params = { poolid: required(pool), 'allow-move': flag, comment: text, delete: flag, storage: named('pve-storage-id-list'), vms: named('pve-vmid-list') };

const access: readonly MethodSpec[] = [
  at('GET', '/pools', { poolid: pool, type: oneOf('qemu', 'lxc', 'storage') }), at('POST', '/pools', { poolid: required(pool), comment: text }), at('PUT', '/pools', poolEdit), at('DELETE', '/pools', { poolid: required(pool) }),
  at('GET', '/pools/{poolid}', { poolid: required(pool), type: oneOf('qemu', 'lxc', 'storage') }), at('PUT', '/pools/{poolid}', poolEdit), at('DELETE', '/pools/{poolid}', { poolid: required(pool) }),
  at('GET', '/access/acl'), at('PUT', '/access/acl', { path: { type: 'string' }, roles: required(named('pve-roleid-list')), delete: flag, groups: named('pve-groupid-list'), propagate: flag, tokens: named('pve-tokenid-list'), users: named('pve-userid-list') }),
  at('GET', '/access/permissions', { path: text, userid: { ...text, pattern: '[^\\s:/]+@[A-Za-z][A-Za-z0-9.\\-_]+(?:![A-Za-z][A-Za-z0-9.\\-_]+)?' } }),
  at('GET', '/access/roles'), at('POST', '/access/roles', { roleid: required(named('pve-roleid')), privs: named('pve-priv-list') }), at('DELETE', '/access/roles/{roleid}', { roleid: required(named('pve-roleid')) }),
  at('GET', '/access/users', { enabled: flag, full: flag }),
  at('POST', '/access/users', { userid, comment: text, email: named('email-opt'), enable: flag, expire: integer(0), firstname: text, groups: named('pve-groupid-list'), keys: text, lastname: text, password: { ...text, maxLength: 64 } }),
  at('PUT', '/access/users/{userid}', { userid, append: flag, comment: text, email: named('email-opt'), enable: flag, expire: integer(0), firstname: text, groups: named('pve-groupid-list'), keys: text, lastname: text }),
  at('GET', '/access/users/{userid}', { userid }), at('DELETE', '/access/users/{userid}', { userid }), at('GET', '/access/users/{userid}/token', { userid }),
  at('POST', '/access/users/{userid}/token/{tokenid}', { userid, tokenid: { type: 'string', pattern: '[A-Za-z][A-Za-z0-9.\\-_]+' }, comment: text, expire: integer(0), privsep: flag }),
];

export const methods: readonly MethodSpec[] = [...inventory, ...guests, ...access];
