// Carries P8, P30: the question that NetBox asks before it merges. The answer comes from a kept plan of exactly this branch; no
// plan in time, a freeze, an expiry or any trouble is "not permitted", with a sentence for the person who wants to merge.
import { shortDigest } from '../kernel';
import type { Database } from '../platform/database';
import { FreezeStore, type PolicyVersion } from '../policy';
import { isPermitted, refusalText, type Plan } from './core/plan';
import type { GateAction, GateStore } from './gate.store';
import type { PlanRequestStore } from './plan-request.store';
import type { PlanStore } from './plan.store';
import type { PlansService } from './plans.service';

export interface GateQuestion { readonly netbox: string; readonly branchId: number; readonly action: GateAction; readonly changeDigest: string }
export interface GateAnswer { readonly permitted: boolean; readonly message: string; readonly planId: string | null; readonly digest: string | null }

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
    /** Whether something of this branch already went to Proxmox: then a revert is more than a change in NetBox. */
    private readonly whatRevertWouldMean: (netbox: string, branchId: number) => Promise<string | null>,
  ) {}

  async answer(question: GateQuestion): Promise<GateAnswer> {
    const answer = question.action === 'merge' ? await this.judgeMerge(question) : await this.judgeRevert(question);
    const policy = answer.permitted ? await this.policy() : null;
    return this.db.transaction(async (tx) => {
      // The plan may have been superseded while it was judged: permitting is the write that must still hit it.
      const stands = policy === null || answer.planId === null || question.action === 'revert' || (await this.plans.permit(tx, answer.planId, policy.body.plan.startWithinSeconds));
      const final: GateAnswer = stands ? answer : { ...answer, permitted: false, message: 'The plan changed while it was judged. Ask to merge again.' };
      await this.gates.record(tx, { ...question, permitted: final.permitted, planId: final.planId, message: final.message });
      return final;
    });
  }

  private async judgeMerge(question: GateQuestion): Promise<GateAnswer> {
    if (await this.freezes.isFrozen(this.db)) return refused('Sluice is frozen: nothing is merged into Proxmox until somebody unfreezes it.');
    const plan = await this.planFor(question);
    if (typeof plan === 'string') return refused(plan);
    if (!isPermitted(plan.findings)) return { permitted: false, message: refusalText(plan.findings), planId: plan.id, digest: plan.digest };
    if (plan.status !== 'ready') return { permitted: false, message: `Plan ${shortDigest(plan.digest)} is ${plan.status}. Change the branch or plan it again.`, planId: plan.id, digest: plan.digest };
    return { permitted: true, message: summaryOf(plan), planId: plan.id, digest: plan.digest };
  }

  /** A stored plan of exactly this branch, or one made now, or why there is none. */
  private async planFor(question: GateQuestion): Promise<Plan | string> {
    const kept = await this.plans.newestOf(question.netbox, question.branchId, question.changeDigest);
    if (kept !== null && kept.status === 'ready' && !(await this.plans.isExpired({ ...kept, startBy: null }))) return kept;
    const request = await this.requests.askOnce(question.netbox, question.branchId, 'service:netbox-plugin');
    const asked = await this.asking.wait(request, planningPatienceMillis);
    if (!asked.ok) return `${asked.error.summary} ${asked.error.observed}. ${asked.error.next}`;
    if (asked.value.kind === 'planning') return 'Still planning. Ask to merge again in a moment.';
    const { plan } = asked.value;
    return plan.changeDigest === question.changeDigest ? plan : 'The branch changed while it was planned. Ask to merge again.';
  }

  private async judgeRevert(question: GateQuestion): Promise<GateAnswer> {
    const trouble = await this.whatRevertWouldMean(question.netbox, question.branchId);
    if (trouble !== null) return refused(trouble);
    const plan = await this.plans.newestOf(question.netbox, question.branchId);
    if (plan === null) return refused('Sluice has no plan of this branch. Plan it first, then revert.');
    return { permitted: true, message: 'Nothing of this branch was changed in Proxmox; deletion requests of it are cancelled.', planId: plan.id, digest: plan.digest };
  }
}

const refused = (message: string): GateAnswer => ({ permitted: false, message, planId: null, digest: null });

export function summaryOf(plan: Plan): string {
  const { actions, deletions } = plan.content;
  const count = (kind: 'create' | 'update'): number => actions.filter((action) => action.kind === kind).length;
  const parts = [[count('create'), 'to create'], [count('update'), 'to change'], [deletions.length, 'to request deletion of']] as const;
  const said = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`).join(', ');
  return `Permitted: ${said === '' ? 'nothing to do in Proxmox' : said} (plan ${shortDigest(plan.digest)}).`;
}
