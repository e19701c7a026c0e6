// The two simulated Proxmox clusters of the lab.
import { join } from 'node:path';
import { managedPool, type ProxmoxSimOptions, type SluiceScope } from '../proxmox';
import { labGuests, seedGuest, stranger, template } from './guests';
import type { LabSecrets } from './secrets';

export interface LabCluster { readonly name: string; readonly version: '8.4' | '9.0'; readonly nodes: readonly string[]; readonly scope: SluiceScope }

const scope: SluiceScope = { managedPools: [managedPool, 'customer-a'], deletablePools: [managedPool, 'customer-a'], storages: ['vmdata'], bridges: ['vmbr0'], diskPools: [managedPool], migratePools: [managedPool], isoStorages: ['local'], templatesPool: 'templates' };

/** What guests can be made from. */
const images = [{ volid: 'local:iso/debian-12.iso', gib: 0.6 }, { volid: 'local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst', gib: 0.1 }, { volid: 'local:snippets/web.yml', gib: 0.001 }];

export const labClusters: readonly LabCluster[] = [
  { name: 'leipzig', version: '8.4', nodes: ['pve1', 'pve2', 'pve3'], scope },
  { name: 'dresden', version: '9.0', nodes: ['dd1', 'dd2'], scope: { ...scope, managedPools: [managedPool], deletablePools: [managedPool] } },
];

export const proxmoxOptions = (cluster: LabCluster, secrets: LabSecrets, directory: string, taskMillis: number): ProxmoxSimOptions => ({
  clusterName: cluster.name, version: cluster.version, nodes: cluster.nodes, nodeCores: 16, nodeMemoryMiB: 65_536, taskMillis,
  storages: [{ id: 'local', content: 'iso,vztmpl,backup,snippets', type: 'dir', sizeGiB: 200 }, { id: 'vmdata', content: 'images,rootdir', type: 'dir', sizeGiB: 2000, shared: true }],
  bridges: ['vmbr0'], stateFile: join(directory, `proxmox-${cluster.name}.json`), rootTokenSecret: secrets.root,
  seed: { pools: [...cluster.scope.managedPools], guests: [...labGuests.filter((guest) => guest.cluster === cluster.name).map(seedGuest), ...(cluster.name === 'leipzig' ? [stranger, template] : [])], images, rights: { ...cluster.scope, secrets: secrets.proxmox } },
});
