// Carries P14: Sluice's own range, apart from the cluster's `next-id`; a VMID that was ever seen is never given again.
import type { Vmid } from '../kernel';

export interface VmidRange { readonly first: number; readonly last: number }

export const isInRange = (range: VmidRange, vmid: number): boolean => vmid >= range.first && vmid <= range.last;

/** The lowest VMID of the range that is in neither set; null when the range is used up. */
export function lowestNeverUsed(range: VmidRange, everUsed: ReadonlySet<number>, taken: ReadonlySet<number>): Vmid | null {
  for (let vmid = range.first; vmid <= range.last; vmid++) if (!everUsed.has(vmid) && !taken.has(vmid)) return vmid as Vmid;
  return null;
}
