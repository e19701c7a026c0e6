// Carries P32: the least and the most of each number of a policy. The configuration is checked against the same pairs, so that
// what it lets through is never refused at the start.
const year = 366 * 86_400;

export type Bounds = readonly [least: number, most: number];

/** By the key of the policy. A recovery window outside a lab is `leastLiveWindow` at least (P22). */
export const policyBounds = {
  'deletion.threshold': [1, 20],
  'deletion.windowSeconds': [1, year],
  'deletion.approveWithinSeconds': [1, year],
  'deletion.startWithinSeconds': [1, year],
  'deletion.maxPerHour': [1, 1000],
  'plan.expiresAfterSeconds': [1, year],
  'plan.startWithinSeconds': [1, year],
  'limits.maxCores': [1, 8192],
  'limits.maxMemoryMib': [16, 67_108_864],
} as const satisfies Readonly<Record<string, Bounds>>;

/** The table repeats this minimum. */
export const leastLiveWindow = 3600;
