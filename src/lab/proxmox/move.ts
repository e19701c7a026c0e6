// A guest goes to another node: its configuration file moves, and its own volumes with it where they are bound to a node.
import type { Cluster } from './cluster';
import { volumeIn } from './property-values';
import type { Guest } from './state';

export function moveGuest(cluster: Cluster, guest: Guest, target: string): void {
  if (guest.main['lock'] === 'migrate') delete guest.main['lock'];
  for (const [key, value] of Object.entries(guest.main)) {
    const volid = volumeIn(key, value);
    const volume = volid === null ? undefined : cluster.state.volumes[volid];
    if (volume?.owner === guest.vmid && volume.node !== null) volume.node = target;
  }
  guest.node = target;
  cluster.changed(guest);
}

/** Does it have a volume that only the node has on which it is? */
export const isBoundToNode = (cluster: Cluster, guest: Guest): boolean => Object.entries(guest.main).some(([key, value]) => {
  const volid = volumeIn(key, value);
  const volume = volid === null ? undefined : cluster.state.volumes[volid];
  return volume !== undefined && volume.node !== null;
});
