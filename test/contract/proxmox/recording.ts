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
  /** Headers of the answer as lines, each line once. */
  readonly headers: readonly string[];
  /** Text where the recorder cut a long answer. */
  readonly body: { readonly data?: unknown; readonly message?: string; readonly errors?: Readonly<Record<string, string>> } | string | null;
  readonly task_status?: { readonly exitstatus?: string; readonly type?: string; readonly id?: string; readonly user?: string; readonly tokenid?: string } | null;
  readonly task_log?: readonly string[] | null;
}

export const readExchanges = (file: string): readonly Exchange[] => readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Exchange);

/** What the recorder wrote as one list, apart: who asked (the token of root, or whoever the headers say), with which headers, body and parameters. */
export interface Request { readonly isByRootToken: boolean; readonly headers: Readonly<Record<string, string>>; readonly body: string | null; readonly params: readonly (readonly [string, string])[] }

export function requestOf(exchange: Exchange): Request {
  let isByRootToken = true;
  let body: string | null = null;
  const headers: Record<string, string> = {};
  const params: (readonly [string, string])[] = [];
  for (const part of exchange.params) {
    const [, type, typed] = /^Content-Type: (\S+); body: ([\s\S]*)$/.exec(part) ?? [];
    const [, name = '', value = ''] = /^(Cookie|CSRFPreventionToken|Authorization|X-None): (.*)$/.exec(part) ?? [];
    if (type !== undefined) {
      headers['content-type'] = type;
      body = typed ?? '';
    } else if (name !== '' || part === '(no credentials)') {
      isByRootToken = false;
      if (name !== '') headers[name.toLowerCase()] = value;
    } else {
      const at = part.indexOf('=');
      params.push([at < 0 ? part : part.slice(0, at), at < 0 ? '' : whole(part.slice(at + 1), at + 1)]);
    }
  }
  return { isByRootToken, headers, body, params };
}

/** Long values were cut by the recorder: `ddd...(8205 characters)` counts name and sign too. */
function whole(value: string, before: number): string {
  const cut = /^(.)\1*\.\.\.\((\d+) characters\)$/.exec(value);
  return cut === null ? value : (cut[1] ?? '').repeat(Number(cut[2]) - before);
}
