// The order of a list: `?ordering=-memory,name`, else the model's own. Names sort naturally (web-2 before web-10), nulls last.
import type { Json } from '../store/row';

export type Keyed = (path: string) => Json | undefined;

const collator = new Intl.Collator('en', { numeric: true });

const byteOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compare(a: Json | undefined, b: Json | undefined, natural: boolean): number {
  const [left, right] = [a ?? null, b ?? null];
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return !natural || /^\d{4}-\d\d-\d\dT|^([0-9A-F]{2}:){5}/.test(left) ? byteOrder(left, right) : collator.compare(left, right);
  return String(left) < String(right) ? -1 : 1;
}

/** Names of tags, users, webhooks and rules are not collated naturally: upper case comes first. */
export const isNatural = (type: string): boolean => !/^(extras|users|netbox_branching)\./.test(type);

/** Sorts a copy. `value` reads a (possibly `a__b`) path of an item; every order ends with the id. */
export function sorted<T extends { readonly id: number }>(items: readonly T[], order: readonly string[], value: (item: T, path: string) => Json | undefined, natural = true): readonly T[] {
  const keys = order.map((key) => ({ path: key.replace(/^-/, ''), sign: key.startsWith('-') ? -1 : 1 }));
  const keyed = items.map((item) => ({ item, values: keys.map(({ path }) => value(item, path)) }));
  keyed.sort((a, b) => {
    for (const [index, { sign }] of keys.entries()) {
      const result = compare(a.values[index], b.values[index], natural);
      if (result !== 0) return result * sign;
    }
    return a.item.id - b.item.id;
  });
  return keyed.map(({ item }) => item);
}

/** The orders a client asked for, those that exist; undefined when none of them does. */
export function askedOrder(asked: string | undefined, exists: (field: string) => boolean): readonly string[] | undefined {
  const known = (asked ?? '').split(',').filter((key) => key !== '' && exists(key.replace(/^-/, '')));
  return known.length === 0 ? undefined : known;
}
