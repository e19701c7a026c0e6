// One NetBox server: where it is, how it is spoken to, and what became of each call. Reads are tried again, writes never (P26).
// Nothing here judges a status; it only tells apart "answered", "surely not sent" and "nobody knows". Carries P26, P40.
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { scrubText } from '../kernel';
import { authorizationFor } from './authorization';
import { InFlight } from './in-flight';

export interface NetBoxConnection {
  /** The instance's configured name. */
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly caPem?: string | null;
  /** For one whole call, body included. */
  readonly timeoutMillis?: number;
  /** First pause before a read is tried again; doubles, with jitter. */
  readonly retryMillis?: number;
}

export type Method = 'GET' | 'POST' | 'PATCH';
/** A repeated parameter is several pairs. */
export type Query = readonly (readonly [string, string | number])[];
export interface CallOptions { readonly query?: Query; readonly body?: unknown; readonly branch?: string; readonly ifMatch?: string }

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly contentType: string; readonly etag: string | null; readonly retryAfter: string | null; readonly text: string }
  /** The connection was never made: nothing can have happened. */
  | { readonly kind: 'not-sent'; readonly text: string }
  /** Sent, or perhaps sent, and no whole answer came. */
  | { readonly kind: 'lost'; readonly text: string };

/** gunicorn refuses a request line over 4,094 bytes (NetBox's own server); method, version and a proxy's prefix need room too. */
export const requestLineLimit = 3_900;
const bodyLimit = 64 * 1024 * 1024;
const attempts = 3;
const longestPauseMillis = 5_000;
const worthAnotherTry: ReadonlySet<number> = new Set([429, 502, 503]);
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

export class NetBoxHttp {
  readonly name: string;
  /** What stands in faults: name and address, never the token. */
  readonly where: string;
  private readonly base: URL;
  private readonly pool: Pool;
  private readonly inFlight = new InFlight(4);

  constructor(private readonly connection: NetBoxConnection) {
    this.base = new URL(connection.url);
    this.name = connection.name;
    this.where = `NetBox ${connection.name} (${this.base.origin})`;
    const ca = connection.caPem ?? null;
    this.pool = new Pool(this.base.origin, { connections: 4, pipelining: 1, connect: { timeout: Math.min(this.timeoutMillis, 10_000), ...(ca === null ? {} : { ca }) } });
  }

  private get timeoutMillis(): number { return this.connection.timeoutMillis ?? 30_000; }

  pathOf(endpoint: string, query: Query = []): string {
    const parameters = query.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&');
    return `${this.base.pathname.replace(/\/$/, '')}/api/${endpoint}/${parameters === '' ? '' : `?${parameters}`}`;
  }

  /** A read: tried again after 429, 502, 503 and after a connection that broke; a time limit is not tried again. */
  async read(endpoint: string, options: CallOptions = {}): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.call('GET', endpoint, options);
      const pause = attempt >= attempts ? null : this.pauseAfter(answer, attempt);
      if (pause === null) return answer;
      await delay(pause);
    }
  }

  /** A write: sent once. */
  write(method: Exclude<Method, 'GET'>, endpoint: string, options: CallOptions): Promise<Answer> {
    return this.call(method, endpoint, options);
  }

  async close(): Promise<void> { await this.pool.destroy(); }

  private pauseAfter(answer: Answer, attempt: number): number | null {
    const backoff = (this.connection.retryMillis ?? 250) * 2 ** (attempt - 1) * (0.5 + Math.random());
    if (answer.kind === 'not-sent') return backoff;
    if (answer.kind === 'lost') return answer.text.includes('no answer within') ? null : backoff;
    if (!worthAnotherTry.has(answer.status)) return null;
    const asked = answer.retryAfter !== null && /^\d+$/.test(answer.retryAfter) ? Number(answer.retryAfter) * 1000 : null;
    // A server that asks for a longer rest gets it from the caller's next round, not from a request that hangs.
    if (asked !== null && asked > longestPauseMillis) return null;
    return asked ?? Math.min(backoff, longestPauseMillis);
  }

  private call(method: Method, endpoint: string, options: CallOptions): Promise<Answer> {
    const path = this.pathOf(endpoint, options.query);
    return this.inFlight.run(async () => {
      const signal = AbortSignal.timeout(this.timeoutMillis);
      try {
        const response = await this.pool.request({
          method, path, signal, headersTimeout: 0, bodyTimeout: 0,
          headers: {
            accept: 'application/json', authorization: authorizationFor(this.connection.token),
            ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(options.branch === undefined ? {} : { 'x-netbox-branch': options.branch }),
            ...(options.ifMatch === undefined ? {} : { 'if-match': options.ifMatch }),
          },
          ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        });
        const header = (name: string): string | null => { const value = response.headers[name]; return typeof value === 'string' ? value : null; };
        const parts: Buffer[] = [];
        let size = 0;
        for await (const part of response.body as AsyncIterable<Buffer>) {
          size += part.length;
          if (size > bodyLimit) return { kind: 'lost', text: `the answer is larger than ${bodyLimit / 1024 / 1024} MiB` };
          parts.push(part);
        }
        return { kind: 'answered', status: response.statusCode, contentType: header('content-type') ?? '', etag: header('etag'), retryAfter: header('retry-after'), text: Buffer.concat(parts).toString('utf8') };
      } catch (error) {
        return this.withoutAnswer(error, signal.aborted);
      }
    });
  }

  private withoutAnswer(error: unknown, timedOut: boolean): Answer {
    if (timedOut) return { kind: 'lost', text: `no answer within ${this.timeoutMillis} ms` };
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const text = scrubText(`${typeof code === 'string' ? `${code}: ` : ''}${typeof message === 'string' ? message : 'the connection failed'}`);
    return { kind: isBeforeSending(code) ? 'not-sent' : 'lost', text };
  }
}

/** Refused, not found, or a certificate that we do not trust: the request was not written to the wire. */
const isBeforeSending = (code: unknown): boolean =>
  typeof code === 'string' && (neverSent.has(code) || code.startsWith('ERR_TLS_') || /CERT|SELF_SIGNED|UNABLE_TO_/.test(code));

export const openNetBox = (connection: NetBoxConnection): NetBoxHttp => new NetBoxHttp(connection);
