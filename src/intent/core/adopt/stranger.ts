// Carries P13, P30: the guest that a branch would take in is there, is alone in being who it is, and belongs to nobody. Whatever of
// that cannot be seen is a refusal.
import { Bug } from '../../../kernel';
import { identityAs, type GuestConfig, type GuestIdentity, type GuestLink } from '../../../guest';
import type { GuestRow } from '../../../proxmox/ports';
import type { PlanInput } from '../draft-parts';
import { customField, isSet } from '../fields';
import type { GuestChange } from '../grouping';
import type { ClusterWorld, ObservedGuest } from '../world';
import { twinOf } from './bearers';

export interface Stranger { readonly row: GuestRow; readonly seen: ObservedGuest; readonly target: GuestIdentity }
export type No = readonly [rule: string, observed: string, next: string];
export const isNo = (found: Stranger | No): found is No => Array.isArray(found);

const repair = 'Repair what keeps Proxmox from being read, then plan again.';

export function strangerOf(change: GuestChange, vmid: number, world: ClusterWorld, input: PlanInput): Stranger | No {
  const { fields } = input;
  if (!world.guests.ok) return ['observation.incomplete', `${world.guests.error.where}: ${world.guests.error.text}`, repair];
  const row = world.guests.value.find((candidate) => candidate.vmid === vmid);
  if (row === undefined) return ['adopt.not-there', `no guest of cluster ${world.settings.name} that the reflect token sees has VMID ${vmid}`, `Set ${fields.vmid} to the VMID of a guest that stands in this cluster.`];
  const kind = customField(change.vm?.modified ?? {}, fields.kind);
  if (isSet(kind) && kind !== row.kind) return ['adopt.kind', `${fields.kind} is ${JSON.stringify(kind)}, and VMID ${vmid} is a ${row.kind}`, `Correct ${fields.kind} or ${fields.vmid}.`];
  const seen = world.observed.get(vmid);
  if (seen?.ok !== true) return ['observation.incomplete', seen === undefined ? `${row.kind} ${vmid} was not read` : `${seen.error.where}: ${seen.error.text}`, repair];
  const { config } = seen.value;
  if (config.isTemplate) return ['adopt.template', `${row.kind} ${vmid} is a template`, 'A template is no guest: make guests from it.'];

  const guestId = input.adopting.ids.get(change.netboxVmId);
  if (guestId === undefined) throw new Bug(`no guest id was given to NetBox VM ${change.netboxVmId}`);
  const owner = input.adopting.links.find((link) => link.state !== 'gone' && link.cluster === world.settings.name && link.vmid === vmid && link.guestId !== guestId);
  if (owner !== undefined) return ['adopt.linked', `${row.kind} ${vmid} is ${owner.state === 'live' ? 'linked' : 'given'} to NetBox VM ${owner.netboxVmId ?? 'unknown'} already`, 'A guest belongs to one VM of NetBox: change that one.'];
  const marked = markerOf(config, guestId, input.adopting.links);
  if (marked !== null) return marked;
  const target = identityAs(guestId, world.settings.name, config);
  if (!target.ok) return [target.error.code, target.error.observed, target.error.next];
  if (world.bearers?.ok !== true) return ['adopt.duplicate', `whether another guest is it as well is not known: ${world.bearers === null ? 'the guests were not read' : `${world.bearers.error.where}: ${world.bearers.error.text}`}`, repair];
  const twin = twinOf(target.value, world.bearers.value);
  if (twin !== null) return ['adopt.duplicate', `${twin.other.kind} ${twin.other.vmid} (${twin.other.name}) bears the same ${twin.what}`, 'Neither can be taken in while they cannot be told apart: give one of them its own in Proxmox, by hand.'];
  return { row, seen: seen.value, target: target.value };
}

/** A marker that it bears already. The one that it is to get was written before by a job that did not come to its end. */
function markerOf({ description: { marker } }: GuestConfig, guestId: string, links: readonly GuestLink[]): No | null {
  if (marker.kind === 'none' || (marker.kind === 'one' && marker.guestId === guestId)) return null;
  if (marker.kind === 'ambiguous') return ['adopt.marker', 'its description holds more than one marker of Sluice', 'Remove the wrong lines by hand in Proxmox.'];
  const link = links.find((known) => known.guestId === marker.guestId);
  const whose = link === undefined ? 'that this Sluice does not know' : link.state === 'gone' ? `of ${link.kind} ${link.vmid} of cluster ${link.cluster}, which is gone` : `of ${link.kind} ${link.vmid} of cluster ${link.cluster}`;
  return ['adopt.marker', `it bears the marker ${marker.guestId}, ${whose}`, 'It is a copy or was restored, or another Sluice has it. Where nobody else minds it, remove the marker line by hand in Proxmox, then plan again.'];
}
