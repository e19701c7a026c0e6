import { optIn } from '../core/fields';
import { refusal, type Rule } from './rule';

// FEATURES A1: a branch says for itself whether it may touch Proxmox, and once more whether it may ask for deletions.
export const branchOptIn: Rule = {
  name: 'branch.opt-in',
  judge: (draft, input) => {
    const object = `branch ${input.content.branch.name}`;
    const fields = input.content.branch.customFields;
    const apply = optIn(fields, input.fields.applyToProxmox);
    const destroy = optIn(fields, input.fields.applyDestroyConfirmed);
    const name = (field: typeof input.fields.applyToProxmox): string => (typeof field === 'string' ? field : 'opt-in');
    if (apply === 'unknown') return [refusal('branch.opt-in', object, `custom field ${name(input.fields.applyToProxmox)} is absent or not set`, 'Set it to true or false on the branch (docs/netbox-setup.md says how the field is made).')];
    if (draft.deletions.length > 0 && destroy !== 'yes') return [refusal('branch.opt-in', object, `it deletes ${draft.deletions.map((one) => one.name).join(', ')} and ${name(input.fields.applyDestroyConfirmed)} is ${destroy === 'no' ? 'false' : 'not set'}`, 'Set it to true on the branch to raise deletion requests, or take the deletions out.')];
    return [];
  },
};
