// What came of one HTTP exchange, before anybody judges it. The line between "was never sent" and "may have been executed" is
// drawn here, because everything that follows (P26) depends on it. Pure.
import { scrubText } from '../kernel';

export type Exchange =
  | Answered
  /** It certainly never reached Proxmox. `passing`: the way may be free again later (refused, unreachable), unlike a certificate. */
  | { readonly kind: 'not-sent'; readonly text: string; readonly passing: boolean }
  /** It was sent and no complete, believable answer came back. `timedOut`: nothing was heard until the deadline. */
  | { readonly kind: 'lost'; readonly text: string; readonly timedOut: boolean };

export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  /** All lines of the body's `message`; the reason phrase where there is none (its first line only). */
  readonly message: string;
  readonly errors: Readonly<Record<string, string>>;
  /** Whether the body was Proxmox's own `{data, message, errors}`: a gateway in between may have spoken instead. */
  readonly own: boolean;
  readonly data: unknown;
  readonly total: number | null;
}

export interface RawAnswer { readonly status: number; readonly reason: string; readonly location: string | null; readonly body: string }

export function readAnswer(raw: RawAnswer): Exchange {
  const envelope = parseEnvelope(raw.body);
  if (raw.status === 200) {
    if (envelope === null || !('data' in envelope)) return { kind: 'lost', timedOut: false, text: `200 with a body that is not Proxmox's: ${excerpt(raw.body)}` };
    return { kind: 'answered', status: 200, message: '', errors: {}, own: true, data: envelope['data'], total: countOf(envelope['total']) };
  }
  const said = envelope === null ? null : textOf(envelope['message']);
  return {
    kind: 'answered', status: raw.status, message: redirect(raw) ?? said ?? (raw.reason.trim() === '' ? excerpt(raw.body) : scrubText(raw.reason.trim())),
    errors: envelope === null ? {} : errorsOf(envelope['errors']), own: said !== null || (envelope !== null && 'data' in envelope), data: null, total: null,
  };
}

/** The text of an answer with its parameter errors, for people and for the journal. */
export const answerText = (answer: Answered): string => {
  const details = Object.entries(answer.errors).map(([name, text]) => `${name}: ${text}`);
  return details.length === 0 ? answer.message : `${answer.message} ${details.join('; ')}`;
};

function redirect(raw: RawAnswer): string | null {
  if (raw.status < 300 || raw.status > 399) return null;
  return raw.location?.startsWith('https:') === true ? 'Plain HTTP was spoken to an HTTPS port: the URL has to begin with https://.' : `It answered with a redirect${raw.location === null ? '' : ` to ${scrubText(raw.location)}`}; give the URL of the Proxmox node itself.`;
}

function parseEnvelope(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

const countOf = (value: unknown): number | null => (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)) ? Number(value) : null);
const textOf = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? scrubText(value.trim()) : null);

function errorsOf(value: unknown): Readonly<Record<string, string>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, scrubText(String(text).trim())]));
}

const excerpt = (body: string): string => {
  const line = scrubText(body.replace(/\s+/g, ' ').trim());
  return line === '' ? '(empty)' : line.length > 120 ? `${line.slice(0, 120)}...` : line;
};
