// Storages: their sections in storage.cfg and what a node sees of them (Proxmox VE 8.4).
import { may } from '../acl';
import { anyone, needs, nothing, route, type Answer, type Call, type Route } from '../call';
import { badParameters, die, wrapped } from '../pve-error';
import type { Storage } from '../state';
import { isThere, newStorage, settingsOf, storageDigest, takes, totalBytes, usedBytes } from '../storages';
import { splitList } from '../../../proxmox/schema';

/** Parameters of the call, not of the section. */
const ofTheCall = new Set(['storage', 'type', 'delete', 'digest', 'node']);
const ownFields = new Set(['content', 'shared', 'disable', 'nodes']);
/** Secrets are kept in files of their own, not in the section. */
const secrets = new Set(['password', 'encryption-key', 'keyring', 'master-pubkey']);
const required: Readonly<Record<string, readonly string[]>> = {
  dir: ['path'], btrfs: ['path'], nfs: ['server', 'export'], cifs: ['server', 'share'], glusterfs: ['volume'], lvm: ['vgname'], lvmthin: ['vgname', 'thinpool'], zfspool: ['pool'], zfs: ['pool', 'portal', 'target', 'iscsiprovider', 'blocksize'],
  iscsi: ['portal', 'target'], iscsidirect: ['portal', 'target'], pbs: ['server', 'datastore'],
};
const idOf = (call: Call): string => call.parts['storage'] ?? call.params['storage'] ?? '';
const sees = (call: Call, id: string, ...more: readonly string[]): boolean => may(call.cluster.access, call.authid, `/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace', ...more);
const digestOf = (call: Call): string => storageDigest(Object.values(call.cluster.storages));

/** Switches and numbers as numbers, all else as text. */
const shown = (call: Call, storage: Storage): Record<string, unknown> => ({
  storage: storage.id, type: storage.type, ...Object.fromEntries(Object.entries(settingsOf(storage)).map(([key, value]) => [key, key === 'shared' || key === 'disable' || /^(?:mkdir|krbd|sparse|saferemove|port|maxfiles|create-.*|max-protected-backups|tagged_only)$/.test(key) ? Number(value) : value])), digest: digestOf(call),
});

function put(storage: Storage, key: string, value: string): void {
  if (secrets.has(key)) return;
  if (key === 'content') storage.content = splitList(value).join(',');
  else if (key === 'shared') storage.shared = value === '1';
  else if (key === 'disable') storage.disabled = value === '1';
  else if (key === 'nodes') storage.nodes = splitList(value);
  else storage.settings[key] = value;
}

const given = (call: Call): readonly (readonly [string, string])[] => Object.entries(call.params).filter(([key]) => !ofTheCall.has(key));

function mustBeQuorate(call: Call): void {
  if (!call.cluster.state.quorate) die("cfs-lock 'file-storage_cfg' error: no quorum!");
}

function create(call: Call): Answer {
  const id = idOf(call);
  const type = call.params['type'] ?? '';
  for (const key of required[type] ?? []) if (call.params[key] === undefined) die(`missing value for required option '${key}'`);
  wrapped('create storage failed', () => {
    mustBeQuorate(call);
    if (call.cluster.storages[id] !== undefined) die(`storage ID '${id}' already defined`);
    const storage = newStorage(id, type);
    for (const [key, value] of given(call)) put(storage, key, value);
    call.cluster.storages[id] = storage;
  });
  call.cluster.commit();
  return { data: { storage: id, type } };
}

function update(call: Call): Answer {
  const id = idOf(call);
  const { cluster, params } = call;
  let type = '';
  wrapped('update storage failed', () => {
    mustBeQuorate(call);
    const storage = cluster.storage(id);
    type = storage.type;
    if ((params['digest'] ?? '') !== '' && params['digest'] !== digestOf(call)) die('detected modified configuration - file changed by other user? Try again.');
    for (const [key, value] of given(call)) put(storage, key, value);
    for (const key of splitList(params['delete'] ?? '')) drop(storage, key, params);
    // What lies on a shared storage lies on every node of it.
    if (storage.shared) for (const volume of Object.values(cluster.state.volumes)) if (volume.storage === id) volume.node = null;
  });
  cluster.commit();
  return { data: { storage: id, type } };
}

function drop(storage: Storage, key: string, params: Call['params']): void {
  if (params[key] !== undefined) die(`unable to set '${key}' and delete it at the same time`);
  if ((required[storage.type] ?? []).includes(key)) die(`unable to delete required option '${key}'`);
  if (ownFields.has(key)) put(storage, key, key === 'content' ? newStorage(storage.id, storage.type).content : '');
  else {
    const { [key]: _gone, ...rest } = storage.settings;
    storage.settings = rest;
  }
}

/** The section goes; what lies on the storage stays where it is. */
function remove(call: Call): Answer {
  const id = idOf(call);
  wrapped('delete storage failed', () => {
    mustBeQuorate(call);
    call.cluster.storage(id);
    for (const other of Object.values(call.cluster.storages)) if (other.settings['base']?.startsWith(`${id}:`) === true) die(`can't remove storage - storage is used as base of another storage`);
    const { [id]: _gone, ...rest } = call.cluster.storages;
    call.cluster.state.storages = rest;
  });
  call.cluster.commit();
  return nothing;
}

/** What a node knows of a storage; nothing of one that is switched off. */
function usage(call: Call, storage: Storage): Record<string, unknown> {
  const base = { type: storage.type, content: storage.content, shared: storage.shared ? 1 : 0 };
  if (!isThere(storage, call.node)) return { ...base, active: 0, enabled: 0, total: 0, used: 0, avail: 0 };
  const total = totalBytes(storage);
  const used = usedBytes(call.cluster.state, storage, call.node);
  return { ...base, active: 1, enabled: 1, total, used, avail: Math.max(0, total - used) };
}

function ofNode(call: Call): readonly Record<string, unknown>[] {
  const wanted = splitList(call.params['content'] ?? '');
  return Object.values(call.cluster.storages)
    .filter((storage) => sees(call, storage.id, 'Datastore.Allocate') && (call.params['storage'] ?? storage.id) === storage.id && (wanted.length === 0 || wanted.some((content) => takes(storage, content))))
    .filter((storage) => (storage.nodes.length === 0 || storage.nodes.includes(call.node)) && (call.params['enabled'] !== '1' || !storage.disabled))
    .map((storage) => {
      const facts = usage(call, storage);
      return { storage: storage.id, ...facts, ...(facts['active'] === 1 ? { used_fraction: Number(facts['used']) / Number(facts['total']) } : {}) };
    });
}

const folders = ['content', 'download-url', 'file-restore', 'import-metadata', 'prunebackups', 'rrd', 'rrddata', 'status', 'upload'];
const auditsStorage = needs('/storage/{storage}', 'Datastore.Audit', 'Datastore.AllocateSpace');
const allocates = needs('/storage', 'Datastore.Allocate');

export const storageRoutes: readonly Route[] = [
  route('GET', '/storage', anyone, (call) => ({ data: Object.values(call.cluster.storages).filter((storage) => sees(call, storage.id) && (call.params['type'] ?? storage.type) === storage.type).map((storage) => shown(call, storage)) })),
  route('POST', '/storage', allocates, create), route('PUT', '/storage/{storage}', allocates, update), route('DELETE', '/storage/{storage}', allocates, remove),
  route('GET', '/storage/{storage}', needs('/storage/{storage}', 'Datastore.Allocate'), (call) => ({ data: shown(call, call.cluster.storage(idOf(call))) })),
  route('GET', '/nodes/{node}/storage', anyone, (call) => ({ data: ofNode(call) })),
  route('GET', '/nodes/{node}/storage/{storage}', auditsStorage, () => ({ data: folders.map((subdir) => ({ subdir })) })),
  route('GET', '/nodes/{node}/storage/{storage}/status', auditsStorage, (call) => ({ data: usage(call, call.cluster.storages[idOf(call)] ?? badParameters({ storage: 'No such storage.' })) })),
];
