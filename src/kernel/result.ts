// A "no" is a value with the observed fact and what to do next (P30): it cannot be forgotten like an exception,
// and it is the same sentence in the API, on the page and in the journal.

export interface Refusal {
  /** Stable, documented in docs/http-errors.md; e.g. `guest.identity-changed`. */
  readonly code: string;
  /** What is refused, one sentence. */
  readonly summary: string;
  /** The value that was seen, with its unit. */
  readonly observed: string;
  /** What a person can do now. */
  readonly next: string;
}

/**
 * Trouble of a gateway, never of the plan. `transient`: nothing was done, trying again is allowed for reads.
 * `unknown-outcome`: a write may have happened; it is settled by looking (P26) and never mapped to failed.
 * `not-observed`: a read gave nothing that could be believed (P5, P41).
 */
export interface Fault {
  readonly kind: 'transient' | 'unknown-outcome' | 'not-observed';
  readonly where: string;
  readonly text: string;
}

export type Result<T, E = Refusal> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };
/** What a read of the outside world gives: a value, or the trouble that kept us from seeing it. */
export type Observed<T> = Result<T, Fault>;

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const no = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
export const refuse = (code: string, summary: string, observed: string, next: string): { readonly ok: false; readonly error: Refusal } =>
  no({ code, summary, observed, next });
export const notObserved = (where: string, text: string): { readonly ok: false; readonly error: Fault } => no({ kind: 'not-observed', where, text });

/** The whole refusal as people read it. */
export const sentence = (refusal: Refusal): string => `${refusal.summary} Observed: ${refusal.observed}. Next: ${refusal.next}`;

/** A contradiction in our own code. It stops the work, leaves it `stuck` and is shown; it is never caught to go on. */
export class Bug extends Error {
  constructor(message: string) {
    super(`${message} (this is a bug in Sluice)`);
    this.name = 'Bug';
  }
}

/** Ends a switch over a union: a new member that nobody handled does not compile, and an unknown value stops (P30). */
export function exhaustive(value: never): never {
  throw new Bug(`unexpected value ${JSON.stringify(value)}`);
}
