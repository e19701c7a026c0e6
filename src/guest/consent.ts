// Carries P19 and FEATURES A1: whether anything may be sent to a cluster at all: somebody wrote the phrase into the policy in force, and the
// configuration opens this cluster. Said in the same words by the plan, before each write of a job, and by the gates of a deletion.
interface Withheld { readonly code: string; readonly observed: string; readonly next: string }

export const policySendsNothing: Withheld = {
  code: 'intent.allowed', observed: 'the policy in force sends nothing to Proxmox (intent.allow is off)',
  next: 'Propose a policy whose intent.allow is the phrase allow-edit-and-add-actions (POST /api/policy/proposals); a second person approves it.',
};

export const clusterIsReadOnly = (cluster: string): Withheld => ({
  code: 'cluster.writes-allowed', observed: `allowWrites is false for cluster ${cluster}`, next: 'Set allowWrites: true for this cluster in the configuration and start again.',
});

/** Why nothing is sent there; null when something may. */
export const whyWithheld = (isAllowed: boolean, { name, allowWrites }: { readonly name: string; readonly allowWrites: boolean }): Withheld | null =>
  (!isAllowed ? policySendsNothing : allowWrites ? null : clusterIsReadOnly(name));
