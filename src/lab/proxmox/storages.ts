// Storages as the cluster's storage.cfg holds them: what a storage takes, where it is there, what fits. They start from the
// options of the simulator and are state from then on, so that POST and PUT /storage outlive a restart.
import { createHash } from 'node:crypto';
import type { Cluster } from './cluster';
import type { StorageOptions } from './options';
import { die } from './pve-error';
import type { ClusterState, Entries, Storage } from './state';

const gib = 1024 ** 3;
const directories = new Set(['dir', 'nfs', 'cifs', 'cephfs', 'glusterfs', 'btrfs']);
const alwaysShared = new Set(['nfs', 'cifs', 'cephfs', 'glusterfs', 'rbd', 'iscsi', 'iscsidirect', 'pbs', 'zfs']);

/** Files in directories: they have an extension, and other formats than raw. */
export const isDirectory = (storage: Pick<Storage, 'type'>): boolean => directories.has(storage.type);
export const isThin = (storage: Pick<Storage, 'type'>): boolean => storage.type !== 'lvm';

export const takes = (storage: Pick<Storage, 'content'>, content: string): boolean => storage.content.split(',').includes(content);

const defaultSettings = (type: string, id: string): Entries => (type === 'dir' ? { path: '/var/lib/vz' } : type === 'lvmthin' ? { vgname: id, thinpool: 'data' } : { vgname: id });

export const storagesOf = (options: readonly StorageOptions[]): Record<string, Storage> => Object.fromEntries(options.map(({ id, type, content, sizeGiB, shared, settings }) => [
  id, { id, type, content, sizeGiB, shared: shared === true, disabled: false, nodes: [], settings: { ...defaultSettings(type, id), ...settings } },
]));

/** What a new section makes: network storages are shared by their nature. */
export const newStorage = (id: string, type: string): Storage => ({ id, type, content: isDirectory({ type }) || type === 'pbs' ? (type === 'pbs' ? 'backup' : 'images,rootdir,vztmpl,iso,backup,snippets') : 'images,rootdir', sizeGiB: 100, shared: alwaysShared.has(type), disabled: false, nodes: [], settings: {} });

const isOnNode = (storage: Storage, node: string): boolean => storage.nodes.length === 0 || storage.nodes.includes(node);

/** Is it in use on this node at all? */
export const isThere = (storage: Storage, node: string): boolean => !storage.disabled && isOnNode(storage, node);

/** The storage as a node may use it, or the sentence that says why not (Proxmox VE 8.4, 6.5 of the reference). */
export function storageAt(cluster: Cluster, id: string, node: string): Storage {
  const storage = cluster.storage(id);
  if (storage.disabled) die(`storage '${id}' is disabled`);
  if (!isOnNode(storage, node)) die(`storage '${id}' is not available on node '${node}'`);
  return storage;
}

export const totalBytes = (storage: Storage): number => storage.sizeGiB * gib;

/** What volumes take of it, seen from a node. */
export const usedBytes = (state: ClusterState, storage: Storage, node: string): number =>
  Object.values(state.volumes).filter((volume) => volume.storage === storage.id && (volume.node ?? node) === node).reduce((sum, volume) => sum + volume.bytes, 0);

/** Where a volume lies in the node's file system. */
export function pathOf(storage: Storage, name: string): string {
  if (!isDirectory(storage)) return `/dev/${storage.settings['vgname'] ?? storage.id}/${name}`;
  const base = storage.settings['path'] ?? `/mnt/pve/${storage.id}`;
  const folder = ({ iso: 'template/iso', vztmpl: 'template/cache', backup: 'dump', snippets: 'snippets', import: 'import' } as Readonly<Record<string, string>>)[name.split('/')[0] ?? ''];
  return folder === undefined ? `${base}/images/${name.split('/').slice(-2).join('/')}` : `${base}/${folder}/${name.slice(name.indexOf('/') + 1)}`;
}

/** The properties of a section as the configuration shows them. */
export const settingsOf = (storage: Storage): Entries => ({
  content: storage.content, ...storage.settings, ...(storage.nodes.length === 0 ? {} : { nodes: storage.nodes.join(',') }), ...(storage.shared && !alwaysShared.has(storage.type) ? { shared: '1' } : {}), ...(storage.disabled ? { disable: '1' } : {}),
});

/** SHA-1 of storage.cfg, one digest for all sections. */
export function storageDigest(storages: readonly Storage[]): string {
  const section = (storage: Storage): string => `${storage.type}: ${storage.id}\n${Object.entries(settingsOf(storage)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `\t${key} ${value}\n`).join('')}`;
  return createHash('sha1').update(storages.map(section).join('\n')).digest('hex');
}
