// Volumes on storages: names as the storage plugins give them, owners by VMID, bases and their linked clones, and volumes
// that cannot be freed (Proxmox VE 8.4).
import type { Cluster } from './cluster';
import type { StorageOptions } from './options';
import { bytesOf, volumeIn, volumesOf } from './property-values';
import { die } from './pve-error';
import type { ClusterState, Guest, Volume } from './state';

export const splitVolid = (volid: string): { readonly storage: string; readonly name: string } => {
  const colon = volid.indexOf(':');
  return colon < 0 ? die(`unable to parse volume ID '${volid}'`) : { storage: volid.slice(0, colon), name: volid.slice(colon + 1) };
};

/** VMID in a volume's name, null for templates, images of installation media and backups. */
export function ownerOf(volid: string): number | null {
  const match = /(?:^|[:/])(?:vm|base|subvol|basevol)-(\d+)-[^/]+$/.exec(volid);
  return match === null ? null : Number(match[1]);
}

export interface Allocation { readonly storage: string; readonly vmid: number; readonly node: string; readonly bytes: number; readonly content: 'images' | 'rootdir'; readonly format?: string; readonly parent?: string; readonly name?: string }

/** Makes a volume under the first free disk number of the guest and tells its id. */
export function allocate(cluster: Cluster, wanted: Allocation): { readonly volid: string; readonly path: string; readonly format: string } {
  const storage = cluster.storage(wanted.storage);
  const format = wanted.format ?? 'raw';
  const prefix = storage.type === 'dir' ? `${wanted.vmid}/` : '';
  const suffix = storage.type === 'dir' ? `.${format}` : '';
  const taken = (number: number): boolean => Object.keys(cluster.state.volumes).some((volid) => new RegExp(`^${wanted.storage}:(?:.*/)?(?:vm|base)-${wanted.vmid}-disk-${number}(?:\\.|$)`).test(volid));
  let number = 0;
  while (taken(number)) number += 1;
  const name = `${prefix}${wanted.name ?? `vm-${wanted.vmid}-disk-${number}`}${suffix}`;
  const volid = `${wanted.storage}:${wanted.parent === undefined || storage.type !== 'dir' ? '' : `${splitVolid(wanted.parent).name}/`}${name}`;
  const volume: Volume = { storage: storage.id, content: wanted.content, owner: wanted.vmid, node: storage.shared === true ? null : wanted.node, bytes: wanted.bytes, format, created: cluster.now(), parent: wanted.parent ?? null, stuck: false };
  cluster.state.volumes[volid] = volume;
  return { volid, path: storage.type === 'dir' ? `/var/lib/vz/images/${name}` : `/dev/${storage.id}/${name}`, format };
}

/** Volumes that a seeded configuration names: they stand as if they had been allocated with it. */
export function addGuestVolumes(state: ClusterState, storages: readonly StorageOptions[], guest: Guest, now: number): void {
  for (const [key, value] of Object.entries(guest.main)) {
    const volid = volumeIn(key, value);
    const storage = volid === null ? undefined : storages.find((each) => each.id === splitVolid(volid).storage);
    if (volid === null || storage === undefined || state.volumes[volid] !== undefined || ownerOf(volid) === null) continue;
    const bytes = bytesOf(/(?:^|,)size=([^,]*)/.exec(value)?.[1] ?? '') ?? 4 * 1024 ** 2;
    state.volumes[volid] = { storage: storage.id, content: guest.kind === 'lxc' ? 'rootdir' : 'images', owner: ownerOf(volid), node: storage.shared === true ? null : guest.node, bytes, format: /\.(qcow2|raw|vmdk)$/.exec(volid)?.[1] ?? 'raw', created: now, parent: null, stuck: false };
  }
}

/** Frees a volume; a volume that is gone already is no error. Refused when somebody holds it. */
export function free(cluster: Cluster, volid: string): void {
  const volume = cluster.state.volumes[volid];
  if (volume === undefined) return;
  if (volume.stuck) die(`can't remove volume '${volid}': device or resource busy`);
  delete cluster.state.volumes[volid];
}

/** Volids of linked clones that hang on this base. LVM-thin does not know the link (its ids do not carry it). */
export const clonesOf = (cluster: Cluster, base: string): readonly string[] =>
  cluster.storage(splitVolid(base).storage).type === 'lvmthin' ? [] : Object.entries(cluster.state.volumes).filter(([, volume]) => volume.parent === base).map(([volid]) => volid);

/** Is the volume named by another guest than its owner? */
export const usersOf = (cluster: Cluster, volid: string): readonly number[] => cluster.guests().filter((guest) => volumesOf(guest).includes(volid)).map((guest) => guest.vmid);
