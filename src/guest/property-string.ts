// What a value of a guest's configuration names is read from its property string, and refused where it can be read in two ways.
// (Proxmox VE 8.4: `key=value,...` with at most one bare value for the default key.)
import { refuse, ok, type Result } from '../kernel';

export interface PropertyString {
  /** The bare value of the default key (`virtio=..` has none; `local-lvm:vm-100-disk-0,size=4G` has one). */
  readonly bare: string | null;
  /** The other pairs in the order they stood, unknown ones included. */
  readonly pairs: ReadonlyMap<string, string>;
}

/** Reads a property string. Refused: a second bare value, a doubled key, line breaks (they would start another config key). */
export function parsePropertyString(text: string): Result<PropertyString> {
  if (/[\r\n]/.test(text)) return refuse('property-string.line-break', 'A property string may not contain a line break.', JSON.stringify(text), 'Remove the line break from the value.');
  let bare: string | null = null;
  const pairs = new Map<string, string>();
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const equals = part.indexOf('=');
    if (equals < 0) {
      if (bare !== null) return refuse('property-string.two-bare-values', 'A property string may hold one bare value.', text, 'Give the second value its key.');
      bare = part;
      continue;
    }
    const key = part.slice(0, equals);
    if (pairs.has(key)) return refuse('property-string.doubled-key', `The key ${key} stands twice in a property string.`, text, 'Keep one of the two.');
    pairs.set(key, part.slice(equals + 1));
  }
  return ok({ bare, pairs });
}

/** True when a value may stand inside a property string without starting another pair or another config line. */
export const isPlainPropertyValue = (value: string): boolean => value !== '' && !/[,=\s\0]/.test(value);

/** One text for equal values: the bare value first, then the pairs by key. What cannot be read stays as it is. */
export function canonicalProperty(text: string): string {
  const read = parsePropertyString(text);
  if (!read.ok) return text;
  const { bare, pairs } = read.value;
  return [...(bare === null ? [] : [bare]), ...[...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`)].join(',');
}
