import { whyProtected } from '../../guest';
import { objectOf, refusal, worldOf, type Rule } from './rule';

// F7: a branch does not touch what NetBox, Sluice or its database run on.
export const guestProtected: Rule = {
  name: 'guest.protected',
  judge: (draft, input) =>
    [...draft.actions, ...draft.deletions].flatMap((thing) => {
      const { vmid, guestId } = 'spec' in thing ? thing.spec : thing.target;
      const seen = worldOf(input, thing)?.observed.get(vmid);
      const why = whyProtected({ cluster: thing.cluster, vmid, guestId, tags: seen?.ok === true ? seen.value.config.tags : [] }, input.policy.protectedGuests);
      return why === null ? [] : [refusal('guest.protected', objectOf(thing), why, 'Take it out of the branch and work on it in Proxmox by hand.')];
    }),
};
