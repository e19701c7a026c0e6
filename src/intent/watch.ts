// Plans are prepared when a branch is seen to change, so that the gate answers from a kept plan (DESIGN "Wire").
import { ok, type Result } from '../kernel';
import { changeDigest, type NetBoxes } from '../netbox';
import { optIn } from './core/fields';
import { planFault } from './planner';
import type { PlanRequestStore } from './plan-request.store';
import type { PlanStore } from './plan.store';

/** Asks for a plan of every ready branch that opted in and differs from its newest plan. */
export async function watchBranches(netboxes: NetBoxes, netboxName: string, plans: PlanStore, requests: PlanRequestStore): Promise<Result<void>> {
  const netbox = netboxes.get(netboxName);
  if (netbox === undefined) return ok(undefined);
  const branches = await netbox.reader.branches('ready');
  if (!branches.ok) return planFault(branches.error);
  for (const branch of branches.value.filter((candidate) => optIn(candidate.customFields, netbox.fields.applyToProxmox) === 'yes')) {
    const diffs = await netbox.reader.changeDiffs(branch.id);
    if (!diffs.ok) return planFault(diffs.error);
    if (diffs.value.length === 0) continue;
    const newest = await plans.newestOf(netboxName, branch.id);
    const stands = newest !== null && newest.changeDigest === changeDigest(diffs.value) && !['expired', 'superseded'].includes(newest.status);
    if (!stands) await requests.askOnce(netboxName, branch.id, 'role:worker');
  }
  return ok(undefined);
}
