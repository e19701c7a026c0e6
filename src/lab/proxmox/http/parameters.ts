// Parameters of a request: query, form or JSON body; a parameter given twice becomes a list; query wins over body (Proxmox VE 8.4).
import type { RawParams } from '../../../proxmox/schema';
import { PveError } from '../pve-error';
import { perlJsonError } from './json-error';

/** Cuts at the first occurrence only; the second part is missing when there is none. */
export function splitOnce(text: string, at: string): readonly string[] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + at.length)];
}

const unescape = (text: string): string => {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch {
    return text;
  }
};

export function parseForm(text: string): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const pair of text.split(/[&;]/).filter((part) => part !== '')) {
    const [name, value] = splitOnce(pair, '=').map(unescape);
    if (name === undefined) continue;
    const before = params[name];
    params[name] = before === undefined ? (value ?? null) : [...(Array.isArray(before) ? (before as readonly unknown[]) : [before]), value];
  }
  return params;
}

/** Body parameters by content type. Other types are answered 506 by the caller before. */
export function parseBody(type: string, text: string): Record<string, unknown> {
  if (text === '') return {};
  if (!type.startsWith('application/json')) return parseForm(text);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new PveError(500, `${perlJsonError(text) ?? 'malformed JSON string'} at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 917.`);
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new PveError(500, 'Not a HASH reference at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 957.');
  return Object.fromEntries(Object.entries(body));
}

/** As handlers read them: texts, booleans as 1 and 0, lists with commas, null left out. */
export function asTexts(params: RawParams): Record<string, string> {
  const text = (value: unknown): string => (value === true ? '1' : value === false ? '0' : String(value));
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined).map(([name, value]) => [name, Array.isArray(value) ? value.map(text).join(',') : text(value)]));
}
