// JSON as Python prints it, because webhook signatures are made over the bytes: `", "` and `": "` between members, everything beyond ASCII
// escaped, and floats that are whole numbers as `4.0`.
import type { Json } from '../store/row';

/** Keys whose numbers are floats in NetBox. */
const FLOATS = new Set(['vcpus', 'allocated_vcpus', 'u_height', 'latitude', 'longitude']);

export type Style = 'spaced' | 'compact';

const number = (value: number, key: string): string => (FLOATS.has(key) && Number.isInteger(value) ? `${value}.0` : JSON.stringify(value));
const ascii = (text: string): string => text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** `spaced` is `json.dumps` (webhooks), `compact` is what REST answers look like. */
export function pythonJson(value: Json, style: Style, key = ''): string {
  const [comma, colon] = style === 'spaced' ? [', ', ': '] : [',', ':'];
  const text = (plain: string): string => (style === 'spaced' ? ascii(JSON.stringify(plain)) : JSON.stringify(plain));
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return number(value, key);
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map((item) => pythonJson(item, style)).join(comma)}]`;
  return `{${Object.entries(value).map(([name, member]) => `${text(name)}${colon}${pythonJson(member, style, name)}`).join(comma)}}`;
}
