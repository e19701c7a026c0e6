// The ways out of this process. Which tokens are in hand follows from its roles: create and update with the worker, lender and
// destroy with the deleter, reflect with all (P16).
import { readFileSync } from 'node:fs';
import type { ClusterAccess, Clusters } from '../endpoints';
import type { ClusterSettings } from '../guest';
import { defaultFields, netboxReader, netboxWriter, openNetBox, type NetBoxes } from '../netbox';
import { CannotStart } from '../platform/database';
import type { ClusterConfig, Config } from '../platform/config';
import type { Shutdown } from '../platform/shutdown';
import { openProxmox, proxmoxCreator, proxmoxReader, proxmoxUpdater, type ProxmoxHttp, type TokenCredential } from '../proxmox';

export function openClusters(config: Config, shutdown: Shutdown): Clusters {
  return new Map(config.clusters.map((cluster) => {
    const http = openProxmox({ cluster: cluster.name, urls: cluster.connections, caPem: readCa(cluster.caFile), verifyTls: cluster.verifyTls, version: cluster.version });
    shutdown.onStop(`connection to ${cluster.name}`, () => http.close());
    return [cluster.name, accessOf(cluster, http)] as const;
  }));
}

function accessOf(cluster: ClusterConfig, http: ProxmoxHttp): ClusterAccess {
  const { reflect, create, update } = cluster.tokens;
  if (reflect === undefined) throw new CannotStart(`Cluster ${cluster.name} has no reflect token. Give clusters.${cluster.name}.tokens.reflect.`);
  return {
    settings: settingsOf(cluster), http, reader: proxmoxReader(http, reflect),
    creator: create === undefined ? null : proxmoxCreator(http, create, cluster.intakePool),
    updater: update === undefined ? null : proxmoxUpdater(http, update),
  };
}

export const settingsOf = ({ name, netbox, netboxCluster, allowWrites, intakePool, managedPools, deletablePools, diskPools, migratePools, defaultBridge, defaultStorage, vmidRange }: ClusterConfig): ClusterSettings =>
  ({ name, netbox, netboxCluster, allowWrites, intakePool, managedPools, deletablePools, diskPools, migratePools, defaultBridge, defaultStorage, vmidRange });

/** Lender's and destroyer's credentials by cluster, for the deleter alone. */
export function deleterCredentials(config: Config, use: 'lender' | 'destroy'): ReadonlyMap<string, TokenCredential> {
  return new Map(config.clusters.flatMap((cluster) => {
    const token = cluster.tokens[use];
    return token === undefined ? [] : [[cluster.name, token] as const];
  }));
}

export function openNetBoxes(config: Config, shutdown: Shutdown): NetBoxes {
  return new Map(config.netbox.map((netbox) => {
    const http = openNetBox({ name: netbox.name, url: netbox.url, token: netbox.token, caPem: readCa(netbox.caFile) });
    shutdown.onStop(`connection to NetBox ${netbox.name}`, () => http.close());
    return [netbox.name, { name: netbox.name, url: netbox.url, reader: netboxReader(http), writer: netboxWriter(http), fields: { ...defaultFields, ...netbox.fields } }] as const;
  }));
}

function readCa(file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (trouble) {
    throw new CannotStart(`The CA file ${file} cannot be read: ${(trouble as Error).message}. Correct caFile.`);
  }
}
