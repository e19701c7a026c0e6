// Carries P8, P12, P30: the question that NetBox asks before it merges or reverts. The answer comes from a kept plan of exactly this
// branch and direction; no plan in time, a freeze, an expiry or any trouble is "not permitted", with a sentence for who wants it.
import { shortDigest } from '../kernel';
import type { Database } from '../platform/database';
import { FreezeStore, type PolicyVersion } from '../policy';
import { isPermitted, refusalText, type Plan, type PlanSource } from './core/plan';
import type { GateAction, GateStore } from './gate.store';
import { isOutdated, type BranchPast } from './past.store';
import type { PlanRequestStore } from './plan-request.store';
import type { PlanStore } from './plan.store';
import type { PlansService } from './plans.service';

export interface GateQuestion { readonly netbox: string; readonly branchId: number; readonly action: GateAction; readonly changeDigest: string }
export interface GateAnswer { readonly permitted: boolean; readonly message: string; readonly planId: string | null; readonly digest: string | null }
/** `start`: the plan that this answer lets start. */
interface Judged { readonly answer: GateAnswer; readonly start: Plan | null }

/** The plugin waits 3 s; what is not ready by then is not permitted. */
const planningPatienceMillis = 2300;

export class GateService {
  private readonly freezes = new FreezeStore();

  constructor(
    private readonly db: Database,
    private readonly gates: GateStore,
    private readonly plans: PlanStore,
    private readonly requests: PlanRequestStore,
    private readonly asking: PlansService,
    private readonly policy: () => Promise<PolicyVersion>,
    private readonly past: (netbox: string, branchId: number) => Promise<BranchPast>,
  ) {}

  async answer(question: GateQuestion): Promise<GateAnswer> {
    const { answer, start } = question.action === 'merge' ? await this.judgeMerge(question) : await this.judgeRevert(question);
    const policy = start === null ? null : await this.policy();
    return this.db.transaction(async (tx) => {
      // The plan may have been superseded while it was judged: permitting is the write that must still hit it.
      const stands = policy === null || start === null || (await this.plans.permit(tx, start.id, policy.body.plan.startWithinSeconds));
      const final: GateAnswer = stands ? answer : { ...answer, permitted: false, message: `The plan changed while it was judged. Ask to ${question.action} again.` };
      await this.gates.record(tx, { ...question, permitted: final.permitted, planId: final.planId, message: final.message });
      return final;
    });
  }

  private async judgeMerge(question: GateQuestion): Promise<Judged> {
    if (await this.freezes.isFrozen(this.db)) return refused('Sluice is frozen: nothing is merged into Proxmox until somebody unfreezes it.');
    const plan = await this.planFor(question, 'branch');
    return typeof plan === 'string' ? refused(plan) : judged(plan, summaryOf(plan));
  }

  private async judgeRevert(question: GateQuestion): Promise<Judged> {
    const past = await this.past(question.netbox, question.branchId);
    if (past.busy !== null) return refused(`What was merged is still under way: ${past.busy}. Revert when that has ended.`);
    const merged = past.begun ? null : await this.plans.newestOf(question.netbox, question.branchId);
    if (merged !== null) return { answer: permitted(merged, 'Nothing of this branch was changed in Proxmox; what waits of it is withdrawn.'), start: null };
    const plan = await this.planFor(question, 'revert', past);
    if (typeof plan === 'string') return refused(plan);
    const asks = plan.content.actions.length + plan.content.deletions.length > 0;
    if (asks && (await this.freezes.isFrozen(this.db))) return refused('Sluice is frozen: nothing is taken back in Proxmox until somebody unfreezes it.');
    return judged(plan, revertSummary(plan));
  }

  /** A stored plan of exactly this branch, or one made now, or why there is none. */
  private async planFor(question: GateQuestion, kind: PlanSource['kind'], past: Pick<BranchPast, 'lastWork'> = { lastWork: null }): Promise<Plan | string> {
    const kept = await this.plans.newestOf(question.netbox, question.branchId, question.changeDigest, kind);
    if (kept !== null && kept.status === 'ready' && !isOutdated(kept.madeAt, past) && !(await this.plans.isExpired({ ...kept, startBy: null }))) return kept;
    const request = await this.requests.askOnce(question.netbox, question.branchId, 'service:netbox-plugin', kind);
    const asked = await this.asking.wait(request, planningPatienceMillis);
    if (!asked.ok) return `${asked.error.summary} ${asked.error.observed}. ${asked.error.next}`;
    if (asked.value.kind === 'planning') return `Still planning. Ask to ${question.action} again in a moment.`;
    const { plan } = asked.value;
    return plan.changeDigest === question.changeDigest ? plan : `The branch changed while it was planned. Ask to ${question.action} again.`;
  }
}

const refused = (message: string): Judged => ({ answer: { permitted: false, message, planId: null, digest: null }, start: null });
const permitted = (plan: Plan, message: string): GateAnswer => ({ permitted: true, message, planId: plan.id, digest: plan.digest });

function judged(plan: Plan, summary: string): Judged {
  const no = (message: string): Judged => ({ answer: { permitted: false, message, planId: plan.id, digest: plan.digest }, start: null });
  if (!isPermitted(plan.findings)) return no(refusalText(plan.findings));
  if (plan.status !== 'ready') return no(`Plan ${shortDigest(plan.digest)} is ${plan.status}. Change the branch or plan it again.`);
  return { answer: permitted(plan, summary), start: plan };
}

export function summaryOf(plan: Plan): string {
  const { actions, deletions } = plan.content;
  const count = (kind: 'create' | 'update'): number => actions.filter((action) => action.kind === kind).length;
  const parts = [[count('create'), 'to create'], [count('update'), 'to change'], [deletions.length, 'to request deletion of']] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`).join(', ');
  return `Permitted: ${said === '' ? 'nothing to do in Proxmox' : said} (plan ${shortDigest(plan.digest)}).`;
}

/** With what a revert cannot bring back, for whoever is about to confirm it. */
const revertSummary = (plan: Plan): string =>
  [summaryOf(plan), 'Deletion requests of the branch that still live are cancelled.', ...plan.findings.filter((finding) => finding.rule === 'revert.destroyed').map((finding) => `${finding.object}: ${finding.observed}. ${finding.next}`)].join(' ');
