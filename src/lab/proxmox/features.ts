// What the storages of a guest's volumes can do with them: snapshots, linked clones, copies (Proxmox VE 8.4).
import type { Cluster } from './cluster';
import { isDrive, isMount, volumeIn } from './property-values';
import type { Entries } from './state';
import { isDirectory, isThere, isThin } from './storages';
import { isBase, splitVolid } from './volumes';

export type Feature = 'snapshot' | 'clone' | 'copy';
export interface Disk { readonly key: string; readonly volid: string }

/** Volumes in slots that hold the guest's own data: no installation media. */
export const disksOf = (main: Entries): readonly Disk[] => Object.entries(main).flatMap(([key, value]) => {
  const volid = isDrive(key) || isMount(key) ? volumeIn(key, value) : null;
  return volid === null || /:iso\//.test(volid) ? [] : [{ key, volid }];
});

const isCloudInit = (volid: string): boolean => /-cloudinit(?:\.|$)/.test(volid);

/** Raw files cannot be snapshotted, nor can volumes of plain LVM; a linked clone needs a base. A guest without disks can do all. */
export const hasFeature = (cluster: Cluster, main: Entries, feature: Feature): boolean => disksOf(main).every(({ volid }) => {
  const volume = cluster.state.volumes[volid];
  if (volume === undefined || isCloudInit(volid) || feature === 'copy') return true;
  const storage = cluster.storage(volume.storage);
  if (feature === 'clone') return isBase(volid) && (isDirectory(storage) || isThin(storage));
  return isDirectory(storage) ? volume.format === 'qcow2' : isThin(storage);
});

/** Nodes on which all its volumes are to be had. */
export const nodesFor = (cluster: Cluster, node: string, main: Entries): readonly string[] => cluster.state.nodes.map((each) => each.name).filter((name) => disksOf(main).every(({ volid }) => {
  const storage = cluster.storages[splitVolid(volid).storage];
  return storage !== undefined && isThere(storage, name) && (name === node || storage.shared);
}));
