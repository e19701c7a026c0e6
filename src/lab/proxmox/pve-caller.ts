// A bare caller of the simulator for its own specs and the contract suite: sends what it is told, judges nothing. Sluice's
// client refuses to send half of what these suites have to ask.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request, type RequestOptions } from 'node:https';

export interface PveAnswer<T = unknown> {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: { readonly data: T; readonly message?: string; readonly errors?: Readonly<Record<string, string>>; readonly total?: number } | null;
}
export type PveParams = Readonly<Record<string, string | number | boolean>>;
export interface PveCaller {
  /** Parameters go into the query for GET and DELETE, else into a form body. */
  call<T = unknown>(method: string, path: string, params?: PveParams): Promise<PveAnswer<T>>;
  raw(method: string, url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PveAnswer>;
  /** Follows the UPID of an answer to the end of its task. */
  finished(answer: PveAnswer): Promise<{ readonly exitstatus: string; readonly log: readonly string[] }>;
  close(): void;
}

/** Free connections go before the server closes them, after five seconds; it gives no hint. */
const keptMillis = 4000;

/** By this name a simulator's log tells requests of a test from those of Sluice. */
export const testsOwn = 'a test itself';

export function pveCaller(baseUrl: string, caPem: string, token: { readonly id: string; readonly secret: string } | null): PveCaller {
  const agent = new Agent({ ca: caPem, keepAlive: true, maxSockets: 4, timeout: keptMillis });
  const raw = (method: string, url: string, headers: Readonly<Record<string, string>>, body: string): Promise<PveAnswer> => new Promise((resolve, reject) => {
    const options: RequestOptions = { agent, method, headers: { 'user-agent': testsOwn, ...(token === null ? {} : { authorization: `PVEAPIToken=${token.id}=${token.secret}` }), ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...headers } };
    const sent = request(new URL(url, baseUrl), options, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString('utf8');
        const isJson = (response.headers['content-type'] ?? '').includes('json');
        resolve({ status: response.statusCode ?? 0, reason: response.statusMessage ?? '', headers: response.headers, text, body: isJson ? (JSON.parse(text) as PveAnswer['body']) : null });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
  const form = (params: PveParams): string => Object.entries(params).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join('&');
  const call = async <T>(method: string, path: string, params: PveParams = {}): Promise<PveAnswer<T>> => {
    const text = form(params);
    const inQuery = method === 'GET' || method === 'DELETE';
    const answer = await raw(method, `/api2/json${path}${inQuery && text !== '' ? `?${text}` : ''}`, inQuery ? {} : { 'content-type': 'application/x-www-form-urlencoded' }, inQuery ? '' : text);
    return answer as PveAnswer<T>;
  };
  return {
    call, raw,
    async finished(answer) {
      const upid = String(answer.body?.data);
      if (!upid.startsWith('UPID:')) throw new Error(`no task was started: ${answer.status} ${answer.reason} ${answer.text}`);
      const path = `/nodes/${upid.split(':')[1] ?? ''}/tasks/${upid}`;
      for (let look = 0; look < 2000; look += 1) {
        const state = (await call<{ readonly status: string; readonly exitstatus?: string }>('GET', `${path}/status`)).body?.data;
        if (state?.status === 'stopped') {
          const log = (await call<readonly { readonly t: string }[]>('GET', `${path}/log`, { limit: 0 })).body?.data ?? [];
          return { exitstatus: state.exitstatus ?? '', log: log.map((line) => line.t) };
        }
        await delay(5);
      }
      throw new Error(`${upid} did not end`);
    },
    close: () => agent.destroy(),
  };
}
