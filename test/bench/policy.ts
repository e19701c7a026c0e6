import type { Policy } from '../../src/policy';

export const benchPolicy: Policy = {
  deletion: { threshold: 1, windowSeconds: 60, approveWithinSeconds: 86_400, startWithinSeconds: 86_400, maxPerHour: 3, powerOff: 'refuse' },
  plan: { expiresAfterSeconds: 86_400, startWithinSeconds: 86_400 },
  limits: { maxCores: null, maxMemoryMib: null, maxCreates: null, maxUpdates: null, maxDeletions: null },
  intent: { allow: 'allow-edit-and-add-actions' },
  protected: { guests: [] },
  rules: { addressFree: 'refusal', storageHasRoom: 'refusal', bridgeExists: 'refusal' },
};
