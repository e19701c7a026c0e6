// How a branch says that a guest is to be taken in: the VMID field of a VM that has no guest goes from empty to a number.
import type { GuestLink } from '../../../guest';
import type { PlanInput } from '../draft-parts';
import type { GuestChange } from '../grouping';
import { customField, isSet, wholeOf } from '../fields';
import type { Changed } from '../update/concern';

/** The VMID of the guest that this change would take in; null where it means something else. */
export function adoptionWish({ netboxVmId, vm }: GuestChange, { links, fields }: Pick<PlanInput, 'links' | 'fields'>): number | null {
  if (vm?.action !== 'update' || links.get(netboxVmId)?.state === 'live' || isSet(customField(vm.original ?? {}, fields.vmid))) return null;
  return wholeOf(customField(vm.modified ?? {}, fields.vmid));
}

/** A field that only says what the link says: of a guest that was taken in, nothing is left to do. */
export const saysTheLink = ({ name, after }: Changed, link: GuestLink | undefined, fields: PlanInput['fields']): boolean =>
  link?.state === 'live' && ((name === `custom_fields.${fields.vmid}` && wholeOf(after) === link.vmid) || (name === `custom_fields.${fields.kind}` && after === link.kind));
