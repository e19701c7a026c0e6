// `?start=<id>&limit=` of NetBox 4.6 (read from the source of 4.6.8, never seen running): in the order of the ids, without a count and without a way back.
import type { JsonObject } from '../store/row';
import { Answered } from '../write/errors';
import type { Query } from './filters';
import { pageLink } from './page';

/** The id to begin with; undefined when the pages are counted as before. */
export function startOf(query: Query): number | undefined {
  const text = query.get('start')?.at(-1);
  if (text === undefined) return undefined;
  if (!/^\s*\+?\d+\s*$/.test(text)) throw new Answered(400, ["Invalid 'start' parameter: must be a non-negative integer."]);
  if (query.has('offset')) throw new Answered(400, ["'start' and 'offset' are mutually exclusive."]);
  if (query.has('ordering')) throw new Answered(400, ['Ordering cannot be specified in conjunction with cursor-based pagination.']);
  return Number(text);
}

export function fromStart<T extends { readonly id: number }>(items: readonly T[], start: number, limit: number): readonly T[] {
  return items.filter((item) => item.id >= start).sort((a, b) => a.id - b.id).slice(0, limit);
}

/** A full page has a next one, even when nothing is left for it. */
export function cursorPage(url: string, query: Query, limit: number, shown: readonly { readonly id: number }[]): JsonObject {
  const last = shown.at(-1);
  return { count: null, next: last === undefined || shown.length < limit ? null : pageLink(url, query, { limit: String(limit), start: String(last.id + 1) }), previous: null };
}
