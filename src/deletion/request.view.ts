// Carries P3, P36: the card, as one JSON shape for page, API, terminal and the stored "what the reviewer was shown". The order
// of its members is the order in which an approver reads them.
import { sentence, shortDigest, type Instant, type Refusal, type Result } from '../kernel';
import type { Look } from '../effects';
import { describe, guestName } from '../guest';
import { refusedFirst, type Gate } from './core/gates';
import { mayReview, type Reviewer } from './core/review';
import { isEnd, type RequestRecord, type StateName, type Undo } from './core/request';
import type { GuestFacts } from './guest-facts';
import type { ReviewRow } from './review.store';

export interface RequestView {
  readonly id: string;
  readonly digest: string;
  readonly shortDigest: string;
  readonly state: StateName;
  readonly version: number;
  /** The database's clock when this was read: a review sends it back (P36). */
  readonly viewedAt: Instant;
  readonly thing: { readonly verb: 'Destroy'; readonly kind: 'qemu' | 'lxc'; readonly name: string; readonly vmid: number; readonly node: string; readonly cluster: string; readonly guestId: string; readonly sentence: string };
  /** Read again just now; null once the request has ended. */
  readonly still: { readonly verdict: 'same' | 'changed' | 'gone' | 'unknown'; readonly sentence: string; readonly checkedAt: Instant } | null;
  readonly power: { readonly running: boolean | null; readonly sentence: string };
  readonly lost: GuestFacts | null;
  readonly remains: { readonly backup: string; readonly tombstone: boolean };
  readonly who: { readonly requestedBy: string; readonly requestedAt: Instant; readonly reason: string; readonly originators: readonly string[]; readonly mergeId: string | null; readonly planId: string | null };
  readonly you: { readonly mayApprove: boolean; readonly mayVeto: boolean; readonly mayCancel: boolean; readonly why: string };
  readonly gates: readonly Gate[];
  readonly gateCounts: { readonly ok: number; readonly refused: number; readonly unknown: number };
  readonly votes: { readonly standing: number; readonly threshold: number; readonly sentence: string; readonly reviews: readonly ReviewRow[] };
  readonly time: { readonly approveBy: Instant; readonly approvedAt: Instant | null; readonly waitsUntil: Instant | null; readonly startBy: Instant | null; readonly windowSeconds: number; readonly powerOff: string; readonly sentence: string };
  readonly cannotBeUndone: string;
  readonly hold: Refusal | null;
  readonly refusal: Refusal | null;
  readonly undo: Undo;
  readonly undoDetail: unknown;
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
  readonly acknowledgedBy: string | null;
}

/** A row of the list: enough to find the card, nothing to decide by (approver-ux C.3: lists have links only). */
export interface RequestSummary {
  readonly id: string;
  readonly shortDigest: string;
  readonly state: StateName;
  readonly name: string;
  readonly vmid: number;
  readonly kind: 'qemu' | 'lxc';
  readonly node: string;
  readonly cluster: string;
  readonly requestedBy: string;
  readonly requestedAt: Instant;
  readonly reason: string;
  readonly approveBy: Instant;
  readonly waitsUntil: Instant | null;
  readonly hold: Refusal | null;
  readonly refusal: Refusal | null;
  readonly undo: Undo;
}

export const requestSummary = (record: RequestRecord): RequestSummary => {
  const { content, state } = record;
  return {
    id: record.id, shortDigest: shortDigest(record.digest), state: state.state, name: content.name, vmid: content.target.vmid, kind: content.target.kind, node: content.node, cluster: content.target.cluster,
    requestedBy: content.requestedBy, requestedAt: content.requestedAt, reason: content.reason, approveBy: record.approveBy, waitsUntil: 'waitsUntil' in state ? state.waitsUntil : null,
    hold: record.hold, refusal: 'refusal' in state ? state.refusal : null, undo: record.undo,
  };
};

export interface ViewParts {
  readonly record: RequestRecord;
  readonly now: Instant;
  readonly look: Result<Look> | null;
  readonly reviews: readonly ReviewRow[];
  readonly reviewerKeys: readonly string[];
  readonly reviewer: Reviewer;
  readonly mayView: boolean;
  readonly hasTombstone: boolean;
  /** Volumes that Proxmox could not remove. */
  readonly leftBehind: readonly string[];
}

export function viewOf(parts: ViewParts): RequestView {
  const { record, now, reviews } = parts;
  const { content, state } = record;
  const { target, terms } = content;
  const gates = refusedFirst((record.evidence.gates ?? []) as readonly Gate[]);
  const count = (verdict: Gate['verdict']): number => gates.filter((gate) => gate.verdict === verdict).length;
  const standing = reviews.filter((review) => review.stands).length;
  return {
    id: record.id, digest: record.digest, shortDigest: shortDigest(record.digest), state: state.state, version: record.version, viewedAt: now,
    thing: { verb: 'Destroy', kind: target.kind, name: content.name, vmid: target.vmid, node: content.node, cluster: target.cluster, guestId: target.guestId, sentence: `Destroy ${target.kind === 'qemu' ? 'VM' : 'CT'} "${content.name}" (${target.vmid}) on ${content.node}, cluster ${target.cluster}.` },
    still: stillOf(parts), power: powerOf(parts),
    lost: (record.evidence.facts ?? null) as GuestFacts | null,
    remains: { backup: gates.find((gate) => gate.name === 'backup')?.observed ?? 'not looked at yet', tombstone: parts.hasTombstone },
    who: { requestedBy: content.requestedBy, requestedAt: content.requestedAt, reason: content.reason, originators: content.originators, mergeId: content.mergeId, planId: content.planId },
    you: youOf(parts), gates, gateCounts: { ok: count('ok'), refused: count('refused'), unknown: count('unknown') },
    votes: { standing, threshold: terms.threshold, sentence: `${standing} of ${terms.threshold}; one veto ends the request`, reviews },
    time: {
      approveBy: record.approveBy, approvedAt: 'approvedAt' in state ? state.approvedAt : null, waitsUntil: 'waitsUntil' in state ? state.waitsUntil : null, startBy: 'startBy' in state ? state.startBy : null,
      windowSeconds: terms.windowSeconds, powerOff: terms.powerOff, sentence: timeSentence(record, parts.leftBehind),
    },
    cannotBeUndone: 'After the recovery window the guest and its disks are destroyed; they cannot be brought back except from a backup.',
    hold: record.hold, refusal: 'refusal' in state ? state.refusal : null, undo: record.undo, undoDetail: record.undoDetail, endedAt: record.endedAt, endedBy: record.endedBy, acknowledgedBy: record.acknowledgedBy,
  };
}

function stillOf({ look, now, record }: ViewParts): RequestView['still'] {
  if (look === null) return null;
  if (look.ok) return { verdict: 'same', sentence: `the same guest as when asked (${describe(record.content.target)}), on ${look.value.node}`, checkedAt: now };
  const { code } = look.error;
  const verdict = code === 'guest.gone' ? 'gone' : code === 'guest.identity-changed' ? 'changed' : 'unknown';
  return { verdict, sentence: sentence(look.error), checkedAt: now };
}

function powerOf({ look, record }: ViewParts): RequestView['power'] {
  if (look === null) return { running: null, sentence: 'not looked at: the request has ended' };
  if (!look.ok) return { running: null, sentence: 'not known: the guest could not be read' };
  const { power } = look.value;
  if (!power.hasProcess) return { running: false, sentence: `off (${power.status})` };
  const then = record.content.terms.powerOff === 'refuse' ? 'it is not destroyed while it runs' : 'approval shuts it down at the start of the window';
  return { running: true, sentence: `running for ${power.uptimeSeconds} s (${power.status}); ${then}` };
}

function youOf(parts: ViewParts): RequestView['you'] {
  const { record } = parts;
  const reviewed = { state: record.state.state, digest: record.digest, name: record.content.name, originators: record.content.originators, approveBy: record.approveBy, changedAt: record.changedAt, reviewerKeys: parts.reviewerKeys };
  const approve = mayReview(reviewed, parts.reviewer, 'approve');
  const isThatThing = parts.look?.ok === true;
  const ended = isEnd(record.state.state);
  return {
    mayApprove: approve.ok && isThatThing, mayVeto: mayReview(reviewed, parts.reviewer, 'veto').ok, mayCancel: parts.mayView && !ended && record.state.state !== 'destroying',
    why: !approve.ok ? sentence(approve.error) : isThatThing ? 'You neither asked for, wrote nor merged this: you may review it.' : `Nothing can be approved while ${guestName(record.content.target)} is not seen to be the guest that was meant.`,
  };
}

function timeSentence({ state, content, approveBy }: RequestRecord, leftBehind: readonly string[]): string {
  switch (state.state) {
    case 'requested': return 'It is being looked at.';
    case 'in-review': return `To be approved by ${approveBy}; then it waits ${content.terms.windowSeconds} s in quarantine, and anyone may cancel.`;
    case 'approved':
    case 'quarantining': return `Approved at ${state.approvedAt}; it is being put into quarantine, and anyone may cancel.`;
    case 'waiting': return `In quarantine until ${state.waitsUntil}, anyone may cancel until then; destroyed before ${state.startBy} or not at all.`;
    case 'destroying': return 'It is being destroyed; this cannot be cancelled any more.';
    case 'destroyed': return leftBehind.length === 0 ? 'It was destroyed.' : `It was destroyed, but Proxmox could not remove ${leftBehind.join(', ')}: look at the storage and remove what is left by hand.`;
    case 'gone-outside': return 'It was removed in Proxmox by somebody else.';
    case 'refused':
    case 'vetoed':
    case 'cancelled':
    case 'expired':
    case 'needs-human': return `It ended as ${state.state}.`;
  }
}
