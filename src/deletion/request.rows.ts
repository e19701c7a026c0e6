// From the row of a deletion request to the union it stands for: a row whose columns contradict its state is a bug, not a guess.
import { Bug, type Digest, type Instant, type Refusal, type RequestId } from '../kernel';
import type { WindowBaseline } from './core/baseline';
import type { QuarantineDone, RequestContent, RequestEvidence, RequestRecord, RequestState, StateName, Undo } from './core/request';

export interface RequestRow {
  readonly id: RequestId;
  readonly digest: Digest;
  readonly content: string;
  readonly state: StateName;
  readonly version: number;
  readonly fence: number;
  readonly approveBy: Instant;
  readonly approvedAt: Instant | null;
  readonly startBy: Instant | null;
  readonly waitsUntil: Instant | null;
  readonly baseline: WindowBaseline | null;
  readonly quarantine: QuarantineDone | null;
  readonly hold: Refusal | null;
  readonly refusal: Refusal | null;
  readonly changedAt: Instant;
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
  readonly undo: Undo;
  readonly undoDetail: unknown;
  readonly evidence: RequestEvidence;
  readonly acknowledgedBy: string | null;
}

export const requestColumns = `id, digest, content, state, version, fence, approve_by as "approveBy", approved_at as "approvedAt", start_by as "startBy", waits_until as "waitsUntil",
  baseline, quarantine, hold, refusal, changed_at as "changedAt", ended_at as "endedAt", ended_by as "endedBy", undo, undo_detail as "undoDetail", evidence, acknowledged_by as "acknowledgedBy"`;

export function recordOf(row: RequestRow): RequestRecord {
  const { id, digest, version, fence, approveBy, changedAt, endedAt, endedBy, undo, undoDetail, hold, evidence, acknowledgedBy } = row;
  return { id, digest, content: JSON.parse(row.content) as RequestContent, state: stateOf(row), version, fence, approveBy, changedAt, endedAt, endedBy, undo, undoDetail, hold, evidence, acknowledgedBy };
}

function stateOf(row: RequestRow): RequestState {
  const must = <T>(value: T | null, column: string): T => {
    if (value === null) throw new Bug(`request ${row.id} is ${row.state} without ${column}`);
    return value;
  };
  switch (row.state) {
    case 'requested':
    case 'in-review': return { state: row.state };
    case 'approved':
    case 'quarantining': return { state: row.state, approvedAt: must(row.approvedAt, 'approved_at'), startBy: must(row.startBy, 'start_by') };
    case 'waiting':
    case 'destroying':
    case 'destroyed': return { state: row.state, approvedAt: must(row.approvedAt, 'approved_at'), startBy: must(row.startBy, 'start_by'), waitsUntil: must(row.waitsUntil, 'waits_until'), baseline: must(row.baseline, 'baseline'), quarantine: must(row.quarantine, 'quarantine') };
    case 'gone-outside': return { state: row.state, refusal: must(row.refusal, 'refusal') };
    case 'refused':
    case 'vetoed':
    case 'cancelled':
    case 'expired':
    case 'needs-human': return { state: row.state, refusal: must(row.refusal, 'refusal'), undo: row.undo };
  }
}
