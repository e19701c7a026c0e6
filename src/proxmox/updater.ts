// Token `update`: one concern per write, each under the digest that was read in the same step. Carries P9, P10.
import type { TokenCredential } from './connection';
import type { ProxmoxHttp } from './http';
import { writeOutcome } from './outcome';
import type { ProxmoxUpdater, WriteOutcome } from './ports';
import { ownPermissions, readWith } from './reader';
import { addDisk, configure, growDisk, migrate, reads, shutdown, start, stop, type WriteRequest } from './requests';
import { readMigrationCheck } from './wire/migration';

export function proxmoxUpdater(http: ProxmoxHttp, credential: TokenCredential): ProxmoxUpdater {
  const write = async (request: WriteRequest): Promise<WriteOutcome> => writeOutcome(await http.send(credential, request), request);
  return {
    configure: (guest, change) => write(configure(guest, change)),
    addDisk: (guest, disk) => write(addDisk(guest, disk)),
    growDisk: (guest, slot, sizeMib) => write(growDisk(guest, slot, sizeMib)),
    start: (guest) => write(start(guest)),
    shutdown: (guest, timeoutSeconds) => write(shutdown(guest, timeoutSeconds)),
    stop: (guest) => write(stop(guest)),
    migrate: (guest, target, mode) => write(migrate(guest, target, mode)),
    migrationCheck: (guest, target) => readWith(http, credential)(reads.migrationCheck(guest, target), (data) => readMigrationCheck(target, data)),
    permissions: () => ownPermissions(http, credential),
  };
}
