// One thing that is wrong with the configuration: which key, what stands there, what to write instead. All are told at once.

export interface Problem { readonly key: string; readonly observed: string; readonly fix: string }

export type Tree = { [key: string]: unknown };
export const isTree = (value: unknown): value is Tree => value !== null && typeof value === 'object' && !Array.isArray(value);

const telling = /(token|secret|password|url)$/i;

/** A value as a person may read it. Values of secret keys, and whole objects, are never shown (P40). */
export function shown(key: string, value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value === '') return 'an empty text';
  if (/(token|secret|password)$/i.test(key)) return 'a value that is not shown';
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? JSON.stringify(value).slice(0, 120) : `a list of ${value.length}`;
  if (isTree(value)) return 'an object';
  const text = JSON.stringify(value).slice(0, 120);
  return telling.test(key) ? text.replace(/\/\/[^/@]*@/, '//...@') : text;
}

export function inWords(problems: readonly Problem[], from: string): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return [`The configuration (${from}) has ${count}:`, ...problems.map(({ key, observed, fix }) => `  - ${key}: observed ${observed}. ${fix}`)].join('\n');
}
