// A plan on the wire (DESIGN "Wire"): the same shape for API, page, terminal and plugin.
import { isPermitted, type Action, type Plan } from './core/plan';

export function planView(plan: Plan) {
  const { content } = plan;
  return {
    id: plan.id, digest: plan.digest, source: content.source, status: plan.status, permitted: isPermitted(plan.findings), policyVersion: content.policyVersion,
    madeAt: plan.madeAt, expiresAt: plan.expiresAt, startBy: plan.startBy, changeDigest: plan.changeDigest, findings: plan.findings,
    actions: content.actions.map((action) => ({ kind: action.kind, guest: guestOf(action), steps: action.steps, needsReboot: action.needsReboot, ...(action.kind === 'create' ? { spec: action.spec } : {}) })),
    deletions: content.deletions.map((deletion) => ({ guest: { name: deletion.name, cluster: deletion.cluster, node: deletion.node, kind: deletion.target.kind, vmid: deletion.target.vmid, guestId: deletion.target.guestId } })),
    drift: plan.drift,
  };
}

export type PlanView = ReturnType<typeof planView>;

function guestOf(action: Action) {
  const who = action.kind === 'create' ? action.spec : action.target;
  return { name: action.name, cluster: action.cluster, node: action.kind === 'create' ? action.spec.node : action.node, kind: who.kind, vmid: who.vmid, guestId: who.guestId };
}
