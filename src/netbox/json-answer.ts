// What NetBox said, if it can be believed: a proxy's HTML page, half a body or a 500 is never taken for data (P5, P30).
import { notObserved, ok, scrubText, type Observed } from '../kernel';
import type { Answer, NetBoxHttp } from './http';

export interface JsonAnswer { readonly status: number; readonly etag: string | null; readonly body: unknown }

/** The first words of an answer, without secrets, on one line. */
export const excerpt = (text: string): string => scrubText(text.replace(/\s+/g, ' ').trim().slice(0, 300));

/** Any status below 500 with a JSON body. Everything else is a fault in words. */
export function jsonOf(http: NetBoxHttp, what: string, answer: Answer): Observed<JsonAnswer> {
  const where = `${http.where}, ${what}`;
  if (answer.kind !== 'answered') return notObserved(where, answer.text);
  if (answer.status >= 500) return notObserved(where, `${answer.status}: ${excerpt(answer.text)}`);
  if (answer.status >= 300 && answer.status < 400) return notObserved(where, `${answer.status}: the address of NetBox redirects; configure the final one`);
  if (!/^application\/(.+\+)?json/.test(answer.contentType)) return notObserved(where, `${answer.status} with ${answer.contentType === '' ? 'no content type' : answer.contentType} instead of JSON: ${excerpt(answer.text)}`);
  try {
    return ok({ status: answer.status, etag: answer.etag, body: JSON.parse(answer.text) as unknown });
  } catch {
    return notObserved(where, `${answer.status} with a body that is cut or no JSON (${answer.text.length} characters)`);
  }
}

/** Only a 200; NetBox says 403, never 401, to a bad token. */
export function okJson(http: NetBoxHttp, what: string, answer: Answer): Observed<unknown> {
  const json = jsonOf(http, what, answer);
  if (!json.ok) return json;
  return json.value.status === 200 ? ok(json.value.body) : notObserved(`${http.where}, ${what}`, `${json.value.status}: ${excerpt(JSON.stringify(json.value.body))}`);
}
