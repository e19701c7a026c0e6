// Token `reflect`: every read of the house, one call and one parser each. Anything but a well-formed 200 is "not observed",
// never absence. Carries P5, P41.
import { no, ok, type Observed, type Vmid } from '../kernel';
import { readGuestConfig } from '../guest';
import type { TokenCredential } from './connection';
import type { Answered } from './exchange';
import type { ProxmoxHttp } from './http';
import { observed } from './outcome';
import type { BackupRow, Permissions, PoolRow, ProxmoxReader } from './ports';
import { reads, type ReadRequest } from './requests';
import { readAcl, readPermissions, readRoles } from './wire/access';
import { readClusterStatus, readGuests, readHaGuests, readIsVmidFree, readPoolMembers, readPoolNames, readReplicatedGuests, readVersion } from './wire/cluster';
import { readBackups, readPending, readPower, readSnapshots } from './wire/guest';
import { readBackupStorages, readBridges, readNodeFacts, readStorages, readVolumes, readTasks, readTaskLog, readTaskState } from './wire/node';

const mostTasks = 1000;
const linesAPage = 500;

type Read = <T>(request: ReadRequest, parse: (data: unknown, answer: Answered) => Observed<T>, telling?: readonly number[]) => Promise<Observed<T>>;

/** Reads with any token: what is not a well-formed 200 is a fault that names its call. */
export const readWith = (http: ProxmoxHttp, credential: TokenCredential): Read => async (request, parse, telling) =>
  named(request, http, observed(await http.send(credential, request), '', parse, telling));

/** A fault says which call of which cluster it comes from, and the place inside the answer where a parser named one. */
function named<T>(request: ReadRequest, http: ProxmoxHttp, seen: Observed<T>): Observed<T> {
  if (seen.ok) return seen;
  const call = `GET /${request.path.join('/')} of cluster ${http.connection.cluster}`;
  return no({ ...seen.error, where: seen.error.where === '' ? call : `${call}, ${seen.error.where}` });
}

/** What a token may do, as Proxmox tells the token itself. */
export const ownPermissions = (http: ProxmoxHttp, credential: TokenCredential): Promise<Observed<Permissions>> => readWith(http, credential)(reads.permissions(), readPermissions);

export function proxmoxReader(http: ProxmoxHttp, credential: TokenCredential): ProxmoxReader {
  const read = readWith(http, credential);
  return {
    cluster: http.connection.cluster,
    version: () => read(reads.version(), readVersion),
    clusterStatus: () => read(reads.clusterStatus(), readClusterStatus),
    guests: () => read(reads.guests(), readGuests),
    guestConfig: (guest) => read(reads.guestConfig(guest), (data) => readGuestConfig(guest.kind, guest.vmid, data)),
    pending: (guest) => read(reads.pending(guest), readPending),
    power: (guest) => read(reads.power(guest), (data) => readPower(guest.kind, data)),
    snapshots: (guest) => read(reads.snapshots(guest), readSnapshots),
    isVmidFree: (vmid) => read(reads.isVmidFree(vmid), (_data, answer) => readIsVmidFree(vmid, answer), [400]),
    nodeFacts: (node) => read(reads.nodeFacts(node), readNodeFacts),
    storages: (node) => read(reads.storages(node), readStorages),
    bridges: (node) => read(reads.bridges(node), readBridges),
    volumes: (node, storage, content) => read(reads.volumes(node, storage, content), readVolumes),
    pools: () => pools(read),
    haGuests: () => read(reads.haGuests(), readHaGuests),
    replicatedGuests: () => read(reads.replicatedGuests(), readReplicatedGuests),
    backups: (node, vmid) => backups(read, node, vmid),
    acl: () => read(reads.acl(), readAcl),
    roles: () => read(reads.roles(), readRoles),
    permissions: () => ownPermissions(http, credential),
    tasks: (node, filter) => read(reads.tasks(node, filter, mostTasks), (data) => readTasks(mostTasks, data)),
    taskState: (upid) => read(reads.taskState(upid), readTaskState),
    taskLog: (upid, fromLine) => read(reads.taskLog(upid, fromLine, linesAPage), (data, answer) => readTaskLog(data, answer.total)),
  };
}

/** The list of pools has no members (Proxmox VE 8.4): each pool is asked for its own. One that cannot be read hides the whole. */
async function pools(read: Read): Promise<Observed<readonly PoolRow[]>> {
  const names = await read(reads.pools(), readPoolNames);
  if (!names.ok) return names;
  const rows: PoolRow[] = [];
  for (const id of names.value) {
    const members = await read(reads.poolMembers(id), (data) => readPoolMembers(id, data));
    if (!members.ok) return members;
    rows.push({ id, members: members.value });
  }
  return ok(rows);
}

async function backups(read: Read, node: string, vmid: Vmid): Promise<Observed<readonly BackupRow[]>> {
  const storages = await read(reads.backupStorages(node), readBackupStorages);
  if (!storages.ok) return storages;
  const rows: BackupRow[] = [];
  for (const storage of storages.value) {
    const found = await read(reads.backups(node, storage, vmid), (data) => readBackups(storage, vmid, data));
    if (!found.ok) return found;
    rows.push(...found.value);
  }
  return ok(rows.sort((a, b) => b.ctime - a.ctime));
}

