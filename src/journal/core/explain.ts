// Carries P39: the story of one guest, in the order of time, told from the rows alone: who asked, saw and approved, which checks
// saw which values, what was sent and what came back. Pure, so that the same rows always tell the same story.
import { shortDigest } from '../../kernel';
import type { JournalEntry } from './chain';

export interface LinkRow { readonly guestId: string; readonly cluster: string; readonly vmid: number; readonly kind: string; readonly state: string; readonly netbox: string; readonly netboxVmId: number | null; readonly uuid: string | null }
export interface FindingRow { readonly rule: string; readonly severity: string; readonly object: string; readonly observed: string; readonly next: string }
export interface PlanRow { readonly id: string; readonly digest: string; readonly madeBy: string; readonly madeAt: string; readonly status: string; readonly findings: readonly FindingRow[]; readonly policyVersion: number; readonly content: unknown }
export interface GateRow { readonly at: string; readonly action: string; readonly permitted: boolean; readonly planId: string; readonly message: string }
export interface MergeRow { readonly id: string; readonly occurredAt: string; readonly branchName: string; readonly kind: string; readonly person: unknown; readonly planId: string | null; readonly state: string }
export interface JobRow { readonly id: string; readonly planId: string; readonly madeAt: string; readonly endedAt: string | null; readonly state: string; readonly refusal: unknown }
export interface StepRow { readonly jobId: string; readonly ordinal: number; readonly title: string; readonly state: string; readonly detail: unknown; readonly changedAt: string }
export interface EffectRow {
  readonly id: string; readonly holderKind: string; readonly holderId: string; readonly step: string; readonly attempt: number; readonly kind: string; readonly node: string | null; readonly vmid: number | null;
  readonly request: unknown; readonly evidence: unknown; readonly state: string; readonly upid: string | null; readonly outcome: unknown;
  readonly intendedAt: string; readonly calledAt: string | null; readonly settledAt: string | null;
}
export interface RequestRow {
  readonly id: string; readonly digest: string; readonly state: string; readonly requestedBy: string; readonly reason: string; readonly originators: readonly string[]; readonly threshold: number; readonly windowSeconds: number; readonly powerOff: string;
  readonly evidence: unknown; readonly requestedAt: string; readonly approvedAt: string | null; readonly waitsUntil: string | null; readonly baseline: unknown; readonly refusal: unknown; readonly endedAt: string | null; readonly endedBy: string | null;
}
export interface ReviewRow { readonly requestId: string; readonly reviewer: string; readonly decision: string; readonly digest: string; readonly shown: string; readonly viewedAt: string; readonly at: string; readonly reason: string; readonly typedName: string | null }
export interface TombstoneRow { readonly requestId: string; readonly at: string }

export interface GuestRows {
  readonly link: LinkRow | null;
  readonly plans: readonly PlanRow[];
  readonly gates: readonly GateRow[];
  readonly merges: readonly MergeRow[];
  readonly jobs: readonly JobRow[];
  readonly steps: readonly StepRow[];
  readonly effects: readonly EffectRow[];
  readonly requests: readonly RequestRow[];
  readonly reviews: readonly ReviewRow[];
  readonly tombstones: readonly TombstoneRow[];
  readonly journal: readonly JournalEntry[];
  /** Key of an actor -> how people call them. */
  readonly names: Readonly<Record<string, string>>;
}

export type Chapter = 'asked' | 'saw' | 'approved' | 'refused' | 'checked' | 'sent' | 'came-back' | 'state' | 'journal';
export interface Line { readonly at: string; readonly chapter: Chapter; readonly sentence: string; readonly source: string }

/** Every line in the order of time; lines of one instant stay in the order told here. */
export function explain(rows: GuestRows): Line[] {
  const who = (key: string): string => rows.names[key] ?? key;
  const lines = [
    ...rows.plans.flatMap(ofPlan(who)), ...rows.gates.map(ofGate), ...rows.merges.map(ofMerge), ...rows.jobs.flatMap(ofJob), ...rows.steps.flatMap(ofStep),
    ...rows.requests.flatMap(ofRequest(who)), ...rows.reviews.flatMap(ofReview(who)), ...rows.tombstones.map(ofTombstone), ...rows.effects.flatMap(ofEffect), ...rows.journal.flatMap(ofJournal(who)),
  ];
  return lines.map((line, index) => ({ line, index })).sort((a, b) => (a.line.at < b.line.at ? -1 : a.line.at > b.line.at ? 1 : a.index - b.index)).map(({ line }) => line);
}

type Who = (key: string) => string;

const ofPlan = (who: Who) => (plan: PlanRow): Line[] => {
  const source = `plan:${plan.id}`;
  return [
    { at: plan.madeAt, chapter: 'asked', source, sentence: `${who(plan.madeBy)} had plan ${shortDigest(plan.digest)} made under policy version ${plan.policyVersion}; it is ${plan.status} now.` },
    ...plan.findings.map((finding): Line => ({ at: plan.madeAt, chapter: 'checked', source, sentence: `The rule ${finding.rule} looked at ${finding.object} and saw ${finding.observed} (${finding.severity}).` })),
  ];
};

const ofGate = (gate: GateRow): Line => ({ at: gate.at, chapter: gate.permitted ? 'approved' : 'refused', source: `plan:${gate.planId}`, sentence: `The gate ${gate.permitted ? 'permitted' : 'refused'} the ${gate.action}: ${gate.message}` });

const ofMerge = (merge: MergeRow): Line => ({ at: merge.occurredAt, chapter: 'asked', source: `merge:${merge.id}`, sentence: `${personText(merge.person)} ${merge.kind === 'merged' ? 'merged' : 'reverted'} the branch ${merge.branchName} in NetBox.` });

const ofJob = (job: JobRow): Line[] => [
  { at: job.madeAt, chapter: 'state', source: `job:${job.id}`, sentence: `Job ${job.id.slice(0, 8)} was queued.` },
  ...(job.endedAt === null ? [] : [{ at: job.endedAt, chapter: 'state', source: `job:${job.id}`, sentence: `Job ${job.id.slice(0, 8)} ended ${job.state}${because(job.refusal)}.` } as const]),
];

const ofStep = (step: StepRow): Line[] =>
  step.state === 'waiting' ? [] : [{ at: step.changedAt, chapter: 'state', source: `job:${step.jobId}`, sentence: `Step ${step.ordinal}, ${step.title}, is ${step.state}${because(step.detail)}.` }];

const ofRequest = (who: Who) => (request: RequestRow): Line[] => {
  const source = `request:${request.id}`;
  const name = `the deletion (request ${shortDigest(request.digest)})`;
  return [
    { at: request.requestedAt, chapter: 'asked', source, sentence: `${who(request.requestedBy)} asked for ${name}: ${request.reason}. Originators: ${request.originators.map(who).join(', ')}. Frozen into it: ${request.threshold} approval${request.threshold === 1 ? '' : 's'}, a window of ${request.windowSeconds} s, power off ${request.powerOff}.` },
    ...gatesOf(request.evidence).map((gate): Line => ({ at: request.requestedAt, chapter: 'checked', source, sentence: `Before the review it was checked: ${gate}.` })),
    ...(request.approvedAt === null ? [] : [{ at: request.approvedAt, chapter: 'approved', source, sentence: `${capital(name)} had its approvals${request.waitsUntil === null ? '' : `; its recovery window ends at ${request.waitsUntil}`}.` } as const]),
    ...(request.endedAt === null ? [] : [{ at: request.endedAt, chapter: 'state', source, sentence: `${capital(name)} ended ${request.state}${request.endedBy === null ? '' : `, by ${who(request.endedBy)}`}${because(request.refusal)}.` } as const]),
  ];
};

const ofReview = (who: Who) => (review: ReviewRow): Line[] => [
  { at: review.viewedAt, chapter: 'saw', source: `request:${review.requestId}`, sentence: `${who(`person:${review.reviewer}`)} was shown request ${shortDigest(review.digest)}.` },
  { at: review.at, chapter: review.decision === 'approve' ? 'approved' : 'refused', source: `request:${review.requestId}`,
    sentence: `${who(`person:${review.reviewer}`)} ${review.decision === 'approve' ? 'approved' : 'vetoed'} request ${shortDigest(review.digest)}${review.typedName === null ? '' : `, typing the name ${review.typedName}`}: ${review.reason}.` },
];

const ofTombstone = (stone: TombstoneRow): Line => ({ at: stone.at, chapter: 'state', source: `request:${stone.requestId}`, sentence: 'The last records of both sides were kept as a tombstone.' });

const ofEffect = (effect: EffectRow): Line[] => {
  const source = `effect:${effect.id}`;
  const what = `${effect.kind} (step ${effect.step}${effect.attempt === 1 ? '' : `, attempt ${effect.attempt}`})`;
  const where = `VMID ${effect.vmid ?? 'none'} on node ${effect.node ?? 'none'}`;
  return [
    { at: effect.intendedAt, chapter: 'state', source, sentence: `It was intended to ${what} ${where}.` },
    ...(effect.evidence === null ? [] : [{ at: effect.calledAt ?? effect.settledAt ?? effect.intendedAt, chapter: 'checked', source, sentence: `Just before ${what} the target was read again and seen as ${short(effect.evidence)}.` } as const]),
    ...(effect.calledAt === null ? [] : [{ at: effect.calledAt, chapter: 'sent', source, sentence: `Sent for ${what}: ${short(effect.request)}.` } as const]),
    ...answerOf(effect, what, source),
  ];
};

function answerOf(effect: EffectRow, what: string, source: string): Line[] {
  const task = effect.upid === null ? '' : `, task ${effect.upid}`;
  if (effect.settledAt !== null) return [{ at: effect.settledAt, chapter: 'came-back', source, sentence: `${capital(what)} ended ${effect.state}${task}${effect.state === 'confirmed' ? `: ${short(effect.outcome)}` : because(effect.outcome)}.` }];
  if (effect.calledAt === null) return [];
  return [{ at: effect.calledAt, chapter: 'came-back', source, sentence: effect.state === 'unknown' ? `What became of ${what} is unknown${task}: ${short(effect.outcome)}. It is settled by looking.` : `No end of ${what} is written down yet: it is ${effect.state}${task}.` }];
}

/** What rows do not keep: the moves between states. Lines that a row tells better are left out here; all stand in `raw`. */
const ofJournal = (who: Who) => (entry: JournalEntry): Line[] =>
  /^(effect\.|deletion\.(requested|reviewed|approved|vetoed)|gate\.|step\.)/.test(entry.kind) ? [] : [{ at: entry.at, chapter: 'journal', source: `journal:${entry.seq}`, sentence: `${who(entry.actor)}: ${entry.kind} of ${entry.subject}.` }];

/** A refusal's own words, or the value as it is. */
function because(value: unknown): string {
  if (value === null || value === undefined) return '';
  const { summary, observed } = value as { readonly summary?: unknown; readonly observed?: unknown };
  return typeof summary === 'string' ? ` (${summary} Observed: ${typeof observed === 'string' ? observed : short(observed)})` : `: ${short(value)}`;
}

function gatesOf(evidence: unknown): string[] {
  const gates = (evidence as { readonly gates?: unknown } | null)?.gates;
  if (!Array.isArray(gates)) return [];
  return gates.map((gate: unknown) => {
    const { name, verdict, observed } = (gate ?? {}) as { readonly name?: unknown; readonly verdict?: unknown; readonly observed?: unknown };
    return typeof name === 'string' ? `${name} is ${String(verdict)}, seen was ${short(observed)}` : short(gate);
  });
}

function personText(person: unknown): string {
  const { username, name, id } = (person ?? {}) as { readonly username?: unknown; readonly name?: unknown; readonly id?: unknown };
  const found = [username, name].find((part): part is string => typeof part === 'string' && part !== '');
  return found ?? (id === undefined ? 'Somebody' : `NetBox user ${String(id)}`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const short = (value: unknown): string => { const text = typeof value === 'string' ? value : JSON.stringify(value ?? null); return text.length > 400 ? `${text.slice(0, 400)}...` : text; };
