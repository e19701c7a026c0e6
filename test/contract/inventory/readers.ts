// Sluice's own readers over recorded answers: what they cannot read, Sluice could not see.
import { readAcl, readPermissions, readRoles } from '../../../src/proxmox/wire/access';
import { readClusterStatus, readGuests, readHaGuests, readPoolNames, readReplicatedGuests, readVersion } from '../../../src/proxmox/wire/cluster';
import { readPending, readPower, readSnapshots } from '../../../src/proxmox/wire/guest';
import { readBridges, readNodeFacts, readStorages, readTaskLog, readTaskState, readTasks } from '../../../src/proxmox/wire/node';
import type { Observed } from '../../../src/kernel';
import type { Answer } from './answers';

type Read = (data: unknown, body: { readonly total?: unknown }) => Observed<unknown>;

const readers: Readonly<Record<string, Read>> = {
  '/version': readVersion, '/cluster/status': readClusterStatus, '/cluster/resources type=vm': readGuests, '/cluster/ha/resources': readHaGuests, '/cluster/replication': readReplicatedGuests, '/pools': readPoolNames,
  '/access/acl': readAcl, '/access/roles': readRoles, '/access/permissions': readPermissions,
  '/nodes/{node}/status': readNodeFacts, '/nodes/{node}/storage': readStorages, '/nodes/{node}/network': readBridges, '/nodes/{node}/tasks': (data) => readTasks(50, data), '/nodes/{node}/tasks/{upid}/status': readTaskState,
  '/nodes/{node}/tasks/{upid}/log': (data, { total }) => readTaskLog(data, typeof total === 'number' ? total : null),
  '/nodes/{node}/qemu/{vmid}/pending': readPending, '/nodes/{node}/lxc/{vmid}/pending': readPending, '/nodes/{node}/qemu/{vmid}/snapshot': readSnapshots, '/nodes/{node}/lxc/{vmid}/snapshot': readSnapshots,
  '/nodes/{node}/qemu/{vmid}/status/current': (data) => readPower('qemu', data), '/nodes/{node}/lxc/{vmid}/status/current': (data) => readPower('lxc', data),
};

/** How many were read, and what could not be. */
export function readAll(answers: readonly Answer[]): { readonly read: number; readonly unreadable: readonly string[] } {
  const unreadable: string[] = [];
  let read = 0;
  for (const { where, template, query, status, body } of answers) {
    const reader = readers[template] ?? readers[`${template} ${query.join(' ')}`];
    if (status !== 200 || reader === undefined) continue;
    const envelope = body as { readonly data?: unknown; readonly total?: unknown };
    const observed = reader(envelope.data, envelope);
    if (observed.ok) read += 1;
    else unreadable.push(`${where}: ${observed.error.text}`);
  }
  return { read, unreadable };
}
