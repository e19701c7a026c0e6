// Plans as others ask for them: over the API, by the gate, by whoever sees a branch change.
import { setTimeout as delay } from 'node:timers/promises';
import { ok, refuse, type Refusal, type Result } from '../kernel';
import type { Plan } from './core/plan';
import { planFault, type Planner } from './planner';
import type { PlanRequest, PlanRequestStore } from './plan-request.store';
import type { PlanStore } from './plan.store';

export type Asked = { readonly kind: 'planned'; readonly plan: Plan } | { readonly kind: 'planning'; readonly requestId: string };

export class PlansService {
  constructor(private readonly requests: PlanRequestStore, private readonly plans: PlanStore, private readonly netboxes: ReadonlySet<string>) {}

  /** Asks for a plan and waits a while for it. Refused: unknown instance, a key used for something else, a branch that cannot be planned. */
  async ask(netbox: string, branchId: number, askedBy: string, idempotencyKey: string | null, patienceMillis: number): Promise<Result<Asked>> {
    if (!this.netboxes.has(netbox)) return refuse('netbox.unknown', `There is no NetBox instance ${netbox}.`, `configured: ${[...this.netboxes].join(', ')}`, 'Use one of the configured names.');
    const request = await this.requests.ask(netbox, branchId, askedBy, idempotencyKey);
    if (request.netbox !== netbox || request.branchId !== branchId) {
      return refuse('request.key-reused', 'This Idempotency-Key was used for another branch.', `it asked for ${request.netbox} branch ${request.branchId}`, 'Use a new key for a new request.');
    }
    return this.wait(request, patienceMillis);
  }

  async wait(request: PlanRequest, patienceMillis: number): Promise<Result<Asked>> {
    const until = Date.now() + patienceMillis;
    for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
      const now = (await this.requests.get(request.id)) ?? request;
      if (now.refusal !== null) return { ok: false, error: now.refusal };
      const plan = now.planId === null ? null : await this.plans.get(now.planId);
      if (plan !== null) return ok({ kind: 'planned', plan });
      if (Date.now() >= until) return ok({ kind: 'planning', requestId: request.id });
      await delay(pause);
    }
  }

  get(id: string): Promise<Plan | null> {
    return this.plans.get(id);
  }

  list(): Promise<Plan[]> {
    return this.plans.list();
  }
}

/** What the queue's `intent.plan` does (worker). Every end is written into the asking: a plan, or why there is none. */
export async function answerPlanRequest(id: string, requests: PlanRequestStore, planner: Planner): Promise<void> {
  const request = await requests.get(id);
  if (request === null || request.state !== 'asked') return;
  const answer = async (refusal: Refusal): Promise<void> => requests.answer(id, { refusal });
  try {
    const planned = await planner.planBranch(request.netbox, request.branchId, request.askedBy, [], request.kind);
    if (!planned.ok) await answer(planFault(planned.error).error);
    else if (!planned.value.ok) await answer(planned.value.error);
    else await requests.answer(id, { planId: planned.value.value.id });
  } catch (trouble) {
    await answer({ code: 'plan.bug', summary: 'The branch could not be planned.', observed: trouble instanceof Error ? trouble.message : String(trouble), next: 'Report this: it is a bug in Sluice.' });
    throw trouble;
  }
}
