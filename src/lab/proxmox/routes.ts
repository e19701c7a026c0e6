// Which code answers which method of the table. A method that the table knows and nobody serves stops the start: client and
// simulator are made from one table.
import { Bug } from '../../kernel';
import { official, type MethodSpec } from '../../proxmox/schema';
import type { Route } from './call';
import { accessRoutes } from './calls/access';
import { agentRoutes } from './calls/agent';
import { cloneRoutes } from './calls/clone';
import { clusterRoutes } from './calls/cluster';
import { configRoutes } from './calls/config-write';
import { createCtRoutes } from './calls/create-ct';
import { createVmRoutes } from './calls/create-vm';
import { destroyRoutes } from './calls/destroy';
import { guestReadRoutes } from './calls/guest-reads';
import { indexRoutes } from './calls/indexes';
import { migrateRoutes } from './calls/migrate';
import { nodeRoutes } from './calls/nodes';
import { poolRoutes } from './calls/pools';
import { powerRoutes } from './calls/power';
import { resizeRoutes } from './calls/resize';
import { snapshotRoutes } from './calls/snapshots';
import { taskRoutes } from './calls/tasks';
import { userRoutes } from './calls/users';

const all: readonly Route[] = [
  ...clusterRoutes, ...nodeRoutes, ...guestReadRoutes, ...createVmRoutes, ...createCtRoutes, ...configRoutes, ...resizeRoutes, ...powerRoutes, ...destroyRoutes, ...cloneRoutes, ...migrateRoutes, ...snapshotRoutes, ...taskRoutes,
  ...agentRoutes, ...poolRoutes, ...accessRoutes, ...userRoutes, ...indexRoutes,
];

const byName = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));

/** Of the table, and not served yet: this list goes. */
const notYet = new Set<string>([
  'GET /cluster/log',
  'PUT /cluster/options',
  'GET /cluster/config/nodes',
  'POST /cluster/ha/resources',
  'GET /cluster/ha/resources/{sid}',
  'PUT /cluster/ha/resources/{sid}',
  'DELETE /cluster/ha/resources/{sid}',
  'GET /cluster/ha/status/manager_status',
  'GET /cluster/ha/groups',
  'GET /cluster/ha/rules',
  'GET /cluster/backup',
  'POST /cluster/backup',
  'GET /cluster/backup/{id}',
  'DELETE /cluster/backup/{id}',
  'GET /cluster/backup-info/not-backed-up',
  'GET /cluster/sdn/zones',
  'POST /cluster/sdn/zones',
  'DELETE /cluster/sdn/zones/{zone}',
  'GET /cluster/sdn/vnets',
  'GET /cluster/sdn/vnets/{vnet}/subnets',
  'GET /cluster/sdn/controllers',
  'GET /nodes/{node}/config',
  'GET /nodes/{node}/dns',
  'GET /nodes/{node}/time',
  'GET /nodes/{node}/network/{iface}',
  'GET /nodes/{node}/aplinfo',
  'GET /nodes/{node}/capabilities/qemu/machines',
  'GET /nodes/{node}/replication',
  'GET /storage',
  'POST /storage',
  'GET /storage/{storage}',
  'PUT /storage/{storage}',
  'DELETE /storage/{storage}',
  'GET /nodes/{node}/storage/{storage}',
  'POST /nodes/{node}/storage/{storage}/content',
  'GET /nodes/{node}/storage/{storage}/content/{volume}',
  'DELETE /nodes/{node}/storage/{storage}/content/{volume}',
  'POST /nodes/{node}/storage/{storage}/download-url',
  'POST /nodes/{node}/vzdump',
  'PUT /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config',
  'GET /nodes/{node}/qemu/{vmid}/feature',
  'GET /nodes/{node}/qemu/{vmid}/rrddata',
  'POST /nodes/{node}/qemu/{vmid}/move_disk',
  'GET /nodes/{node}/qemu/{vmid}/cloudinit',
  'PUT /nodes/{node}/qemu/{vmid}/cloudinit',
  'GET /nodes/{node}/qemu/{vmid}/cloudinit/dump',
  'POST /nodes/{node}/lxc/{vmid}/status/suspend',
  'POST /nodes/{node}/lxc/{vmid}/status/resume',
  'PUT /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/config',
  'GET /nodes/{node}/lxc/{vmid}/feature',
  'GET /nodes/{node}/lxc/{vmid}/rrddata',
  'POST /nodes/{node}/lxc/{vmid}/move_volume',
  'GET /access/domains',
  'POST /access/ticket',
  'PUT /access/password',
]);

export function routeOf(spec: MethodSpec): Route {
  const route = byName.get(`${spec.method} ${spec.path}`);
  if (route === undefined) throw new Bug(`the simulator serves no ${spec.method} ${spec.path}`);
  return route;
}

export const isServed = (spec: MethodSpec): boolean => !notYet.has(`${spec.method} ${spec.path}`);

export function checkAllServed(): void {
  for (const spec of official) if (isServed(spec)) routeOf(spec);
}
