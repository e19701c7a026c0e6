// Comparing one value with one query value the way a lookup suffix says (`name__ic=web`, `memory__gte=2048`). NetBox 4.5.
import type { Json } from '../store/row';

const TEXT: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  '': (value, wanted) => value === wanted,
  n: (value, wanted) => value !== wanted,
  ic: (value, wanted) => value.toLowerCase().includes(wanted.toLowerCase()),
  nic: (value, wanted) => !value.toLowerCase().includes(wanted.toLowerCase()),
  isw: (value, wanted) => value.toLowerCase().startsWith(wanted.toLowerCase()),
  nisw: (value, wanted) => !value.toLowerCase().startsWith(wanted.toLowerCase()),
  iew: (value, wanted) => value.toLowerCase().endsWith(wanted.toLowerCase()),
  niew: (value, wanted) => !value.toLowerCase().endsWith(wanted.toLowerCase()),
  ie: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  nie: (value, wanted) => value.toLowerCase() !== wanted.toLowerCase(),
  regex: (value, wanted) => new RegExp(wanted).test(value),
  iregex: (value, wanted) => new RegExp(wanted, 'i').test(value),
  empty: (value, wanted) => (value === '') === (wanted === 'true'),
};

const ORDERED: Readonly<Record<string, (order: number) => boolean>> = { '': (o) => o === 0, n: (o) => o !== 0, lt: (o) => o < 0, lte: (o) => o <= 0, gt: (o) => o > 0, gte: (o) => o >= 0 };

export const isTextLookup = (lookup: string): boolean => lookup in TEXT;
export const isOrderedLookup = (lookup: string): boolean => lookup in ORDERED || lookup === 'empty';
/** Lookups that exclude: a repeated parameter must hold for every value. */
export const isNegative = (lookup: string): boolean => /^n(ic|isw|iew|ie)?$/.test(lookup);

export const textMatches = (lookup: string, value: string, wanted: string): boolean => TEXT[lookup]?.(value, wanted) ?? false;

/** Numbers, and times given as comparable numbers; null matches nothing but `empty`. */
export function orderedMatches(lookup: string, value: number | bigint | null, wanted: number | bigint): boolean {
  if (value === null) return lookup === 'n';
  return ORDERED[lookup]?.(value < wanted ? -1 : value > wanted ? 1 : 0) ?? false;
}

/** Microseconds since 1970 of an ISO time or a date; undefined when it is neither. */
export function microsOf(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', clock = '00:00:00', fraction = '', zone = 'Z'] = match;
  const millis = Date.parse(`${day}T${clock}${zone}`);
  return Number.isNaN(millis) ? undefined : BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

export const isBoolean = (text: string): boolean => ['true', 'false', 'True', 'False', '1', '0'].includes(text);
export const truth = (text: string): boolean => ['true', 'True', '1'].includes(text);
export const jsonText = (value: Json): string => (typeof value === 'string' ? value : value === null ? '' : String(value));
