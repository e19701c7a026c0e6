// Token `create`: makes guests in the intake pool and hands them over; powerless over what it handed over. Carries P14, P16.
import type { TokenCredential } from './connection';
import type { ProxmoxHttp } from './http';
import { writeOutcome } from './outcome';
import type { ProxmoxCreator, WriteOutcome } from './ports';
import { ownPermissions } from './reader';
import { clone, createContainer, createVm, handOver, type WriteRequest } from './requests';

/** The pool in which the create token alone has its rights. */
export const defaultIntakePool = 'sluice-intake';

export function proxmoxCreator(http: ProxmoxHttp, credential: TokenCredential, intakePool: string = defaultIntakePool): ProxmoxCreator {
  const write = async (request: WriteRequest): Promise<WriteOutcome> => writeOutcome(await http.send(credential, request), request);
  return {
    createVm: (spec, description) => write(createVm(spec, description, intakePool)),
    createContainer: (spec, description) => write(createContainer(spec, description, intakePool)),
    clone: (spec, description) => write(clone(spec, description, intakePool)),
    handOver: (guest, pool) => write(handOver(guest, pool)),
    permissions: () => ownPermissions(http, credential),
  };
}
