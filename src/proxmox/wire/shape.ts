// Reading answers: tolerant of members that nobody uses, strict on those that are. What does not fit is named with its place
// and its value, and the whole read counts as not observed (P30, P41). Pure.
import { asVmid, notObserved, ok, type Observed, type Vmid } from '../../kernel';

/** Thrown inside `reading` only. */
class Unfit extends Error {}

export type Members = Readonly<Record<string, unknown>>;

/** Runs a reader; the first value that does not fit ends it as not observed. */
export function reading<T>(where: string, read: () => T): Observed<T> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Unfit) return notObserved(where, error.message);
    throw error;
  }
}

export function unfit(place: string, expected: string, value: unknown): never {
  const text = JSON.stringify(value) ?? 'nothing';
  throw new Unfit(`${place}: expected ${expected}, got ${text.length > 120 ? `${text.slice(0, 120)}...` : text}`);
}

export const object = (place: string, value: unknown): Members => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Members) : unfit(place, 'an object', value));
export const list = (place: string, value: unknown): readonly Members[] => (Array.isArray(value) ? value.map((row: unknown, index) => object(`${place}[${index}]`, row)) : unfit(place, 'a list', value));

export function text(place: string, row: Members, key: string): string {
  const value = row[key];
  return typeof value === 'string' && value !== '' ? value : unfit(`${place}.${key}`, 'text', value);
}

export function textOrNull(place: string, row: Members, key: string): string | null {
  const value = row[key];
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : unfit(`${place}.${key}`, 'text or nothing', value);
}

/** Numbers come as numbers or as texts, scientific ones included; which of them drifts over versions. */
export function number(place: string, row: Members, key: string): number {
  const value = row[key];
  const read = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
  return Number.isFinite(read) ? read : unfit(`${place}.${key}`, 'a number', value);
}

export const whole = (place: string, row: Members, key: string): number => {
  const value = number(place, row, key);
  return Number.isSafeInteger(value) ? value : unfit(`${place}.${key}`, 'a whole number', row[key]);
};

/** 1, 0, "1", "0", true, false; absent is `fallback`, and a fallback of null makes it mandatory. */
export function flag(place: string, row: Members, key: string, fallback: boolean | null): boolean {
  const value = row[key];
  if ((value === undefined || value === null || value === '') && fallback !== null) return fallback;
  if (value === 1 || value === '1' || value === true) return true;
  return value === 0 || value === '0' || value === false ? false : unfit(`${place}.${key}`, '0 or 1', value);
}

export function vmid(place: string, row: Members, key: string): Vmid {
  return asVmid(row[key]) ?? unfit(`${place}.${key}`, 'a VMID', row[key]);
}

export function oneOf<T extends string>(place: string, row: Members, key: string, values: readonly T[]): T {
  const value = row[key];
  return values.find((candidate) => candidate === value) ?? unfit(`${place}.${key}`, values.join(' or '), value);
}

/** `a,b;c d` as Proxmox splits lists; absent is empty. */
export const words = (place: string, row: Members, key: string): readonly string[] => (textOrNull(place, row, key) ?? '').split(/[,;\s]+/).filter((word) => word !== '');
