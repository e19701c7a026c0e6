// How gate, hints and their answers are signed between the NetBox plugin and Sluice (DESIGN "Wire"): both sides use this file
// or its Python twin. The answer's signature carries the request's nonce, so an old "permitted" cannot be replayed.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedCall {
  readonly secret: string;
  /** Request: the HTTP method. Answer: the status code. */
  readonly methodOrStatus: string;
  /** Path with `?query`, as sent. */
  readonly pathAndQuery: string;
  /** Unix seconds. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Buffer | string;
}

/** hex HMAC-SHA256 over METHOD \n PATH?QUERY \n TIMESTAMP \n NONCE \n RAW BODY. */
export const signCall = (call: SignedCall): string =>
  createHmac('sha256', call.secret).update(`${call.methodOrStatus}\n${call.pathAndQuery}\n${call.timestamp}\n${call.nonce}\n`, 'utf8').update(call.body).digest('hex');

/** Constant-time comparison of two hex signatures; anything that is not hex of the same length differs. */
export function sameSignature(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')];
  return left.length > 0 && left.length === right.length && a.length === b.length && timingSafeEqual(left, right);
}
