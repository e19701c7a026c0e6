// JSON as Python prints it, because webhook signatures are made over the bytes: `", "` and `": "` between members, everything beyond ASCII
// escaped, and floats that are whole numbers as `4.0`.
import type { Json, JsonObject } from '../store/row';

/** Keys whose numbers are floats in NetBox. */
const FLOATS = new Set(['vcpus', 'allocated_vcpus', 'u_height', 'latitude', 'longitude', 'default_vcpus']);

export type Style = 'spaced' | 'compact';

const number = (value: number, key: string): string => (Number.isInteger(value) && FLOATS.has(key) ? `${value}.0` : JSON.stringify(value));
const ascii = (text: string): string => text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** Most texts need no escaping, and asking first is quicker than escaping them. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** More keys than a nested object has. */
const LARGE = 12;

/** Prints many values in the same way; the nested objects of a page are few, the same again and again, and printed once. */
export class Printer {
  readonly #printed = new Map<JsonObject, string>();
  readonly #names = new Map<string, string>();
  readonly #comma: string;
  readonly #colon: string;

  constructor(private readonly style: Style) {
    [this.#comma, this.#colon] = style === 'spaced' ? [', ', ': '] : [',', ':'];
  }

  print(value: Json, key = ''): string {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number') return number(value, key);
    if (value === null || typeof value === 'boolean') return String(value);
    return Array.isArray(value) ? this.#list(value as readonly Json[]) : this.#object(value as JsonObject);
  }

  #text(plain: string): string {
    if (PLAIN.test(plain)) return `"${plain}"`;
    return this.style === 'spaced' ? ascii(JSON.stringify(plain)) : JSON.stringify(plain);
  }

  #list(items: readonly Json[]): string {
    let text = '';
    for (const item of items) text += text === '' ? this.print(item, '') : `${this.#comma}${this.print(item, '')}`;
    return `[${text}]`;
  }

  #object(object: JsonObject): string {
    const known = this.#printed.get(object);
    if (known !== undefined) return known;
    let text = '';
    const names = Object.keys(object);
    for (const name of names) text += `${text === '' ? '' : this.#comma}${this.#name(name)}${this.print(object[name] ?? null, name)}`;
    const printed = `{${text}}`;
    if (names.length < LARGE) this.#printed.set(object, printed);
    return printed;
  }

  #name(name: string): string {
    let printed = this.#names.get(name);
    if (printed === undefined) this.#names.set(name, (printed = `${this.#text(name)}${this.#colon}`));
    return printed;
  }
}

/** `spaced` is `json.dumps` (webhooks), `compact` is what REST answers look like. */
export const pythonJson = (value: Json, style: Style, key = ''): string => new Printer(style).print(value, key);
