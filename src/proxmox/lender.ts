// Carries P15: the lender grants the destroy token exactly one guest, and takes it back. It cannot express DELETE nor any
// other user. Only deletion/loan.ts may import this file (dependency rule `only-the-loan-lends`).
import type { Fresh, Observed, Vmid } from '../kernel';
import type { GuestIdentity } from '../guest';
import type { TokenCredential } from './connection';
import type { ProxmoxHttp } from './http';
import { writeOutcome } from './outcome';
import type { Permissions, WriteOutcome } from './ports';
import { ownPermissions } from './reader';
import { lend, loanRole, takeBack, type LoanHalf } from './requests';

export { loanRole, type LoanHalf };

export interface ProxmoxLender {
  /** `PUT /access/acl path=/vms/ID roles=SluiceDestroyOne propagate=0`, sent to the guest's own node. */
  lend(guest: Fresh<GuestIdentity>, half: LoanHalf): Promise<WriteOutcome>;
  /** The same with `delete=1`. Needs no evidence: taking power away is always allowed. */
  takeBack(vmid: Vmid, half: LoanHalf, node: string | null): Promise<WriteOutcome>;
  permissions(): Promise<Observed<Permissions>>;
}

/** `destroyTokenId` (`user@realm!name`) is the only borrower there is: its user and the token itself are the two halves. */
export const proxmoxLender = (http: ProxmoxHttp, credential: TokenCredential, destroyTokenId: string): ProxmoxLender => ({
  lend: async (guest, half) => {
    const request = lend(guest, half, destroyTokenId);
    return writeOutcome(await http.send(credential, request), request);
  },
  takeBack: async (vmid, half, node) => {
    const request = takeBack(vmid, half, destroyTokenId, node);
    return writeOutcome(await http.send(credential, request), request);
  },
  permissions: () => ownPermissions(http, credential),
});
