// Token `update`: one concern per write, each under the digest that was read in the same step. Carries P9, P10.
import type { TokenCredential } from './connection';
import type { ProxmoxHttp } from './http';
import { writeOutcome } from './outcome';
import type { ProxmoxUpdater, WriteOutcome } from './ports';
import { ownPermissions } from './reader';
import { addDisk, configure, growDisk, shutdown, start, stop, type WriteRequest } from './requests';

export function proxmoxUpdater(http: ProxmoxHttp, credential: TokenCredential): ProxmoxUpdater {
  const write = async (request: WriteRequest): Promise<WriteOutcome> => writeOutcome(await http.send(credential, request), request);
  return {
    configure: (guest, change) => write(configure(guest, change)),
    addDisk: (guest, disk) => write(addDisk(guest, disk)),
    growDisk: (guest, slot, sizeMib) => write(growDisk(guest, slot, sizeMib)),
    start: (guest) => write(start(guest)),
    shutdown: (guest, timeoutSeconds) => write(shutdown(guest, timeoutSeconds)),
    stop: (guest) => write(stop(guest)),
    permissions: () => ownPermissions(http, credential),
  };
}
