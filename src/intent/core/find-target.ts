// Carries P5, P13: the guest that a change means is linked, observed, and still who it was; anything less is a named refusal.
import { identityOfLink, sameGuest, type GuestIdentity, type GuestLink } from '../../guest';
import type { PlanInput } from './draft-parts';
import type { GuestChange } from './grouping';
import type { Finding } from './plan';
import type { ClusterWorld, ObservedGuest } from './world';

export interface Target { readonly link: GuestLink; readonly identity: GuestIdentity; readonly seen: ObservedGuest }

export function findTarget(change: GuestChange, world: ClusterWorld, input: Pick<PlanInput, 'links' | 'fields'>, object: string): Target | { readonly finding: Finding } {
  const refused = (rule: string, observed: string, next: string): { readonly finding: Finding } => ({ finding: { rule, severity: 'refusal', object, observed, next } });
  const link = input.links.get(change.netboxVmId);
  if (link?.state !== 'live') return refused('guest.not-adopted', link === undefined ? 'no guest is linked to this NetBox VM' : `its guest ${link.vmid} is ${link.state}`, `Take the guest in first: a branch that sets ${input.fields.vmid} of this VM to its VMID does that, and nothing else.`);
  const seen = world.observed.get(link.vmid);
  if (seen === undefined || !seen.ok) return refused('observation.incomplete', seen === undefined ? `${link.kind} ${link.vmid} is not in the list of guests` : `${seen.error.where}: ${seen.error.text}`, 'Repair what keeps Proxmox from being read, then plan again.');
  const identity = identityOfLink(link);
  const same = sameGuest(identity, seen.value.config);
  if (!same.ok) return refused('guest.identity', same.error.observed, same.error.next);
  return { link, identity, seen: seen.value };
}
