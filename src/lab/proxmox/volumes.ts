// Volumes on storages: names as the storage plugins give them, owners by VMID, bases and their linked clones, and volumes
// that cannot be freed (Proxmox VE 8.4).
import type { Cluster } from './cluster';
import { bytesOf, volumeIn } from './property-values';
import { die } from './pve-error';
import type { ClusterState, Guest, Volume } from './state';
import { isDirectory, isThin, pathOf, storageAt, totalBytes, usedBytes } from './storages';

export const splitVolid = (volid: string): { readonly storage: string; readonly name: string } => {
  const colon = volid.indexOf(':');
  return colon < 0 ? die(`unable to parse volume ID '${volid}'`) : { storage: volid.slice(0, colon), name: volid.slice(colon + 1) };
};

/** VMID in a volume's name, null for templates, images of installation media and backups. */
export function ownerOf(volid: string): number | null {
  const match = /(?:^|[:/])(?:vm|base|subvol|basevol)-(\d+)-[^/]+$/.exec(volid);
  return match === null ? null : Number(match[1]);
}

/** `raw`, `iso`, `tzst`, `vma.zst`: how a storage calls what a volume's name ends with. */
export function formatOf(name: string): string {
  const packed = /\.(tar|vma)(?:\.(gz|xz|zst|lzo))?$/.exec(name);
  if (packed !== null) return name.startsWith('vztmpl/') ? `t${packed[2] ?? 'ar'}` : [packed[1], packed[2]].filter((part) => part !== undefined).join('.');
  return /\.(raw|qcow2|vmdk|subvol)$/.exec(name)?.[1] ?? (name.startsWith('iso/') ? 'iso' : name.startsWith('snippets/') ? 'snippet' : 'raw');
}

export interface Allocation { readonly storage: string; readonly vmid: number; readonly node: string; readonly bytes: number; readonly content: 'images' | 'rootdir'; readonly format?: string; readonly parent?: string; readonly name?: string }
export interface Allocated { readonly volid: string; readonly path: string; readonly format: string }

/** The first number that no volume of the guest on this storage has, whatever its kind or format. */
function freeNumber(state: ClusterState, storage: string, vmid: number): number {
  const taken = new Set<number>();
  for (const volid of Object.keys(state.volumes)) {
    const [, number] = volid.includes(`-${vmid}-disk-`) && state.volumes[volid]?.owner === vmid && volid.startsWith(`${storage}:`) ? (/(?:vm|base|subvol)-\d+-disk-(\d+)(?:\.[a-z0-9]+)?$/.exec(volid) ?? []) : [];
    if (number !== undefined) taken.add(Number(number));
  }
  let number = 0;
  while (taken.has(number)) number += 1;
  return number;
}

/** Makes a volume under the first free disk number of the guest and tells its id. Files and thin volumes take what is not there. */
export function allocate(cluster: Cluster, wanted: Allocation): Allocated {
  const { state } = cluster;
  const storage = storageAt(cluster, wanted.storage, wanted.node);
  lockShared(cluster, storage.id, () => undefined);
  const inDirectory = isDirectory(storage);
  // A linked clone in a directory is a qcow2 file with its base behind it, whatever the base is (Proxmox VE 8.4).
  const format = !inDirectory ? 'raw' : wanted.parent === undefined ? (wanted.format ?? 'raw') : 'qcow2';
  if (!isThin(storage)) {
    const free = Math.max(0, totalBytes(storage) - usedBytes(state, storage, wanted.node));
    if (free < wanted.bytes) die(`not enough free space (${free} < ${wanted.bytes})`);
  }
  const base = wanted.name ?? `vm-${wanted.vmid}-disk-${freeNumber(state, storage.id, wanted.vmid)}`;
  const name = inDirectory ? `${wanted.vmid}/${base.endsWith(`.${format}`) ? base : `${base}.${format}`}` : base;
  const volid = `${storage.id}:${wanted.parent === undefined || !inDirectory ? '' : `${splitVolid(wanted.parent).name}/`}${name}`;
  const path = pathOf(storage, name);
  // The real text ends with three line breaks, one of them added by whoever answers (recorded exchange 438).
  if (state.volumes[volid] !== undefined) die(inDirectory ? `disk image '${path}' already exists\n\n` : `lvcreate '${storage.settings['vgname'] ?? storage.id}/${name}' error:   Logical Volume "${name}" already exists in volume group "${storage.settings['vgname'] ?? storage.id}"`);
  state.volumes[volid] = { storage: storage.id, content: wanted.content, owner: wanted.vmid, node: storage.shared ? null : wanted.node, bytes: wanted.bytes, format, created: cluster.now(), parent: wanted.parent ?? null, stuck: false };
  return { volid, path, format };
}

/** Volumes that a seeded configuration names: they stand as if they had been allocated with it. */
export function addGuestVolumes(state: ClusterState, guest: Guest, now: number): void {
  for (const [key, value] of Object.entries(guest.main)) {
    const volid = volumeIn(key, value);
    const storage = volid === null ? undefined : state.storages?.[splitVolid(volid).storage];
    if (volid === null || storage === undefined || state.volumes[volid] !== undefined || ownerOf(volid) === null) continue;
    const bytes = bytesOf(/(?:^|,)size=([^,]*)/.exec(value)?.[1] ?? '') ?? 4 * 1024 ** 2;
    state.volumes[volid] = { storage: storage.id, content: guest.kind === 'lxc' ? 'rootdir' : 'images', owner: ownerOf(volid), node: storage.shared ? null : guest.node, bytes, format: formatOf(volid), created: now, parent: null, stuck: false };
  }
}

/** A shared storage is locked over the whole cluster, which nine tries do not get without quorum (Proxmox VE 8.4). */
function lockShared(cluster: Cluster, id: string, log: (line: string) => void): void {
  if (cluster.state.quorate || cluster.storages[id]?.shared !== true) return;
  for (let tries = 0; tries < 9; tries += 1) log(`trying to acquire cfs lock 'storage-${id}' ...`);
  die(`cfs-lock 'storage-${id}' error: no quorum!`);
}

/** Frees a volume and tells whether there was one: a volume that is gone already is no error. Refused when somebody holds it. */
export function free(cluster: Cluster, volid: string, log: (line: string) => void = () => undefined): boolean {
  const volume = cluster.state.volumes[volid];
  if (volume === undefined) return false;
  const { storage, name } = splitVolid(volid);
  lockShared(cluster, storage, log);
  if (volume.isProtected === true) die(`cannot remove protected volume '${name}' on '${storage}'`);
  if (volume.stuck) die(`can't remove volume '${volid}': device or resource busy`);
  delete cluster.state.volumes[volid];
  return true;
}

/** Volids of linked clones that hang on this base. LVM-thin does not know the link (its ids do not carry it). */
export const clonesOf = (cluster: Cluster, base: string): readonly string[] =>
  isDirectory(cluster.storage(splitVolid(base).storage)) ? Object.keys(cluster.state.volumes).filter((volid) => cluster.state.volumes[volid]?.parent === base) : [];

/** The volume under its name as a base, for linked clones to hang on. What is no disk of a guest stays as it is. */
export function toBase(cluster: Cluster, volid: string): string {
  const volume = cluster.state.volumes[volid];
  if (volume === undefined || !/(?:^|[:/])vm-\d+-disk-/.test(volid)) return volid;
  const { storage, name } = splitVolid(volid);
  const base = `${storage}:${name.replace(/(^|\/)vm-(\d+-disk-[^/]*)$/, '$1base-$2')}`;
  cluster.state.volumes[base] = volume;
  delete cluster.state.volumes[volid];
  return base;
}

export const isBase = (volid: string): boolean => /(?:^|[:/])base-\d+-[^/]+$/.test(volid);

export const volumeOf = (cluster: Cluster, volid: string): Volume => cluster.state.volumes[volid] ?? die(`volume '${volid}' does not exist`);
