// One request and its answer, without sockets: the application is a synchronous function from the one to the other, so that requests never interleave.
import type { Query } from '../read/filters';
import type { Json } from '../store/row';
import { pythonJson } from './python-json';

export interface Call {
  readonly method: string;
  /** Without the query, percent-decoded. */
  readonly path: string;
  readonly query: Query;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `http://host:port` as the client wrote it. */
  readonly origin: string;
  readonly address: string;
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const COMMON = { 'X-Frame-Options': 'SAMEORIGIN', 'Content-Language': 'en', Vary: 'HX-Request, Accept-Language, Cookie, origin' };

export const json = (status: number, body: Json, headers: Readonly<Record<string, string>> = {}): Answer => printed(status, pythonJson(body, 'compact'), headers);
/** An answer whose JSON is already text. */
export const printed = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers: { 'Content-Type': 'application/json', ...COMMON, ...headers }, body });
export const noContent = (): Answer => ({ status: 204, headers: COMMON, body: '' });
export const html = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer => ({ status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...COMMON, ...headers }, body });
export const text = (status: number, body: string): Answer => ({ status, headers: { 'Content-Type': 'text/plain', ...COMMON }, body });

/** Django's own redirect to the path with a slash leaves before NetBox's middleware has seen the request. */
export const redirect = (to: string): Answer => ({ status: 301, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Language': 'en', Vary: 'Accept-Language, Cookie, origin', Location: to }, body: '' });

export const page = (title: string, version = '4.5.10'): string => `<!DOCTYPE html>\n<html lang="en" data-netbox-version="${version}">\n  <head><meta charset="UTF-8" /><title>${title} | NetBox</title></head>\n  <body><h1>${title}</h1></body>\n</html>\n`;

/** Query text as NetBox reads it: `+` is a space, repeated parameters are kept in order. */
export function readQuery(text: string): Query {
  const query = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) query.set(key, [...(query.get(key) ?? []), value]);
  return query;
}
