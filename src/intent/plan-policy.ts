import { isAllowed, softRules, type Policy } from '../policy';
import type { PlanPolicy } from './core/authority';

/** What the policy in force says of plans. */
export const planPolicyOf = ({ intent, limits, protected: safe, rules }: Policy): PlanPolicy => ({
  isAllowed: isAllowed({ intent }),
  most: { creates: limits.maxCreates, updates: limits.maxUpdates, deletions: limits.maxDeletions },
  protectedGuests: safe.guests,
  soft: new Set((Object.keys(softRules) as (keyof typeof softRules)[]).filter((rule) => rules[rule] === 'warning').map((rule) => softRules[rule])),
});
