// `?limit=&offset=`: 50 by default, 1000 at most, `limit=0` and nonsense as NetBox 4.5 takes them; `next` is absolute with its parameters sorted.
import { pythonJson } from '../http/python-json';
import type { JsonObject } from '../store/row';
import type { Query } from './filters';

const MAX_PAGE_SIZE = 1000;
const DEFAULT = 50;

export interface Window { readonly limit: number; readonly offset: number }

const whole = (text: string | undefined): number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);

export function windowOf(query: Query): Window {
  const limit = whole(query.get('limit')?.at(-1)) ?? DEFAULT;
  return { limit: limit === 0 ? MAX_PAGE_SIZE : Math.min(limit, MAX_PAGE_SIZE), offset: whole(query.get('offset')?.at(-1)) ?? 0 };
}

const encode = (text: string): string => encodeURIComponent(text).replace(/%20/g, '+').replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

const link = (url: string, query: Query, window: Window, offset: number): string => pageLink(url, query, { limit: String(window.limit), ...(offset > 0 ? { offset: String(offset) } : {}) });

/** The same request for another page; parameters come sorted. */
export function pageLink(url: string, query: Query, place: Readonly<Record<string, string>>): string {
  const parameters = new Map(query);
  parameters.delete('offset');
  for (const [name, value] of Object.entries(place)) parameters.set(name, [value]);
  const pairs = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flatMap(([key, values]) => values.map((value) => `${encode(key)}=${encode(value)}`));
  return `${url}?${pairs.join('&')}`;
}

/** What stands before the results of a page. `url` is absolute without a query. */
export function pageOf(url: string, query: Query, window: Window, count: number): JsonObject {
  const after = window.offset + window.limit;
  return {
    count,
    next: after < count ? link(url, query, window, after) : null,
    previous: window.offset > 0 ? link(url, query, window, Math.max(0, window.offset - window.limit)) : null,
  };
}

/** The whole answer, of results that are printed already. */
export const pageText = (head: JsonObject, results: readonly string[]): string => `${pythonJson(head, 'compact').slice(0, -1)},"results":[${results.join(',')}]}`;
