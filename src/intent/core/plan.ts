// Carries P1, P2, P3, P5: the plan is data, named by its content. An apply action cannot express DELETE: the union has no
// such member; deletions stand in a list of their own and only ever become requests.
import type { Digest, Instant } from '../../kernel';
import { canonicalJson, sha256Hex } from '../../kernel';
import type { GuestIdentity, GuestSpec } from '../../guest';
import type { Step } from './step';

export interface PlanSource {
  readonly kind: 'branch' | 'revert';
  readonly netbox: string;
  readonly branchId: number;
  readonly branchName: string;
  readonly changeIds: readonly number[];
  readonly contentDigest: Digest;
  readonly owner: string | null;
  readonly authors: readonly string[];
}

/** Observed values of what an update touches; together with the identity it is the baseline (P6). */
export type Baseline = Readonly<Record<string, string | number | boolean>>;

/** A guest that stands. */
interface Standing { readonly netboxVmId: number; readonly cluster: string; readonly name: string; readonly target: GuestIdentity; readonly node: string; readonly sockets: number; readonly baseline: Baseline; readonly steps: readonly Step[] }

export type Action =
  | { readonly kind: 'create'; readonly netboxVmId: number; readonly cluster: string; readonly name: string; readonly spec: GuestSpec; readonly steps: readonly Step[]; readonly needsReboot: false }
  | (Standing & { readonly kind: 'update'; readonly needsReboot: boolean })
  /** A guest that Sluice did not make, taken in (P13): `target` is who it is then. */
  | (Standing & { readonly kind: 'adopt'; readonly needsReboot: false });

/** What a merged delete asks for. It is never executed from here: it becomes a deletion request (P5). */
export interface PlannedDeletion {
  readonly netboxVmId: number;
  readonly cluster: string;
  readonly name: string;
  readonly node: string;
  readonly target: GuestIdentity;
  /** Change ids of the record and its children, so that the request can be rebuilt from the branch. */
  readonly changeIds: readonly number[];
}

export interface Finding {
  readonly rule: string;
  readonly severity: 'refusal' | 'warning' | 'info';
  /** What it is about, in words: `VM web-01`, `interface net0 of VM web-01`. */
  readonly object: string;
  readonly observed: string;
  readonly next: string;
}

/** Somebody else changed it: shown apart from what we will change. */
export interface Drift { readonly object: string; readonly property: string; readonly netbox: string; readonly proxmox: string }

/** What the digest is over. */
export interface PlanContent {
  readonly source: PlanSource;
  readonly policyVersion: number;
  readonly actions: readonly Action[];
  readonly deletions: readonly PlannedDeletion[];
  /** `rule object` of every refusal: two plans of which one is refused are two plans. */
  readonly refusals: readonly string[];
}

export type PlanStatus = 'draft' | 'refused' | 'ready' | 'superseded' | 'expired' | 'started' | 'done' | 'stuck' | 'diverged';

export interface Plan {
  readonly id: string;
  readonly digest: Digest;
  readonly content: PlanContent;
  readonly findings: readonly Finding[];
  readonly drift: readonly Drift[];
  readonly changeDigest: string;
  readonly status: PlanStatus;
  readonly expiresAt: Instant;
  readonly startBy: Instant | null;
  readonly madeAt: Instant;
}

export const contentText = (content: PlanContent): string => canonicalJson(content);
export const planDigest = (content: PlanContent): Digest => sha256Hex(contentText(content)) as Digest;
export const isPermitted = (findings: readonly Finding[]): boolean => findings.every((finding) => finding.severity !== 'refusal');

/** One sentence per refusal, the way NetBox shows it to the person who wants to merge. */
export const refusalText = (findings: readonly Finding[]): string =>
  findings.filter((finding) => finding.severity === 'refusal').map((finding) => `${finding.object}: ${finding.observed}. ${finding.next} (${finding.rule})`).join('\n');
