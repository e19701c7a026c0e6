// How an answer looks on the wire (Proxmox VE 8.4): the reason phrase is the first line of the text, the body repeats it, every
// answer from 400 on closes the connection, and a text with a character outside latin-1 never arrives.
import type { ServerResponse } from 'node:http';

export interface WireAnswer { readonly status: number; readonly reason: string; readonly type: 'json' | 'plain' | 'html' | null; readonly body: string }

const ok = (data: Record<string, unknown>): WireAnswer => ({ status: 200, reason: 'OK', type: 'json', body: JSON.stringify(data) });
export const answerOk = (data: unknown, total?: number): WireAnswer => ok({ data: data ?? null, ...(total === undefined ? {} : { total }) });

/** A refusal of a handler. `text` may have several lines; the body ends it with a line break unless told not to. */
export function answerRefusal(status: number, text: string, errors?: Readonly<Record<string, string>>, ending = '\n'): WireAnswer {
  return { status, reason: text.split('\n')[0] ?? '', type: 'json', body: JSON.stringify({ data: null, message: `${text}${ending}`, ...(errors === undefined ? {} : { errors }) }) };
}

/** Refusals of the HTTP server itself: plain text, or nothing at all. */
export const answerPlain = (status: number, text: string, body = text): WireAnswer => ({ status, reason: text, type: body === '' ? null : 'plain', body });

const types = { json: 'application/json;charset=UTF-8', plain: 'text/plain', html: 'text/html' } as const;

export function send(response: ServerResponse, answer: WireAnswer): void {
  if ([...answer.reason].some((character) => (character.codePointAt(0) ?? 0) > 0xff)) {
    response.destroy();
    return;
  }
  response.statusMessage = answer.reason.replace(/[\x00-\x1f\x7f]/g, ' ');
  response.statusCode = answer.status;
  response.setHeader('Cache-Control', 'max-age=0');
  response.setHeader('Pragma', 'no-cache');
  response.setHeader('Server', 'pve-api-daemon/3.0');
  response.setHeader('Expires', new Date().toUTCString());
  // Below 400 Node decides: it says close with the 100th answer of a connection, as the real one does.
  if (answer.status >= 400) response.setHeader('Connection', 'close');
  if (answer.type !== null) response.setHeader('Content-Type', types[answer.type]);
  response.setHeader('Content-Length', Buffer.byteLength(answer.body));
  response.end(answer.body);
}

/** Says more than it sends, then goes away. */
export function sendTruncated(response: ServerResponse, answer: WireAnswer): void {
  response.writeHead(answer.status, { 'Content-Type': types.json, 'Content-Length': Buffer.byteLength(answer.body) + 1 });
  response.write(answer.body.slice(0, Math.floor(answer.body.length / 2)), () => response.destroy());
}
