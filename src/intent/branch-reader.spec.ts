// Carries P5, P17: what is asked of NetBox for one branch, and what does not fit together. A stub says what NetBox would say; real
// answers run through the real readers in test/real-input.
import { diff, nicCreate, vmCreate, vmDelete, vmUpdate } from '../../test/setup/intent-world';
import { notObserved, ok, type Instant } from '../kernel';
import type { BranchRecord, ChangeDiff, ChangeLogRow, NetBoxObject, NetBoxReader } from '../netbox/ports';
import { readBranchContent } from './branch-reader';

const branch: BranchRecord = { id: 4, name: 'b', schemaId: 'abcdefgh', status: 'ready', owner: null, mergedTime: null, mergedBy: null, customFields: {} };
const row = (of: ChangeDiff, more: Partial<ChangeLogRow> = {}): ChangeLogRow => ({
  id: of.id, time: '2026-11-20T19:30:46.070960Z' as Instant, user: { id: 2, username: 'alice' }, userName: 'alice', action: of.action, objectType: of.objectType, objectId: of.objectId, requestId: 'r', message: '', ...more,
});
const objects: Readonly<Record<string, readonly NetBoxObject[]>> = {
  'core/object-types': [{ id: 13, app_label: 'virtualization', model: 'virtualmachine' }, { id: 11, app_label: 'virtualization', model: 'vminterface' }],
  'virtualization/virtual-machines': [{ id: 6, name: 'main-only', cluster: { id: 1, name: 'Alpha' } }], 'virtualization/clusters': [{ id: 1, name: 'Alpha' }], 'dcim/devices': [{ id: 1, name: 'pve1' }, { id: 2, name: 'pve2' }],
  'virtualization/interfaces': [{ id: 30, virtual_machine: { id: 6 } }], 'ipam/vlans': [{ id: 30, vid: 130 }], 'extras/tags': [{ id: 1, name: 'Web tier', slug: 'web-tier' }],
};

function netbox(diffs: readonly ChangeDiff[], change: Partial<NetBoxReader> = {}) {
  const asked: string[] = [];
  const find = (endpoint: string, keep: (object: NetBoxObject) => boolean) => { asked.push(endpoint); return Promise.resolve(ok((objects[endpoint] ?? []).filter(keep))); };
  const not = () => { throw new Error('not asked'); };
  const reader: NetBoxReader = {
    name: 'main', status: not, branches: not, branchEvents: not, object: not,
    branch: async () => ok(branch), changeDiffs: async () => ok(diffs), branchChangeLog: async () => ok(diffs.map((one) => row(one))),
    objects: (endpoint, ids) => find(endpoint, (object) => ids.includes(object.id)), objectsWhere: (endpoint, _filter, _value, matches) => find(endpoint, matches), ...change,
  };
  return { reader, asked };
}
const update = vmUpdate(5, 'a', { device: 1, tags: ['Web tier'] }, { memory: 4096 });
const made = [vmCreate(8, 'new', { device: 1, tags: ['Web tier'], custom_fields: { proxmox_node: 2 } }), nicCreate(9, 8, 'net0', { untagged_vlan: 30 })];
const ip = diff('ipam.ipaddress', 3, { name: 'ip', assigned_object_type: 11, assigned_object_id: 30 }, { name: 'ip2', assigned_object_type: 11, assigned_object_id: 30 });
const authorsIn = async (change: Partial<NetBoxReader>, diffs = [update]) => {
  const read = await readBranchContent(netbox(diffs, change).reader, 4);
  return read.ok ? (read.value.kind === 'content' ? read.value.content.authors : 'absent') : read.error.text;
};

describe('reading a branch', () => {
  it('asks once for each kind of name, and only for kinds that are mentioned', async () => {
    const { reader, asked } = netbox([update, ip, ...made]);
    const read = await readBranchContent(reader, 4);
    expect(read).toMatchObject({ ok: true, value: { kind: 'content', changeDigest: expect.stringMatching(/^[0-9a-f]{64}$/) as string, content: { authors: ['netbox:main:2'] } } });
    expect(read.ok && read.value.kind === 'content' && read.value.content.lookups).toEqual({
      clusters: new Map([[1, 'Alpha']]), devices: new Map([[1, 'pve1'], [2, 'pve2']]), vlans: new Map([[30, 130]]), tags: new Map([['Web tier', 'web-tier']]), vms: new Map([[6, objects['virtualization/virtual-machines']?.[0]]]),
      gateways: [], interfaceOwners: new Map([[30, 6]]), interfaceNames: new Map(), vmInterfaceTypeId: 11,
    });
    expect(asked.sort()).toEqual(['core/object-types', 'dcim/devices', 'extras/tags', 'extras/tags', 'ipam/vlans', 'virtualization/clusters', 'virtualization/interfaces', 'virtualization/virtual-machines']);
    const changeOnly = netbox([update]);
    await readBranchContent(changeOnly.reader, 4);
    expect(changeOnly.asked.sort()).toEqual(['core/object-types', 'virtualization/clusters']);
  });

  it('an absent branch is absent, an unreadable one is not observed', async () => {
    expect(await readBranchContent(netbox([], { branch: async () => ok(null) }).reader, 4)).toEqual({ ok: true, value: { kind: 'absent' } });
    const fault = notObserved('NetBox main', '502');
    for (const part of ['branch', 'changeDiffs', 'branchChangeLog', 'objects', 'objectsWhere'] as const) {
      expect(await readBranchContent(netbox([update], { [part]: async () => fault }).reader, 4)).toEqual(fault);
    }
  });
});

describe('who changed what', () => {
  it('P17 names every author once, and whoever synced too: the message that marks a sync is free text', async () => {
    const log = [row(update), row(update, { user: { id: 3, username: 'bob' } }), row(update), row(update, { user: { id: 9, username: 'syncer' }, message: 'Synced from main (originally by admin)' })];
    expect(await authorsIn({ branchChangeLog: async () => ok(log) })).toEqual(['netbox:main:2', 'netbox:main:3', 'netbox:main:9']);
  });
  it('keeps the name of a deleted user, who can be nobody\'s key', async () => {
    expect(await authorsIn({ branchChangeLog: async () => ok([row(update, { user: null, userName: 'gone' })]) })).toEqual(['netbox:main:deleted user gone']);
  });
  it('asks only while the branch is ready', async () => {
    expect(await authorsIn({ branch: async () => ok({ ...branch, status: 'merged' }), branchChangeLog: () => { throw new Error('a merged branch has no readable log'); } })).toEqual([]);
  });
  it('P5 does not believe a log that names other objects than the branch changed, or not all of them', async () => {
    expect(await authorsIn({ branchChangeLog: async () => ok([row(update), row(vmDelete(99, 'of main'))]) })).toMatch(/do not name the same objects/);
    expect(await authorsIn({}, [])).toEqual([]);
    expect(await authorsIn({ branchChangeLog: async () => ok([]) })).toMatch(/do not name the same objects/);
  });
  it('looks again when somebody typed in between', async () => {
    let looks = 0;
    const late = vmDelete(7, 'c');
    const change = { changeDiffs: async () => ok(++looks === 1 ? [update] : [update, late]), branchChangeLog: async () => ok([row(update), row(late)]) };
    expect(await authorsIn(change)).toEqual(['netbox:main:2']);
    expect(looks).toBe(2);
  });
});
