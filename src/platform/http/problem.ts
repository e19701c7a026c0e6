// A "no" on the wire (RFC 9457): the same sentences as in the journal and on the page, with a code that stays the same.
import type { Fault, Refusal, Result } from '../../kernel';
import { sentence } from '../../kernel';
import { statusOf } from './status-of';

export interface FieldError { readonly field: string; readonly message: string }

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly observed: string;
  readonly next: string;
  readonly errors?: readonly FieldError[];
}

/** Thrown by controllers and guards only; everything below them returns `Result`. */
export class ProblemException extends Error {
  readonly status: number;

  constructor(readonly refusal: Refusal, status?: number, readonly errors?: readonly FieldError[], readonly headers: Readonly<Record<string, string>> = {}) {
    super(sentence(refusal));
    this.name = 'ProblemException';
    this.status = status ?? statusOf(refusal.code);
  }
}

export const problemOf = (refusal: Refusal, status: number = statusOf(refusal.code), errors?: readonly FieldError[]): Problem => ({
  type: `urn:sluice:problem:${refusal.code}`,
  title: refusal.summary,
  status,
  code: refusal.code,
  detail: sentence(refusal),
  observed: refusal.observed,
  next: refusal.next,
  ...(errors === undefined ? {} : { errors }),
});

/** The value, or the refusal as a problem. A gateway's trouble (Fault) becomes 502 `gateway.<kind>`. */
export function orThrow<T>(result: Result<T, Refusal | Fault>): T {
  if (result.ok) return result.value;
  throw new ProblemException('code' in result.error ? result.error : refusalOfFault(result.error));
}

const refusalOfFault = (fault: Fault): Refusal => ({
  code: `gateway.${fault.kind}`,
  summary: `${fault.where} gave no answer that could be believed.`,
  observed: fault.text,
  next: 'Look at the connection to it and try again; nothing was concluded from this answer.',
});
