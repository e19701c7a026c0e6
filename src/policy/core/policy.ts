// Carries P32: what the gates demand, as one value, and which way each of its numbers weakens a gate. Raising is one act,
// weakening takes a second person, so the direction of every key is decided here and nowhere else.
import { canonicalJson, ok, refuse, type Result } from '../../kernel';
import { editAndAddPhrase, leastLiveWindow, policyBounds, protectedGuestPattern, softRules, type Bounds, type SoftRule } from './bounds';

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
  /** Null: no limit. The last three are for one plan. */
  readonly limits: { readonly maxCores: number | null; readonly maxMemoryMib: number | null; readonly maxCreates: number | null; readonly maxUpdates: number | null; readonly maxDeletions: number | null };
  /** The phrase, or null: nothing is sent to Proxmox. */
  readonly intent: { readonly allow: typeof editAndAddPhrase | null };
  readonly protected: { readonly guests: readonly string[] };
  readonly rules: Readonly<Record<SoftRule, 'refusal' | 'warning'>>;
}

/** Somebody wrote the phrase: branches may change Proxmox at all (FEATURES A1). */
export const isAllowed = ({ intent }: Pick<Policy, 'intent'>): boolean => intent.allow === editAndAddPhrase;

type Value = number | string | null | readonly string[];

interface Key {
  readonly key: string;
  readonly read: (policy: Policy) => Value;
  readonly weaker: (before: Policy, after: Policy) => boolean;
}

const powerOffs: readonly PowerOff[] = ['refuse', 'shutdown', 'shutdown-then-stop'];
/** A greater strength is a stricter gate. */
const byStrength = (key: string, read: Key['read'], strength: (policy: Policy) => number): Key => ({ key, read, weaker: (before, after) => strength(after) < strength(before) });
const more = (key: string, read: (policy: Policy) => number): Key => byStrength(key, read, read);
const less = (key: string, read: (policy: Policy) => number | null): Key => byStrength(key, read, (policy) => -(read(policy) ?? Infinity));
const softened = (rule: SoftRule): Key => byStrength(`rules.${rule}`, ({ rules }) => rules[rule], ({ rules }) => (rules[rule] === 'refusal' ? 1 : 0));

/** Every key of a policy; a key that is missing here could be weakened unseen, so the spec compares this list with the type. */
export const policyKeys: readonly Key[] = [
  more('deletion.threshold', ({ deletion }) => deletion.threshold),
  more('deletion.windowSeconds', ({ deletion }) => deletion.windowSeconds),
  less('deletion.approveWithinSeconds', ({ deletion }) => deletion.approveWithinSeconds),
  less('deletion.startWithinSeconds', ({ deletion }) => deletion.startWithinSeconds),
  less('deletion.maxPerHour', ({ deletion }) => deletion.maxPerHour),
  byStrength('deletion.powerOff', ({ deletion }) => deletion.powerOff, ({ deletion }) => -powerOffs.indexOf(deletion.powerOff)),
  less('plan.expiresAfterSeconds', ({ plan }) => plan.expiresAfterSeconds),
  less('plan.startWithinSeconds', ({ plan }) => plan.startWithinSeconds),
  less('limits.maxCores', ({ limits }) => limits.maxCores),
  less('limits.maxMemoryMib', ({ limits }) => limits.maxMemoryMib),
  less('limits.maxCreates', ({ limits }) => limits.maxCreates),
  less('limits.maxUpdates', ({ limits }) => limits.maxUpdates),
  less('limits.maxDeletions', ({ limits }) => limits.maxDeletions),
  byStrength('intent.allow', ({ intent }) => intent.allow, ({ intent }) => (intent.allow === null ? 1 : 0)),
  { key: 'protected.guests', read: ({ protected: { guests } }) => guests, weaker: (before, after) => before.protected.guests.some((guest) => !after.protected.guests.includes(guest)) },
  ...(Object.keys(softRules) as SoftRule[]).map(softened),
];

/** The keys by which `after` is a weaker gate than `before`; empty when it is as strict or stricter everywhere. */
export const weakens = (before: Policy, after: Policy): string[] => policyKeys.filter(({ weaker }) => weaker(before, after)).map(({ key }) => key);

/** The keys that differ, in either direction. */
export const differences = (before: Policy, after: Policy): string[] => policyKeys.filter(({ read }) => canonicalJson(read(after)) !== canonicalJson(read(before))).map(({ key }) => key);

/** `deletion.threshold 2 -> 1`, for refusals, the journal and the page. */
export const changeWords = (before: Policy, after: Policy, keys: readonly string[]): string =>
  policyKeys.filter(({ key }) => keys.includes(key)).map(({ key, read }) => `${key} ${inWords(key, read(before))} -> ${inWords(key, read(after))}`).join(', ');

const inWords = (key: string, value: Value): string | number => (value === null ? (key === 'intent.allow' ? 'off' : 'unlimited') : typeof value === 'object' ? `[${value.join(', ')}]` : value);

/** Reads a policy from a file, a request or a row. Every key has to be there, nothing else may be (P30). */
export function readPolicy(value: unknown, mode: 'lab' | 'live'): Result<Policy> {
  const groups = Object.fromEntries(groupNames.map((name) => [name, member(value, name)]));
  const wrong = [
    ...strangers(value, groupNames, ''),
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
  'limits.maxCreates': orNull(whole(policyBounds['limits.maxCreates'])),
  'limits.maxUpdates': orNull(whole(policyBounds['limits.maxUpdates'])),
  'limits.maxDeletions': orNull(whole(policyBounds['limits.maxDeletions'])),
  'intent.allow': (value) => (value === null || value === editAndAddPhrase ? null : `it has to be null (nothing is sent to Proxmox) or the phrase ${editAndAddPhrase}, written out`),
  'protected.guests': (value) => (Array.isArray(value) && value.every((guest) => typeof guest === 'string' && protectedGuestPattern.test(guest)) ? null : 'it has to be a list of <cluster>/<VMID> or guest ids'),
  ...Object.fromEntries(Object.keys(softRules).map((rule) => [`rules.${rule}`, (value: unknown) => (value === 'refusal' || value === 'warning' ? null : 'it has to be refusal or warning')])),
});

const groupNames = [...new Set(policyKeys.map(({ key }) => key.split('.')[0] ?? ''))];
const keysOf = (group: string): string[] => policyKeys.map(({ key }) => key.split('.')).filter(([name]) => name === group).map(([, key]) => key ?? '');
const member = (value: unknown, key: string): unknown => (value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[key] : undefined);
const strangers = (value: unknown, known: readonly string[], lead: string): string[] =>
  value !== null && typeof value === 'object' ? Object.keys(value).filter((key) => !known.includes(key)).map((key) => `${lead}${key} is no key of a policy`) : [];
