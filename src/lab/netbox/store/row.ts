// One object as the simulated database keeps it: foreign keys as ids, choices and decimals as raw values, rows never changed in place,
// so that a branch can start as a cheap copy of main and a failed bulk request can be undone.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** `created` and `last_updated` are ISO 8601 UTC with six decimals; `last_updated` is null right after a merge created the object. */
export type Row = { readonly [field: string]: Json } & { readonly id: number; readonly created: string; readonly last_updated: string | null };

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
export const asText = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
export const asId = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
export const asIds = (value: Json | undefined): readonly number[] => (Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : []);
export const asTexts = (value: Json | undefined): readonly string[] => (Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []);
export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** Deep equality of two JSON values; the order of keys does not matter, the order of list items does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item: Json, index) => sameJson(item, (b as readonly Json[])[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

const shorterFirst = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Keys in the order PostgreSQL's jsonb stores them (shorter first, then by byte), as change data comes back over REST. */
export function jsonbOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => jsonbOrder(item as Json));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.keys(value).sort(shorterFirst).map((key) => [key, jsonbOrder(value[key] ?? null)]));
}

/** A value that is the same for two JSON values that are: scalars as they are, the rest as text. */
export const jsonKey = (value: Json): Json => (typeof value === 'object' && value !== null ? JSON.stringify(jsonbOrder(value)) : value);
