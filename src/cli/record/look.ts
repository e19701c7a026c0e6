// One read that a recording makes, and what came of it. There is no method in here: everything is a GET.
export interface Look {
  /** Chapter of the recording. */
  readonly section: string;
  readonly title: string;
  /** Path with `{names}` instead of ids, for people: lists of what was removed speak of it. */
  readonly template: string;
  readonly path: string;
  readonly query: Query;
  /** Headers that are part of the question, such as the branch. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of the product, not of this installation: only the token itself is looked for. */
  readonly ofProduct?: true;
}
export type Query = readonly (readonly [string, string])[];

export interface Said { readonly status: number; readonly reason: string; readonly headers: Readonly<Record<string, string>>; readonly text: string }
export type Outcome = { readonly kind: 'said'; readonly said: Said } | { readonly kind: 'silent'; readonly text: string };

export const queryText = (query: Query): string => (query.length === 0 ? '' : `?${query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`);

/** JSON, or undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export type Members = Readonly<Record<string, unknown>>;
export const members = (value: unknown): Members => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {});
/** Objects of a list; anything else in it, or no list at all, says nothing. */
export const rowsOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.map(members) : []);
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null);
