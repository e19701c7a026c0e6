// Carries P3, P18, P20, P22: what a deletion request is. Its terms are frozen into the content when it is raised, and the
// digest that every approval names is over exactly that content; later policy cannot reach a request that exists.
import { canonicalJson, sha256Hex, type Digest, type Instant, type MergeId, type PlanId, type Refusal, type RequestId } from '../../kernel';
import type { GuestIdentity } from '../../guest';
import type { WindowBaseline } from './baseline';

export type PowerOff = 'refuse' | 'shutdown' | 'shutdown-then-stop';

/** Given by the policy of the moment, frozen into the request. */
export interface DeletionTerms {
  readonly threshold: number;
  readonly windowSeconds: number;
  readonly approveWithinSeconds: number;
  /** Counted from the end of the window: the second, shorter expiry (P8). */
  readonly startWithinSeconds: number;
  readonly maxPerHour: number;
  readonly powerOff: PowerOff;
}

export interface RequestContent {
  readonly target: GuestIdentity;
  readonly name: string;
  readonly node: string;
  /** Keys `netbox:<instance>:<userId>` and `person:<uuid>`, sorted, each once. */
  readonly originators: readonly string[];
  readonly terms: DeletionTerms;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly reason: string;
  readonly mergeId: MergeId | null;
  readonly planId: PlanId | null;
  readonly netbox: string;
  readonly netboxVmId: number | null;
  readonly netboxRecordRemoved: boolean;
}

export const contentText = (content: RequestContent): string => canonicalJson(content);
export const requestDigest = (text: string): Digest => sha256Hex(text) as Digest;

/** What quarantine did to the guest, as far as it is known. */
export interface QuarantineDone { readonly tagged: boolean; readonly poweredOff: boolean }

export type Undo = 'none' | 'pending' | 'done' | 'needs-human';

interface Approved { readonly approvedAt: Instant; readonly startBy: Instant }
interface Waiting extends Approved { readonly waitsUntil: Instant; readonly baseline: WindowBaseline; readonly quarantine: QuarantineDone }
interface Ended { readonly refusal: Refusal; readonly undo: Undo }

export type RequestState =
  | { readonly state: 'requested' }
  | { readonly state: 'in-review' }
  | ({ readonly state: 'approved' } & Approved)
  | ({ readonly state: 'quarantining' } & Approved)
  | ({ readonly state: 'waiting' } & Waiting)
  | ({ readonly state: 'destroying' } & Waiting)
  | ({ readonly state: 'destroyed' } & Waiting)
  | ({ readonly state: 'refused' | 'vetoed' | 'cancelled' | 'expired' | 'needs-human' } & Ended)
  | { readonly state: 'gone-outside'; readonly refusal: Refusal };

export type StateName = RequestState['state'];

export const stateNames: readonly StateName[] = ['requested', 'refused', 'in-review', 'vetoed', 'approved', 'quarantining', 'waiting', 'cancelled', 'expired', 'destroying', 'destroyed', 'gone-outside', 'needs-human'];
export const endStates: ReadonlySet<StateName> = new Set<StateName>(['refused', 'vetoed', 'cancelled', 'expired', 'destroyed', 'gone-outside', 'needs-human']);
export const isEnd = (state: StateName): boolean => endStates.has(state);

/** A request as it stands in its row. */
export interface RequestRecord {
  readonly id: RequestId;
  readonly digest: Digest;
  readonly content: RequestContent;
  readonly state: RequestState;
  readonly version: number;
  readonly fence: number;
  readonly approveBy: Instant;
  readonly changedAt: Instant;
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
  readonly undo: Undo;
  readonly undoDetail: unknown;
  readonly hold: Refusal | null;
  readonly evidence: RequestEvidence;
  readonly acknowledgedBy: string | null;
}

/** Both sides as they were seen when asked; the gates come with `prepare`. */
export interface RequestEvidence {
  readonly netboxRecord: unknown;
  readonly gates?: readonly unknown[];
  /** What the approver was shown of the guest; the guest must still be that when quarantine begins (P9). */
  readonly seen?: Readonly<Record<string, string>>;
  readonly facts?: unknown;
}
