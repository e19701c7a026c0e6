// Which code answers which method of the table. A method that the table knows and nobody serves stops the start: client and
// simulator are made from one table.
import { Bug } from '../../kernel';
import { official, type MethodSpec } from '../../proxmox/schema';
import type { Route } from './call';
import { accessRoutes } from './calls/access';
import { agentRoutes } from './calls/agent';
import { cloneRoutes } from './calls/clone';
import { clusterRoutes } from './calls/cluster';
import { clusterLogRoutes } from './calls/cluster-log';
import { clusterOptionRoutes } from './calls/cluster-options';
import { configRoutes } from './calls/config-write';
import { createCtRoutes } from './calls/create-ct';
import { createVmRoutes } from './calls/create-vm';
import { destroyRoutes } from './calls/destroy';
import { guestReadRoutes } from './calls/guest-reads';
import { haRoutes } from './calls/ha';
import { indexRoutes } from './calls/indexes';
import { migrateRoutes } from './calls/migrate';
import { nodeReadRoutes } from './calls/node-reads';
import { nodeRoutes } from './calls/nodes';
import { poolRoutes } from './calls/pools';
import { powerRoutes } from './calls/power';
import { resizeRoutes } from './calls/resize';
import { sdnRoutes } from './calls/sdn';
import { snapshotRoutes } from './calls/snapshots';
import { storageRoutes } from './calls/storage';
import { storageContentRoutes } from './calls/storage-content';
import { moveDiskRoutes } from './calls/move-disk';
import { cloudInitRoutes } from './calls/cloud-init';
import { backupRoutes } from './calls/backup';
import { backupJobRoutes } from './calls/backup-jobs';
import { taskRoutes } from './calls/tasks';
import { ticketRoutes } from './calls/ticket';
import { userRoutes } from './calls/users';

const all: readonly Route[] = [
  ...clusterRoutes, ...nodeRoutes, ...guestReadRoutes, ...createVmRoutes, ...createCtRoutes, ...configRoutes, ...resizeRoutes, ...powerRoutes, ...destroyRoutes, ...cloneRoutes, ...migrateRoutes, ...snapshotRoutes, ...taskRoutes,
  ...storageRoutes, ...storageContentRoutes,
  ...moveDiskRoutes, ...cloudInitRoutes,
  ...backupRoutes, ...backupJobRoutes,
  ...agentRoutes, ...haRoutes, ...sdnRoutes, ...clusterOptionRoutes, ...clusterLogRoutes, ...nodeReadRoutes, ...poolRoutes, ...accessRoutes, ...userRoutes, ...ticketRoutes, ...indexRoutes,
];

const byName = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));

export function routeOf(spec: MethodSpec): Route {
  const route = byName.get(`${spec.method} ${spec.path}`);
  if (route === undefined) throw new Bug(`the simulator serves no ${spec.method} ${spec.path}`);
  return route;
}

export function checkAllServed(): void {
  for (const spec of official) routeOf(spec);
}
