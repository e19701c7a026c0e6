// Backups as volumes on a storage: their names, what is kept of them, and the act itself, shared by vzdump and by the lab's
// third party (Proxmox VE 8.4).
import type { Cluster } from './cluster';
import { disksOf } from './features';
import { nameOf } from './property-values';
import { die } from './pve-error';
import type { Guest, Storage } from './state';
import { pathOf, storageAt, takes, totalBytes, usedBytes } from './storages';
import { free, splitVolid } from './volumes';

export interface BackupWish {
  readonly storage: string;
  /** `zstd`, `gzip`, `lzo`, or nothing. */
  readonly compress: string;
  readonly notesTemplate?: string | undefined;
  readonly isProtected?: boolean;
}

const endings: Readonly<Record<string, string>> = { zstd: '.zst', gzip: '.gz', '1': '.lzo', lzo: '.lzo' };
const two = (number: number): string => String(number).padStart(2, '0');

/** `2026_11_20-19_01_08`, in the node's own time. */
function stamp(seconds: number): string {
  const at = new Date(seconds * 1000);
  return `${at.getUTCFullYear()}_${two(at.getUTCMonth() + 1)}_${two(at.getUTCDate())}-${two(at.getUTCHours())}_${two(at.getUTCMinutes())}_${two(at.getUTCSeconds())}`;
}
/** `2026-11-20 19:01:08`. */
export const loggedTime = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** The name a backup that starts now will have. */
export const backupName = (guest: Guest, now: number, compress: string): string => `backup/vzdump-${guest.kind}-${guest.vmid}-${stamp(now)}.${guest.kind === 'qemu' ? 'vma' : 'tar'}${endings[compress] ?? ''}`;

export function backupStorage(cluster: Cluster, id: string, node: string): Storage {
  const storage = storageAt(cluster, id, node);
  return takes(storage, 'backup') ? storage : die(`can't use storage '${id}' for backups - wrong content type`);
}

/** What a guest's disks come to when they are packed: a quarter of them. */
const packedBytes = (cluster: Cluster, guest: Guest): number => Math.max(1024 ** 2, disksOf(guest.main).reduce((sum, { volid }) => sum + (cluster.state.volumes[volid]?.bytes ?? 0), 0) / 4);

const filled = (template: string, cluster: Cluster, guest: Guest): string => template
  .replace(/\{\{(\w+)\}\}/g, (whole, name: string) => ({ guestname: nameOf(guest), vmid: String(guest.vmid), node: guest.node, cluster: cluster.state.name })[name] ?? whole)
  .replace(/\\n/g, '\n').replace(/\\\\/g, '\\');

/** Puts a backup of the guest as it is on the storage. */
export function keepBackup(cluster: Cluster, guest: Guest, wish: BackupWish, name = backupName(guest, cluster.now(), wish.compress)): string {
  const storage = backupStorage(cluster, wish.storage, guest.node);
  const bytes = Math.round(packedBytes(cluster, guest));
  if (usedBytes(cluster.state, storage, guest.node) + bytes > totalBytes(storage)) die(`${pathOf(storage, name)}: No space left on device`);
  const volid = `${storage.id}:${name}`;
  cluster.state.volumes[volid] = {
    storage: storage.id, content: 'backup', owner: guest.vmid, node: storage.shared ? null : guest.node, bytes, format: name.slice(name.indexOf('.') + 1), created: cluster.now(), parent: null, stuck: false,
    ...(wish.notesTemplate === undefined ? {} : { notes: filled(wish.notesTemplate, cluster, guest) }), ...(wish.isProtected === true ? { isProtected: true } : {}),
  };
  return volid;
}

/** Takes a VMID out of the lists of all backup jobs; a job that backs up nobody else ends with it. */
export function forgetInJobs(cluster: Cluster, vmid: number): void {
  const without = (list: string): string => list.split(/[,;\s]+/).filter((each) => each !== '' && each !== String(vmid)).join(',');
  cluster.state.backupJobs = Object.fromEntries(Object.entries(cluster.state.backupJobs ?? {}).flatMap(([id, { vmid: named, exclude, ...job }]) => {
    if (named !== undefined && without(named) === '') return [];
    return [[id, { ...job, ...(named === undefined ? {} : { vmid: without(named) }), ...(exclude === undefined || without(exclude) === '' ? {} : { exclude: without(exclude) }) }] as const];
  }));
}

/** Takes away all but the youngest backups of a guest; protected ones neither count nor go. */
export function pruneBackups(cluster: Cluster, guest: Guest, storage: Storage, keepLast: number): readonly string[] {
  const old = Object.entries(cluster.state.volumes)
    .filter(([, volume]) => volume.storage === storage.id && volume.content === 'backup' && volume.owner === guest.vmid && volume.isProtected !== true)
    .sort(([, a], [, b]) => b.created - a.created).slice(keepLast).map(([volid]) => volid);
  for (const volid of old) free(cluster, volid);
  return old.map((volid) => splitVolid(volid).name);
}
