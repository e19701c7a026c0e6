// Which cluster a guest belongs to, from the branch's own row or, for a guest touched through its children only, from main.
import { no, ok, type Result } from '../../kernel';
import type { PlanInput } from './draft-parts';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';
import type { ClusterWorld } from './world';

export const vmLabel = (change: GuestChange, input: Pick<PlanInput, 'content'>): string => {
  const name = change.vm?.repr ?? input.content.lookups.vms.get(change.netboxVmId)?.['name'];
  return typeof name === 'string' ? `VM ${name}` : `VM with NetBox id ${change.netboxVmId}`;
};

/** NetBox cluster id of the change; main's nested object and the change log's integer are both read. */
export function netboxClusterId(change: GuestChange, input: Pick<PlanInput, 'content'>): number | null {
  const row = change.vm?.original ?? change.vm?.modified ?? input.content.lookups.vms.get(change.netboxVmId) ?? {};
  const cluster: unknown = row['cluster'];
  if (typeof cluster === 'number') return cluster;
  const id: unknown = cluster !== null && typeof cluster === 'object' ? (cluster as { id?: unknown }).id : null;
  return typeof id === 'number' ? id : null;
}

export function clusterOf(change: GuestChange, input: PlanInput): Result<ClusterWorld, Finding> {
  const object = vmLabel(change, input);
  const id = netboxClusterId(change, input);
  if (id === null) {
    return no({ rule: 'guest.no-cluster', severity: 'refusal', object, observed: 'the VM has no cluster', next: 'Give it the NetBox cluster of a Proxmox cluster, or leave it out of this branch.' });
  }
  const world = input.worlds.get(id);
  if (world === undefined) {
    const moved = change.vm?.modified?.['cluster'];
    if (change.vm?.action === 'update' && moved !== id) return no({ rule: 'change.not-supported', severity: 'refusal', object, observed: `cluster: ${id} -> ${JSON.stringify(moved ?? null)}`, next: 'A VM is not moved between clusters by a merge: take this change out of the branch.' });
    const name = input.content.lookups.clusters.get(id) ?? `id ${id}`;
    return no({ rule: 'change.not-our-cluster', severity: 'info', object, observed: `NetBox cluster ${name} is not connected to Sluice`, next: 'Nothing happens in Proxmox for it.' });
  }
  return ok(world);
}
