// The REST API as a command asks it: the answer, or a sentence and an exit code. Nothing is asked twice.
import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { scrubText } from '../kernel';
import { CommandFailed, cannotTell, exitCodes } from './exit-code';
import type { Sluice } from './which-sluice';

export interface Asked<T> { readonly status: number; readonly body: T }

export interface SluiceClient {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object, headers?: Readonly<Record<string, string>>): Promise<Asked<T>>;
  /** As it is, for a stream; the caller judges the status. */
  fetch(url: string | URL, init: RequestInit): Promise<Response>;
  readonly url: string;
  close(): Promise<void>;
}

const patienceMillis = 60_000;

export function sluiceClient({ url, token, caPem }: Sluice): SluiceClient {
  const dispatcher = new Agent({ connect: { timeout: 10_000, ...(caPem === null ? {} : { ca: caPem }) } });
  const ask = async <T>(method: 'GET' | 'POST', path: string, init: RequestInit): Promise<Asked<T>> => {
    const response = await fetch(`${url}${path}`, { ...init, method, dispatcher, redirect: 'manual', signal: AbortSignal.timeout(patienceMillis), headers: { ...init.headers as Record<string, string>, Accept: 'application/json', Authorization: `Bearer ${token}` } }).catch((trouble: unknown) => { throw cannotTell(unreachable(url, trouble)); });
    const body = await response.json().catch(() => undefined) as T | undefined;
    if (response.ok && body !== undefined) return { status: response.status, body };
    throw whyNot(url, response.status, body);
  };
  return {
    url,
    get: async (path) => (await ask<never>('GET', path, {})).body,
    post: (path, body, headers = {}) => ask('POST', path, { body: JSON.stringify(body), headers: { ...headers, 'Content-Type': 'application/json' } }),
    fetch: (address, init) => fetch(address, { ...init, dispatcher, headers: { ...init.headers as Record<string, string>, Authorization: `Bearer ${token}` } }),
    close: () => dispatcher.destroy(),
  };
}

/** Does the work and closes the connection, whatever comes. */
export async function withSluice<T>(sluice: Sluice, work: (client: SluiceClient) => Promise<T>): Promise<T> {
  const client = sluiceClient(sluice);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function whyNot(url: string, status: number, body: unknown): CommandFailed {
  const { detail, code } = (body ?? {}) as { readonly detail?: unknown; readonly code?: unknown };
  if (typeof detail !== 'string' || typeof code !== 'string') return cannotTell(`${url} answered ${status} and is not Sluice, or something stands in between. Look at --url.`);
  return new CommandFailed(`${detail} (${code})`, status >= 500 ? exitCodes.cannotTell : exitCodes.no);
}

/** Of the innermost cause, which is the one that names a code. */
export function unreachable(url: string, trouble: unknown): string {
  const { cause, code, message, name } = (trouble ?? {}) as { readonly cause?: unknown; readonly code?: unknown; readonly message?: unknown; readonly name?: unknown };
  if (cause !== undefined && cause !== null) return unreachable(url, cause);
  if (name === 'TimeoutError') return `${url} gave no answer within ${patienceMillis / 1000} s.`;
  const reason = typeof code === 'string' ? code : scrubText(typeof message === 'string' ? message : String(trouble));
  return `${url} could not be reached (${reason}). Is Sluice running, with the role api?${/CERT|ISSUER|SIGNATURE/.test(reason) ? ' The CA of its certificate is named with --ca.' : ''}`;
}
