// What was asked of the simulator, for tests that count or look into requests. Bodies with passwords or token secrets are left out.
import type { Call } from '../http/exchange';

export interface LoggedRequest {
  readonly seq: number;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Value of X-NetBox-Branch. */
  readonly branch: string | null;
  /** Public half of a v2 token, `v1`, or null without a token. */
  readonly token: string | null;
  readonly agent: string | null;
  readonly contentType: string | null;
  readonly body: string;
  /** What was answered; `answer-lost` and `reset` where a fault swallowed it. */
  readonly status: number | 'answer-lost' | 'reset';
}

const KEPT = 5000;

function tokenOf(authorization: string | undefined): string | null {
  const text = authorization?.split(/\s+/)[1];
  if (text === undefined) return null;
  return text.startsWith('nbt_') ? (text.slice(4).split('.')[0] ?? '') : 'v1';
}

export class RequestLog {
  #rows: LoggedRequest[] = [];
  #sequence = 0;

  add(call: Call, query: string, status: LoggedRequest['status']): void {
    this.#sequence += 1;
    const secret = /^\/api\/users\/(tokens|users)\//.test(call.path);
    this.#rows.push({ seq: this.#sequence, method: call.method, path: call.path, query, branch: call.headers['x-netbox-branch'] ?? null, token: tokenOf(call.headers['authorization']), agent: call.headers['user-agent'] ?? null, contentType: call.headers['content-type'] ?? null, body: secret ? '' : call.body, status });
    if (this.#rows.length > KEPT) this.#rows.shift();
  }

  since(seq: number): readonly LoggedRequest[] {
    return this.#rows.filter((row) => row.seq > seq);
  }

  get last(): number {
    return this.#sequence;
  }
}
