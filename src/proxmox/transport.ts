// One request over one pool of connections, told apart by whether undici had begun to send it. Its own timeouts count in
// half seconds and its retry repeats writes, so the deadline is ours and there is no retry here. Carries P26.
import { Pool } from 'undici';
import { scrubText } from '../kernel';
import type { ProxmoxConnection } from './connection';
import { readAnswer, type Exchange } from './exchange';

export interface WireRequest { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly pathAndQuery: string; readonly authorization: string; readonly body: string | null; readonly deadlineMillis: number }

/** Proxmox closes idle connections after 5 s (VE 8.4): ours go well before, so that a request seldom meets a dying one. */
const keepAliveMillis = 3000;
const largestAnswerBytes = 64 * 1024 ** 2;

/** Reads share connections. Each write gets a new one: a reset of a kept connection would leave its outcome unknown for nothing. */
export const openPool = (connection: Pick<ProxmoxConnection, 'caPem' | 'verifyTls'>, url: string, purpose: 'reads' | 'writes', connectMillis: number): Pool =>
  new Pool(new URL(url).origin, {
    keepAliveTimeout: keepAliveMillis, keepAliveMaxTimeout: keepAliveMillis, headersTimeout: 0, bodyTimeout: 0, pipelining: purpose === 'reads' ? 1 : 0, allowH2: false,
    connect: { timeout: connectMillis, rejectUnauthorized: connection.verifyTls, ...(connection.caPem === null ? {} : { ca: connection.caPem }) },
  });

export function exchange(pool: Pool, url: string, request: WireRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    let started = false;
    let expired = false;
    let abort: ((why: Error) => void) | null = null;
    let head: { readonly status: number; readonly reason: string; readonly location: string | null } | null = null;
    const chunks: Buffer[] = [];
    let size = 0;
    const deadline = setTimeout(() => {
      expired = true;
      abort?.(new Error('deadline'));
      // What still waits for a connection is aborted when it gets one, before a byte is written.
      finish(failure());
    }, request.deadlineMillis);
    const finish = (result: Exchange): void => {
      clearTimeout(deadline);
      resolve(result);
    };
    const failure = (error?: Error): Exchange => {
      if (!started) return notSent(url, error);
      if (expired) return { kind: 'lost', timedOut: true, text: `no answer from ${url} within ${request.deadlineMillis / 1000} s` };
      return { kind: 'lost', timedOut: false, text: `the connection to ${url} broke before the whole answer was there (${codeOf(error)})${url.startsWith('http:') ? '; if this is an HTTPS port, the URL has to begin with https://' : ''}` };
    };
    pool.dispatch(
      {
        method: request.method, path: request.pathAndQuery, body: request.body,
        headers: { authorization: request.authorization, accept: 'application/json', ...(request.body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }) },
      },
      {
        onRequestStart(controller) {
          if (expired) return controller.abort(new Error('deadline'));
          started = true;
          abort = (why) => { controller.abort(why); };
        },
        onResponseStart(_controller, status, headers, reason) {
          const location = headers['location'];
          head = { status, reason: reason ?? '', location: typeof location === 'string' ? location : null };
        },
        onResponseData(controller, chunk) {
          size += chunk.length;
          if (size > largestAnswerBytes) controller.abort(new Error(`an answer of more than ${largestAnswerBytes} bytes`));
          else chunks.push(chunk);
        },
        onResponseEnd() {
          finish(head === null ? failure() : readAnswer({ ...head, body: Buffer.concat(chunks).toString('utf8') }));
        },
        onResponseError(_controller, error) {
          finish(failure(error));
        },
      },
    );
  });
}

const untrusted = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|CERT_[A-Z_]+|ERR_TLS_CERT_ALTNAME_INVALID)$/;
const notTls = /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)|EPROTO)$/;

/** The two classic mistakes get a sentence; everything else its code. */
function notSent(url: string, error?: Error): Exchange {
  const code = codeOf(error);
  if (untrusted.test(code)) {
    return { kind: 'not-sent', passing: false, text: `the certificate of ${url} is not trusted (${code}): give the cluster's CA as caFile (/etc/pve/pve-root-ca.pem of a node), or set verifyTls to false where the network itself is trusted` };
  }
  if (notTls.test(code)) return { kind: 'not-sent', passing: false, text: `${url} does not speak TLS (${code}): it is a plain HTTP port, or something else than Proxmox listens there` };
  return { kind: 'not-sent', passing: true, text: `${url} could not be reached (${code})` };
}

function codeOf(error?: Error): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : error === undefined ? 'no connection in time' : scrubText(error.message);
}
