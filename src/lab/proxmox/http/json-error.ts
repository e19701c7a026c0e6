// The sentence with which Perl's JSON reader refuses a text (Proxmox VE 8.4): what it missed, where, and what stands there.

class Refused extends Error {
  constructor(readonly what: string, readonly at: number) {
    super(what);
  }
}

const blank = /[ \t\r\n]/;
const shownLength = 20;

/** `'"' expected, at character offset 1 (before "bad")`; for a text that `JSON.parse` took, null. */
export function perlJsonError(text: string): string | null {
  try {
    const end = afterBlanks(text, value(text, 0));
    return end === text.length ? null : sentence(text, 'garbage after JSON object', end);
  } catch (error) {
    if (error instanceof Refused) return sentence(text, error.what, error.at);
    throw error;
  }
}

function sentence(text: string, what: string, at: number): string {
  const rest = text.slice(at);
  const shown = rest === '' ? '(end of string)' : rest.length > shownLength ? `${rest.slice(0, shownLength)}...` : rest;
  return `${what}, at character offset ${at} (before "${shown}")`;
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && blank.test(text[at] ?? '')) at += 1;
  return at;
}

function expectAt(text: string, at: number, character: string): number {
  if (text[at] !== character) throw new Refused(`'${character}' expected`, at);
  return at + 1;
}

/** Each reader answers where it ended. */
function value(text: string, from: number): number {
  const at = afterBlanks(text, from);
  const first = text[at] ?? '';
  if (first === '{') return members(text, at + 1, '}', ', or } expected while parsing object/hash', member);
  if (first === '[') return members(text, at + 1, ']', ', or ] expected while parsing array', value);
  if (first === '"') return string(text, at + 1);
  const atom = ['null', 'true', 'false'].find((word) => word.startsWith(first) && first !== '');
  if (atom !== undefined) {
    if (!text.startsWith(atom, at)) throw new Refused(`'${atom}' expected`, at);
    return at + atom.length;
  }
  const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(text.slice(at));
  if (number === null) throw new Refused('malformed JSON string, neither tag, array, object, number, string or atom', at);
  return at + number[0].length;
}

function members(text: string, from: number, close: string, missing: string, one: (text: string, at: number) => number): number {
  let at = afterBlanks(text, from);
  if (text[at] === close) return at + 1;
  for (;;) {
    at = afterBlanks(text, one(text, at));
    if (text[at] === close) return at + 1;
    if (text[at] !== ',') throw new Refused(missing, at);
    at = afterBlanks(text, at + 1);
  }
}

function member(text: string, at: number): number {
  const colon = afterBlanks(text, string(text, expectAt(text, at, '"')));
  return value(text, expectAt(text, colon, ':'));
}

function string(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at += 1;
    else if ((text[at] ?? '') < ' ') throw new Refused(`invalid character 0x${(text.codePointAt(at) ?? 0).toString(16).toUpperCase()} encountered while parsing JSON string`, at);
  }
  throw new Refused('unexpected end of string while parsing JSON string', text.length);
}
