export { changeWords, differences, policyKeys, readPolicy, weakens, type Policy, type PowerOff } from './core/policy';
export { whyNotSeeded, type KnownPolicies } from './core/seed';
export { FreezeService, freezeItself } from './freeze.service';
export { FreezeStore, type Freeze } from './freeze.store';
export { policyOf } from './policy-of';
export { PolicyModule } from './policy.module';
export { PolicyStore, type PolicyVersion, type Proposal } from './policy.store';
export { ProposalService, type ReviewDecision } from './proposal.service';
export { seedPolicy } from './seed-policy';
