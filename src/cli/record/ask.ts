// The one way out of a recording: a GET without a body, never redirected, never repeated. What goes wrong becomes a sentence.
import { Agent, request } from 'undici';
import { scrubText } from '../../kernel';
import { members, queryText, textOf, type Look, type Outcome } from './look';

export interface Place {
  readonly url: string;
  readonly caPem: string | null;
  readonly authorization: string;
  /** Where people find the CA of this product. */
  readonly caHint: string;
}
export interface Asker { ask(look: Look): Promise<Outcome>; close(): Promise<void> }

const largestAnswerBytes = 64 * 1024 ** 2;
const patienceMillis = 60_000;

export function askerOf({ url, caPem, authorization, caHint }: Place): Asker {
  const base = url.replace(/\/+$/, '');
  const agent = new Agent({ connections: 1, maxResponseSize: largestAnswerBytes, connect: { timeout: 10_000, ...(caPem === null ? {} : { ca: caPem }) } });
  return {
    async ask(look) {
      const signal = AbortSignal.timeout(patienceMillis);
      try {
        const { statusCode, statusText, headers, body } = await request(`${base}${look.path}${queryText(look.query)}`, { dispatcher: agent, method: 'GET', signal, headers: { accept: 'application/json', ...look.headers, authorization } });
        const text = await body.text();
        return { kind: 'said', said: { status: statusCode, reason: statusText, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])), text } };
      } catch (trouble) {
        return { kind: 'silent', text: signal.aborted ? `no answer within ${patienceMillis / 1000} s` : sentenceOf(base, caHint, trouble) };
      }
    },
    close: () => agent.destroy(),
  };
}

const untrusted = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|CERT_[A-Z_]+|ERR_TLS_CERT_ALTNAME_INVALID)$/;
const notTls = /^(?:ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)|EPROTO)$/;

function sentenceOf(base: string, caHint: string, trouble: unknown): string {
  const { code, message } = members(trouble);
  const named = textOf(code);
  if (named === null) return `the connection broke (${scrubText(textOf(message) ?? String(trouble))})`;
  if (untrusted.test(named)) return `the certificate of ${base} is not trusted (${named}): give its CA with --ca${caHint}`;
  if (notTls.test(named)) return `${base} does not speak TLS (${named})`;
  if (named === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return `an answer of more than ${largestAnswerBytes} bytes`;
  return `${base} could not be reached (${named})`;
}
