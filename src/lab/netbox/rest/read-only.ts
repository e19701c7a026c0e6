// Endpoints that can only be read and whose rows are no objects of a model: jobs, the change log, change diffs, branch events.
// As everywhere in NetBox 4.5, a filter that does not exist is ignored.
import type { Answer } from '../http/exchange';
import { json } from '../http/exchange';
import { microsOf } from '../read/lookups';
import type { Json, JsonObject } from '../store/row';
import { Answered, Invalid, NotFound } from '../write/errors';
import { listOf } from './lists';
import type { Rest } from './rest';

type Test<T> = (item: T) => boolean;
export type ReadFilter<T> = (values: readonly string[], rest: Rest) => Test<T> | { readonly error: string };

export interface ReadOnly<T> {
  /** The object type whose view permission it takes; null where any signed-in user may read. */
  readonly type: string | null;
  readonly noun: string;
  readonly rows: (rest: Rest) => readonly T[];
  readonly order: readonly string[];
  readonly value: (item: T, path: string) => Json | undefined;
  readonly show: (rest: Rest, item: T) => JsonObject;
  readonly filters: Readonly<Record<string, ReadFilter<T>>>;
  /** Obeys `fields`. */
  readonly sparse?: boolean;
}

/** A repeated parameter is an OR. */
export const isOneOf = <T>(of: (item: T) => Json, values: readonly string[]): Test<T> => (item) => values.includes(String(of(item)));

const LIMITS: Readonly<Record<string, (value: bigint, wanted: bigint) => boolean>> = { '': (a, b) => a === b, __gt: (a, b) => a > b, __gte: (a, b) => a >= b, __lt: (a, b) => a < b, __lte: (a, b) => a <= b };

/** `time`, `time__gte` and so on; `names` are other spellings (`time_after`). */
export function timeFilter<T>(name: string, of: (item: T) => string | null, names: Readonly<Record<string, keyof typeof LIMITS>> = {}): Readonly<Record<string, ReadFilter<T>>> {
  const made = (limit: string): ReadFilter<T> => (values) => {
    const wanted = microsOf(values.at(-1) ?? '');
    if (wanted === undefined) return { error: 'Enter a valid date/time.' };
    return (item) => {
      const micros = microsOf(of(item) ?? '');
      return micros !== undefined && (LIMITS[limit]?.(micros, wanted) ?? false);
    };
  };
  return Object.fromEntries([...Object.keys(LIMITS).map((limit) => [`${name}${limit}`, made(limit)] as const), ...Object.entries(names).map(([alias, limit]) => [alias, made(limit)] as const)]);
}

const words = (values: readonly string[] | undefined): readonly string[] => (values ?? []).flatMap((value) => value.split(','));

function sparse(shown: JsonObject, rest: Rest): JsonObject {
  const fields = words(rest.call.query.get('fields'));
  return fields.length === 0 ? shown : Object.fromEntries(Object.entries(shown).filter(([key]) => fields.includes(key)));
}

/** Makes the handler of such an endpoint. */
export function readOnly<T extends { readonly id: number }>(endpoint: ReadOnly<T>): (rest: Rest, id: number | null) => Answer {
  return (rest, id) => {
    const { call } = rest;
    if (call.method !== 'GET') throw new Answered(405, { detail: `Method "${call.method}" not allowed.` });
    if (endpoint.type !== null) rest.demand('view', endpoint.type);
    if (id !== null) {
      const item = endpoint.rows(rest).find((row) => row.id === id);
      if (item === undefined) throw new NotFound(`No ${endpoint.noun} matches the given query.`);
      return json(200, endpoint.show(rest, item));
    }
    const tests: Test<T>[] = [];
    const errors: Record<string, Json> = {};
    for (const [key, values] of call.query) {
      const made = endpoint.filters[key]?.(values, rest);
      if (typeof made === 'function') tests.push(made);
      else if (made !== undefined) errors[key] = [made.error];
    }
    if (Object.keys(errors).length > 0) throw new Invalid(errors);
    const rows = endpoint.rows(rest).filter((row) => tests.every((test) => test(row)));
    return listOf(rest, rows, endpoint.order, endpoint.value, (item) => (endpoint.sparse === true ? sparse(endpoint.show(rest, item), rest) : endpoint.show(rest, item)));
  };
}
