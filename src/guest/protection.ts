// Carries F7's protected guests: the guest that runs NetBox, Sluice or its database must not fall to its own tool. Who they are stands in
// the policy, or on the guest itself as a tag that anybody in Proxmox can put on.
import { protectingTag } from './own-tags';

export interface Protectable { readonly cluster: string; readonly vmid: number; readonly guestId: string | null; readonly tags: readonly string[] }

/** Why nothing touches the guest; null when something may. */
export function whyProtected({ cluster, vmid, guestId, tags }: Protectable, listed: readonly string[]): string | null {
  const named = [`${cluster}/${vmid}`, guestId].find((name) => name !== null && listed.includes(name));
  if (named !== undefined) return `the policy protects ${named}`;
  return tags.includes(protectingTag) ? `it bears the tag ${protectingTag}` : null;
}
