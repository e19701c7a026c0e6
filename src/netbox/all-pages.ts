// A list is all of its pages or nothing (P5). Pages are asked for by offset, never by the `next` link: that names the host
// that NetBox believes it has. Every row is held against what was asked, because an unknown filter is ignored silently.
import { notObserved, ok, type Observed } from '../kernel';
import type { NetBoxHttp, Query } from './http';
import { okJson } from './json-answer';
import { id, record } from './wire/values';

export interface ListQuestion<T> {
  readonly endpoint: string;
  readonly query: Query;
  readonly branch?: string;
  /** null = not readable. */
  readonly parse: (row: unknown) => T | null;
  readonly matches: (row: T) => boolean;
}

const pageSize = 200;
const mostRows = 100_000;

/** All rows, in the order of their ids. A list that changed while it was read is read again, at most twice. */
export async function allRows<T>(http: NetBoxHttp, question: ListQuestion<T>): Promise<Observed<readonly T[]>> {
  for (let look = 1; ; look += 1) {
    const rows = await oneLook(http, question);
    if (rows.ok || rows.error.text !== moved || look === 3) return rows;
  }
}

const moved = 'the list changed while its pages were read';

async function oneLook<T>(http: NetBoxHttp, question: ListQuestion<T>): Promise<Observed<readonly T[]>> {
  const fault = (text: string) => notObserved(`${http.where}, ${question.endpoint}`, text);
  const rows = new Map<number, T>();
  for (let offset = 0, total: number | null = null; ; ) {
    const query: Query = [...question.query, ['ordering', 'id'], ['limit', pageSize], ['offset', offset]];
    const page = okJson(http, question.endpoint, await http.read(question.endpoint, { query, ...(question.branch === undefined ? {} : { branch: question.branch }) }));
    if (!page.ok) return page;
    const body = record(page.value);
    const results: unknown = body?.['results'];
    const count: unknown = body?.['count'];
    if (body === null || typeof count !== 'number' || !Array.isArray(results) || !(body['next'] === null || typeof body['next'] === 'string')) return fault('the answer is not a page of a list');
    if (count > mostRows) return fault(`the list has ${count} rows, more than ${mostRows}`);
    if (total !== null && total !== count) return fault(moved);
    total = count;
    for (const raw of results as readonly unknown[]) {
      const rowId = id(record(raw)?.['id']);
      const row = rowId === null ? null : question.parse(raw);
      if (rowId === null || row === null) return fault(`a row cannot be read (id ${JSON.stringify(record(raw)?.['id'] ?? null)})`);
      if (!question.matches(row)) return fault(`row ${rowId} does not match what was asked (${question.query.map(([key, value]) => `${key}=${value}`).join('&').slice(0, 120)}): NetBox ignored the filter`);
      if (rows.has(rowId)) return fault(moved);
      rows.set(rowId, row);
    }
    offset += results.length;
    if (body['next'] === null) return rows.size === total ? ok([...rows].sort(([a], [b]) => a - b).map(([, row]) => row)) : fault(moved);
    if (results.length === 0) return fault('a page without rows names a next page');
  }
}

/** Splits one repeated parameter so that every request line stays below the limit. */
export function chunksFor(http: NetBoxHttp, endpoint: string, key: string, values: readonly (string | number)[], limit: number): readonly (readonly (string | number)[])[] {
  const room = limit - http.pathOf(endpoint, [['ordering', 'id'], ['limit', pageSize], ['offset', 999_999]]).length;
  const chunks: (string | number)[][] = [[]];
  let used = 0;
  for (const value of values) {
    const size = `&${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`.length;
    if (used > 0 && used + size > room) { chunks.push([]); used = 0; }
    chunks.at(-1)?.push(value);
    used += size;
  }
  return chunks.filter((chunk) => chunk.length > 0);
}
