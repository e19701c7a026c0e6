// Carries P15: the lender grants the destroy token exactly one guest, and takes it back. It cannot express DELETE nor any
// other user. Only deletion/loan.ts may import this file (dependency rule `lender-only-in-loan`).
import type { Fresh, Observed, Vmid } from '../kernel';
import type { GuestIdentity } from '../guest';
import type { AclRow, Permissions, WriteOutcome } from './ports';

/** Both halves are needed: with privilege separation the effective right is the intersection (Proxmox VE 8.4). */
export type LoanHalf = 'user' | 'token';
export const loanRole = 'SluiceDestroyOne';

export interface ProxmoxLender {
  /** `PUT /access/acl path=/vms/ID roles=SluiceDestroyOne propagate=0`, sent to the guest's own node. */
  lend(guest: Fresh<GuestIdentity>, half: LoanHalf): Promise<WriteOutcome>;
  /** The same with `delete=1`. Needs no evidence: taking power away is always allowed. */
  takeBack(vmid: Vmid, half: LoanHalf, node: string | null): Promise<WriteOutcome>;
  permissions(): Promise<Observed<Permissions>>;
}

/** The rows of a loan among all ACL rows. */
export const loanRows = (acl: readonly AclRow[]): readonly AclRow[] => acl.filter((row) => row.role === loanRole);
