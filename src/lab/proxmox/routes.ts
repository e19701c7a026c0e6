// Which code answers which method of the table. A method that the table knows and nobody serves stops the start: client and
// simulator are made from one table.
import { Bug } from '../../kernel';
import { methods, type MethodSpec } from '../../proxmox/schema';
import type { Route } from './call';
import { accessRoutes } from './calls/access';
import { cloneRoutes } from './calls/clone';
import { clusterRoutes } from './calls/cluster';
import { configRoutes } from './calls/config-write';
import { createCtRoutes } from './calls/create-ct';
import { createVmRoutes } from './calls/create-vm';
import { destroyRoutes } from './calls/destroy';
import { guestReadRoutes } from './calls/guest-reads';
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
  ...poolRoutes, ...accessRoutes, ...userRoutes,
];

const byName = new Map(all.map((route) => [`${route.method} ${route.path}`, route]));

export function routeOf(spec: MethodSpec): Route {
  const route = byName.get(`${spec.method} ${spec.path}`);
  if (route === undefined) throw new Bug(`the simulator serves no ${spec.method} ${spec.path}`);
  return route;
}

export function checkAllServed(): void {
  for (const spec of methods) routeOf(spec);
}
