// Carries P1, P5: one pure function from branch, world and memory to a plan. It is given the judges, because core knows no rules.
import { draftBranch } from './draft';
import { emptyDraft, isOptedOut, type Draft, type PlanInput } from './draft-parts';
import { planDigest, type Drift, type Finding, type PlanContent } from './plan';
import type { Digest } from '../../kernel';

export interface MadePlan { readonly content: PlanContent; readonly digest: Digest; readonly findings: readonly Finding[]; readonly drift: readonly Drift[] }

export function makePlan(input: PlanInput, judge: (draft: Draft, input: PlanInput) => readonly Finding[], policyVersion: number, source: PlanContent['source']): MadePlan {
  const optedOut = isOptedOut(input);
  const draft = optedOut ? emptyDraft : draftBranch(input);
  const notOurs: readonly Finding[] = optedOut
    ? [{ rule: 'branch.not-opted-in', severity: 'info', object: `branch ${input.content.branch.name}`, observed: 'it is not applied to Proxmox', next: 'Nothing happens in Proxmox when it is merged.' }]
    : [];
  const findings = sortFindings([...draft.findings, ...judge(draft, input), ...notOurs]);
  const refusals = [...new Set(findings.filter((finding) => finding.severity === 'refusal').map((finding) => `${finding.rule} ${finding.object}`))].sort();
  const content: PlanContent = { source, policyVersion, actions: draft.actions, deletions: draft.deletions, refusals };
  return { content, digest: planDigest(content), findings, drift: draft.drift };
}

const rank = { refusal: 0, warning: 1, info: 2 } as const;
/** Refusals first, then warnings, then what is good to know; stable inside. */
const sortFindings = (findings: readonly Finding[]): readonly Finding[] => [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
