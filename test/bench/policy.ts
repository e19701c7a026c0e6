import type { Policy } from '../../src/policy';

export const benchPolicy: Policy = {
  deletion: { threshold: 1, windowSeconds: 60, approveWithinSeconds: 86_400, startWithinSeconds: 86_400, maxPerHour: 3, powerOff: 'refuse' },
  plan: { expiresAfterSeconds: 86_400, startWithinSeconds: 86_400 },
  limits: { maxCores: null, maxMemoryMib: null },
};
