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
  'limits.maxCreates': [0, 10_000],
  'limits.maxUpdates': [0, 10_000],
  'limits.maxDeletions': [0, 10_000],
} as const satisfies Readonly<Record<string, Bounds>>;

/** FEATURES A1: what has to be written out, in a file, a variable or a proposal, before anything is sent to Proxmox. Nothing shorter will do. */
export const editAndAddPhrase = 'allow-edit-and-add-actions';

/** Rules whose refusal a policy may turn into a warning, by their key. None of them guards identity, observation, rights or a digest. */
export const softRules = { addressFree: 'address.free', storageHasRoom: 'storage.exists-with-room', bridgeExists: 'bridge.exists' } as const;
export type SoftRule = keyof typeof softRules;

/** A guest that nothing touches, as `<cluster>/<VMID>` or by Sluice's own id. */
export const protectedGuestPattern = /^(?:[a-z0-9][a-z0-9-]{0,31}\/[1-9]\d{2,8}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The table repeats this minimum. */
export const leastLiveWindow = 3600;
