// Carries P16, P20: the one DELETE, without any parameter. Only deletion/destroy.executor.ts may import this file
// (dependency rule `only-the-executor-destroys`).
import type { Fresh, Observed } from '../kernel';
import type { GuestIdentity } from '../guest';
import type { TokenCredential } from './connection';
import type { ProxmoxHttp } from './http';
import { writeOutcome } from './outcome';
import type { Permissions, WriteOutcome } from './ports';
import { ownPermissions } from './reader';
import { destroy } from './requests';

export interface ProxmoxDestroyer {
  /** `DELETE /nodes/NODE/{qemu|lxc}/VMID`, no query. Proxmox itself refuses a successor with 403 (P15). */
  destroy(guest: Fresh<GuestIdentity>): Promise<WriteOutcome>;
  /** The destroy token's own rights: `{}` outside a loan, exactly one guest during one. */
  permissions(): Promise<Observed<Permissions>>;
}

export const proxmoxDestroyer = (http: ProxmoxHttp, credential: TokenCredential): ProxmoxDestroyer => ({
  destroy: async (guest) => {
    const request = destroy(guest);
    return writeOutcome(await http.send(credential, request), request);
  },
  permissions: () => ownPermissions(http, credential),
});
