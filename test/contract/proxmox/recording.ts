// The recorded exchanges with a real Proxmox VE 8.4 as data: read by tests only, nothing of them is kept in the repository.
import { readFileSync } from 'node:fs';

export interface Exchange {
  readonly seq: number;
  readonly section: string;
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly params: readonly string[];
  readonly status: number;
  readonly reason: string;
  /** Text where the recorder cut a long answer. */
  readonly body: { readonly data?: unknown; readonly message?: string; readonly errors?: Readonly<Record<string, string>> } | string | null;
  readonly task_status?: { readonly exitstatus?: string; readonly type?: string; readonly id?: string } | null;
}

export const readExchanges = (file: string): readonly Exchange[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Exchange);

export type Caller = 'root token' | 'alice' | 'ticket' | 'other';
/** What the recorder wrote as one list, apart: who asked, with which headers, body and parameters. */
export interface Request { readonly caller: Caller; readonly headers: Readonly<Record<string, string>>; readonly body: string | null; readonly params: readonly (readonly [string, string])[] }

export function requestOf(exchange: Exchange): Request {
  let caller: Caller = 'root token';
  let body: string | null = null;
  const headers: Record<string, string> = {};
  const params: (readonly [string, string])[] = [];
  for (const part of exchange.params) {
    const typed = /^Content-Type: (\S+); body: ([\s\S]*)$/.exec(part);
    if (typed !== null) {
      headers['content-type'] = typed[1] ?? '';
      body = typed[2] ?? '';
    } else if (/^Cookie: PVEAuthCookie=PVE:alice@pve:(?!0{8})/.test(part)) caller = 'alice';
    else if (/^Cookie:|^X-None/.test(part)) caller = 'ticket';
    else if (/^CSRFPreventionToken: 1234/.test(part)) caller = 'ticket';
    else if (/^CSRFPreventionToken/.test(part)) continue;
    else if (/^\(no credentials\)|^Authorization: /.test(part)) {
      caller = 'other';
      if (part.startsWith('Authorization: ')) headers['authorization'] = part.slice('Authorization: '.length);
    } else {
      const at = part.indexOf('=');
      params.push([at < 0 ? part : part.slice(0, at), at < 0 ? '' : whole(part.slice(at + 1), at + 1)]);
    }
  }
  // A write with a ticket and no token against forgery: tickets are not simulated.
  if (caller === 'alice' && exchange.method !== 'GET' && !exchange.params.some((part) => part.startsWith('CSRFPreventionToken'))) caller = 'ticket';
  return { caller, headers, body, params };
}

/** Long values were cut by the recorder: `ddd...(8205 characters)` counts name and sign too. */
function whole(value: string, before: number): string {
  const cut = /^(.)\1*\.\.\.\((\d+) characters\)$/.exec(value);
  return cut === null ? value : (cut[1] ?? '').repeat(Number(cut[2]) - before);
}
