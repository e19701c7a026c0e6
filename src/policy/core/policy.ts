// Carries P32: what the gates demand, as one value, and which way each of its numbers weakens a gate. Raising is one act,
// weakening takes a second person, so the direction of every key is decided here and nowhere else.
import { ok, refuse, type Result } from '../../kernel';
import { leastLiveWindow, policyBounds, type Bounds } from './bounds';

export type PowerOff = 'refuse' | 'shutdown' | 'shutdown-then-stop';

export interface Policy {
  readonly deletion: {
    readonly threshold: number;
    readonly windowSeconds: number;
    readonly approveWithinSeconds: number;
    readonly startWithinSeconds: number;
    readonly maxPerHour: number;
    readonly powerOff: PowerOff;
  };
  readonly plan: { readonly expiresAfterSeconds: number; readonly startWithinSeconds: number };
  /** Null: no limit. */
  readonly limits: { readonly maxCores: number | null; readonly maxMemoryMib: number | null };
}

type Value = number | string | null;

interface Key {
  readonly key: string;
  readonly read: (policy: Policy) => Value;
  /** A greater strength is a stricter gate. */
  readonly strength: (policy: Policy) => number;
}

const powerOffs: readonly PowerOff[] = ['refuse', 'shutdown', 'shutdown-then-stop'];
const more = (key: string, read: (policy: Policy) => number): Key => ({ key, read, strength: read });
const less = (key: string, read: (policy: Policy) => number | null): Key => ({ key, read, strength: (policy) => -(read(policy) ?? Infinity) });

/** Every key of a policy; a key that is missing here could be weakened unseen, so the spec compares this list with the type. */
export const policyKeys: readonly Key[] = [
  more('deletion.threshold', ({ deletion }) => deletion.threshold),
  more('deletion.windowSeconds', ({ deletion }) => deletion.windowSeconds),
  less('deletion.approveWithinSeconds', ({ deletion }) => deletion.approveWithinSeconds),
  less('deletion.startWithinSeconds', ({ deletion }) => deletion.startWithinSeconds),
  less('deletion.maxPerHour', ({ deletion }) => deletion.maxPerHour),
  { key: 'deletion.powerOff', read: ({ deletion }) => deletion.powerOff, strength: ({ deletion }) => -powerOffs.indexOf(deletion.powerOff) },
  less('plan.expiresAfterSeconds', ({ plan }) => plan.expiresAfterSeconds),
  less('plan.startWithinSeconds', ({ plan }) => plan.startWithinSeconds),
  less('limits.maxCores', ({ limits }) => limits.maxCores),
  less('limits.maxMemoryMib', ({ limits }) => limits.maxMemoryMib),
];

/** The keys by which `after` is a weaker gate than `before`; empty when it is as strict or stricter everywhere. */
export const weakens = (before: Policy, after: Policy): string[] => policyKeys.filter(({ strength }) => strength(after) < strength(before)).map(({ key }) => key);

/** The keys that differ, in either direction. */
export const differences = (before: Policy, after: Policy): string[] => policyKeys.filter(({ read }) => read(after) !== read(before)).map(({ key }) => key);

/** `deletion.threshold 2 -> 1`, for refusals, the journal and the page. */
export const changeWords = (before: Policy, after: Policy, keys: readonly string[]): string =>
  policyKeys.filter(({ key }) => keys.includes(key)).map(({ key, read }) => `${key} ${read(before) ?? 'unlimited'} -> ${read(after) ?? 'unlimited'}`).join(', ');

/** Reads a policy from a file, a request or a row. Every key has to be there, nothing else may be (P30). */
export function readPolicy(value: unknown, mode: 'lab' | 'live'): Result<Policy> {
  const groups = { deletion: member(value, 'deletion'), plan: member(value, 'plan'), limits: member(value, 'limits') };
  const wrong = [
    ...strangers(value, ['deletion', 'plan', 'limits'], ''),
    ...Object.entries(groups).flatMap(([name, group]) => strangers(group, keysOf(name), `${name}.`)),
    ...Object.entries(checks(mode)).flatMap(([key, check]) => {
      const [group = '', name = ''] = key.split('.');
      const found = member(member(value, group), name);
      const trouble = check(found);
      return trouble === null ? [] : [`${key} is ${found === undefined ? 'missing' : JSON.stringify(found)}; ${trouble}`];
    }),
  ];
  if (wrong.length > 0) return refuse('policy.invalid', 'This is not a whole policy.', wrong.join('; '), 'Give every key a value in its range, and no other key.');
  return ok(value as Policy);
}

type Check = (value: unknown) => string | null;
const whole = ([first, last]: Bounds): Check => (value) => (Number.isInteger(value) && Number(value) >= first && Number(value) <= last ? null : `it has to be a whole number from ${first} to ${last}`);
const orNull = (check: Check): Check => (value) => (value === null ? null : check(value));

const checks = (mode: 'lab' | 'live'): Readonly<Record<string, Check>> => ({
  'deletion.threshold': whole(policyBounds['deletion.threshold']),
  'deletion.windowSeconds': whole([mode === 'lab' ? policyBounds['deletion.windowSeconds'][0] : leastLiveWindow, policyBounds['deletion.windowSeconds'][1]]),
  'deletion.approveWithinSeconds': whole(policyBounds['deletion.approveWithinSeconds']),
  'deletion.startWithinSeconds': whole(policyBounds['deletion.startWithinSeconds']),
  'deletion.maxPerHour': whole(policyBounds['deletion.maxPerHour']),
  'deletion.powerOff': (value) => (powerOffs.includes(value as PowerOff) ? null : `it has to be one of ${powerOffs.join(', ')}`),
  'plan.expiresAfterSeconds': whole(policyBounds['plan.expiresAfterSeconds']),
  'plan.startWithinSeconds': whole(policyBounds['plan.startWithinSeconds']),
  'limits.maxCores': orNull(whole(policyBounds['limits.maxCores'])),
  'limits.maxMemoryMib': orNull(whole(policyBounds['limits.maxMemoryMib'])),
});

const keysOf = (group: string): string[] => policyKeys.map(({ key }) => key.split('.')).filter(([name]) => name === group).map(([, key]) => key ?? '');
const member = (value: unknown, key: string): unknown => (value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[key] : undefined);
const strangers = (value: unknown, known: readonly string[], lead: string): string[] =>
  value !== null && typeof value === 'object' ? Object.keys(value).filter((key) => !known.includes(key)).map((key) => `${lead}${key} is no key of a policy`) : [];
