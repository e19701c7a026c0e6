// Carries P15: whose loan rows stand at Proxmox, and which of them a request explains. Anything else that names the destroy
// user, its token or the loan's role is a grant that nobody of ours made: it stops deletion on that cluster.
import type { Refusal, Vmid } from '../../kernel';
import type { AclRow, Permissions } from '../../proxmox/ports';

export type Half = 'user' | 'token';
export const halves: readonly Half[] = ['user', 'token'];

/** `user@realm!name`; its user half is the part before the `!`. */
export const holderOf = (destroyTokenId: string, half: Half): string => (half === 'token' ? destroyTokenId : (destroyTokenId.split('!')[0] ?? ''));

/** What Proxmox shows to the destroy token during a loan, no more and no less. */
export const loanPrivileges: readonly string[] = ['Pool.Audit', 'VM.Allocate', 'VM.Audit'];

export interface LoanNames { readonly role: string; readonly destroyTokenId: string }
export interface Explaining { readonly requestId: string; readonly vmid: Vmid }
export interface LoanRow { readonly row: AclRow; readonly half: Half; readonly vmid: number; readonly requestId: string }
export interface LoanJudgement { readonly explained: readonly LoanRow[]; readonly unexplained: readonly AclRow[] }

const guestPath = /^\/vms\/([1-9]\d{2,8})$/;

export function judgeLoans(acl: readonly AclRow[], names: LoanNames, requests: readonly Explaining[]): LoanJudgement {
  const explained: LoanRow[] = [];
  const unexplained: AclRow[] = [];
  for (const row of acl) {
    const half = halves.find((one) => row.holderKind === one && row.holder === holderOf(names.destroyTokenId, one));
    if (half === undefined && row.role !== names.role) continue;
    const vmid = Number(guestPath.exec(row.path)?.[1] ?? NaN);
    const request = requests.find((one) => one.vmid === vmid);
    if (half !== undefined && row.role === names.role && !row.propagate && request !== undefined) explained.push({ row, half, vmid, requestId: request.requestId });
    else unexplained.push(row);
  }
  return { explained, unexplained };
}

export const standsFor = (acl: readonly AclRow[], names: LoanNames, vmid: Vmid, half: Half): boolean =>
  acl.some((row) => row.path === `/vms/${vmid}` && row.role === names.role && row.holderKind === half && row.holder === holderOf(names.destroyTokenId, half));

export const rowText = (row: AclRow): string => `${row.path} ${row.role} for ${row.holderKind} ${row.holder}${row.propagate ? ', propagated' : ''}`;

export const unexplainedRefusal = (cluster: string, rows: readonly AclRow[]): Refusal => ({
  code: 'loan.unexplained', summary: `Deletion is stopped on cluster ${cluster}: a grant stands that no request explains.`,
  observed: rows.map(rowText).join('; '), next: 'Find out who granted it, take it back in Proxmox (pveum acl delete), then deletion goes on by itself.',
});

/** Null when destroy sees exactly this guest with exactly the loan's privileges; otherwise what it sees. */
export function notExactly(permissions: Permissions, vmid: Vmid): string | null {
  const paths = Object.keys(permissions);
  const here = [...(permissions[`/vms/${vmid}`] ?? [])].sort();
  const exact = paths.length === 1 && here.length === loanPrivileges.length && here.every((privilege, index) => privilege === loanPrivileges[index]);
  return exact ? null : paths.length === 0 ? 'it sees nothing' : paths.map((path) => `${path}: ${(permissions[path] ?? []).join(', ')}`).join('; ');
}
