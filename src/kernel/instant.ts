// Times are the database's clock (P8): text in UTC, compared as instants, never made here.
import type { Brand } from './brand';

/** ISO 8601 in UTC with up to six decimals, e.g. `2026-11-20T19:30:41.428142Z`. */
export type Instant = Brand<string, 'Instant'>;

const micros = (instant: Instant): bigint => {
  const [whole, fraction = ''] = instant.replace('Z', '').split('.');
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(fraction.padEnd(6, '0').slice(0, 6) || '0');
};

export const isBefore = (a: Instant, b: Instant): boolean => micros(a) < micros(b);
export const secondsBetween = (from: Instant, to: Instant): number => Number(micros(to) - micros(from)) / 1e6;
