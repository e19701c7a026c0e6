// How an answer looks on the wire (Proxmox VE 8.4): the reason phrase is the first line of the text, the body repeats it, every
// answer from 400 on closes the connection, and a text with a character outside latin-1 never arrives.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

export interface WireAnswer {
  readonly status: number; readonly reason: string; readonly type: 'json' | 'plain' | 'html' | null; readonly body: string;
  /** What a daemon behind this one said of its own connection: it comes through, before the word of this one. */
  readonly via?: string;
}

const ok = (data: Record<string, unknown>): WireAnswer => ({ status: 200, reason: 'OK', type: 'json', body: JSON.stringify(data) });
export const answerOk = (data: unknown, total?: number): WireAnswer => ok({ data: data ?? null, ...(total === undefined ? {} : { total }) });

/** A refusal of a handler. `text` may have several lines; the body ends it with a line break unless told not to. */
export function answerRefusal(status: number, text: string, errors?: Readonly<Record<string, string>>, ending = '\n'): WireAnswer {
  return { status, reason: text.split('\n')[0] ?? '', type: 'json', body: JSON.stringify({ data: null, message: `${text}${ending}`, ...(errors === undefined ? {} : { errors }) }) };
}

/** The format of the old web interface: always 200, the status is a member. */
export function inExtjs(answer: WireAnswer): WireAnswer {
  if (answer.type !== 'json') return answer;
  const isGood = answer.status < 400;
  return { ...answer, status: 200, reason: 'OK', body: JSON.stringify({ ...(JSON.parse(answer.body) as object), success: isGood ? 1 : 0, ...(isGood ? {} : { status: answer.status }) }) };
}

/** Refusals of the HTTP server itself: plain text without a type, or nothing at all. */
export const answerPlain = (status: number, text: string, body = text): WireAnswer => ({ status, reason: text, type: body === '' ? null : 'plain', body });

const types = { json: 'application/json;charset=UTF-8', html: 'text/html' } as const;

export interface Connection { readonly idleMillis: number; /** It has had its hundred requests, or its client wants no more. */ readonly isWorn: boolean }

export function send(response: ServerResponse, answer: WireAnswer, { idleMillis, isWorn }: Connection): void {
  // The real one dies over the text, and the connection is closed when it has been silent for its time.
  if (/[^\x00-\xff]/.test(answer.reason)) return void setTimeout(() => response.destroy(), idleMillis).unref();
  const own = answer.status >= 400 || isWorn ? 'close' : 'Keep-Alive';
  const headers: OutgoingHttpHeaders = {
    'Cache-Control': 'max-age=0', Pragma: 'no-cache', Server: 'pve-api-daemon/3.0', Expires: new Date().toUTCString(), Connection: answer.via === undefined || answer.status >= 400 ? own : [answer.via, own],
    ...(answer.type === 'json' || answer.type === 'html' ? { 'Content-Type': types[answer.type] } : {}), ...(answer.body === '' ? {} : { 'Content-Length': Buffer.byteLength(answer.body) }),
  };
  if (answer.body === '') for (const name of ['Content-Length', 'Transfer-Encoding']) response.removeHeader(name);
  response.writeHead(answer.status, answer.reason.replace(/[\x00-\x1f\x7f]/g, ' '), headers);
  response.end(answer.body);
}

/** Says more than it sends, then goes away. */
export function sendTruncated(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { 'Content-Type': types.json, 'Content-Length': Buffer.byteLength(answer.body) + 1 });
  response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => response.destroy());
}
