import { isOptedOut } from '../core/draft-parts';
import type { Rule } from './rule';

// A branch may change more than guests: what belongs to none is named, so that nobody waits for it in Proxmox.
export const notAGuest: Rule = {
  name: 'change.not-a-guest',
  judge: (_draft, input) =>
    isOptedOut(input) ? [] : input.others.map((diff) => ({ rule: 'change.not-a-guest', severity: 'info', object: `${diff.objectType} ${diff.repr}`, observed: 'it belongs to no VM', next: 'Nothing happens in Proxmox for it.' })),
};
