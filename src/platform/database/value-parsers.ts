// Times stay text in UTC with their microseconds: JavaScript's Date would cut them (P8), and digests are made of them.
// The parsers belong to our connections only, so that a library with its own pool keeps the ones it expects.
import { types, type CustomTypesConfig } from 'pg';
import { Bug } from '../../kernel';

/** `2026-11-20 19:30:41.428142+00` -> `2026-11-20T19:30:41.428142Z`. Our sessions run in UTC; `infinity` stays as it is. */
export function isoOf(text: string): string {
  if (text.endsWith('infinity')) return text;
  const [whole = '', fraction = ''] = text.replace(' ', 'T').replace(/\+00(:00)?$/, '').split('.');
  return `${whole}.${fraction.padEnd(6, '0')}Z`;
}

/** A bigint as a number; one that a number cannot hold exactly is a bug, never a rounded value. */
export function exactInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Bug(`the bigint ${text} does not fit a number`);
  return value;
}

export const valueParsers: CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): never {
    if (oid === types.builtins.TIMESTAMPTZ) return isoOf as never;
    if (oid === types.builtins.INT8) return exactInteger as never;
    return types.getTypeParser(oid, format as 'text') as never;
  },
};
