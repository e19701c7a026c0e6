import type { Config } from '../platform/config';
import { editAndAddPhrase } from './core/bounds';
import type { Policy } from './core/policy';

/** The policy that a configuration asks for. */
export const policyOf = ({ deletion, plan, intent, protected: safe, rules }: Config): Policy => ({
  deletion: { threshold: deletion.threshold, windowSeconds: deletion.window, approveWithinSeconds: deletion.approveWithin, startWithinSeconds: deletion.startWithin, maxPerHour: deletion.maxPerHour, powerOff: deletion.powerOff },
  plan: { expiresAfterSeconds: plan.expiresAfter, startWithinSeconds: plan.startWithin },
  limits: { maxCores: plan.maxCores, maxMemoryMib: plan.maxMemoryMib, maxCreates: plan.maxCreates, maxUpdates: plan.maxUpdates, maxDeletions: plan.maxDeletions },
  intent: { allow: intent.allow === editAndAddPhrase ? editAndAddPhrase : null },
  protected: { guests: [...safe.guests] },
  rules: { ...rules },
});
