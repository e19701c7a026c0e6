// Small readers for what NetBox serves. Each gives the value or null; what a null means is decided by the parser that asked.
import { sixDecimals } from '../change-digest';
import type { Instant } from '../../kernel';
import type { NetBoxUser } from '../ports';

export type Json = Readonly<Record<string, unknown>>;

export const record = (value: unknown): Json | null => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Json) : null);
export const id = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null);
export const words = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A choice is `{value, label}` over REST and a bare string in the change log. */
export const choice = (value: unknown): string | null => words(value) ?? words(record(value)?.['value']);

export function instant(value: unknown): Instant | null {
  try {
    return typeof value === 'string' ? (sixDecimals(value) as Instant) : null;
  } catch {
    return null;
  }
}

export function user(value: unknown): NetBoxUser | null {
  const row = record(value);
  const [userId, username] = [id(row?.['id']), words(row?.['username'])];
  return userId === null || username === null ? null : { id: userId, username };
}
