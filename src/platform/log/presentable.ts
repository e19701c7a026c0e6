// Carries P40: whatever is handed to a log becomes plain, bounded data without secrets before it is written.
import { scrub, scrubText } from '../../kernel';

const deepest = 6;

/** Cookies carry sessions; the rest is `scrub`'s list. */
const hidden = /^(set-)?cookie$/i;

/** A JSON value that is safe to write: errors become their texts, cycles and depths end, secrets are removed. */
export const presentable = (bindings: object): Readonly<Record<string, unknown>> => scrub(plain(bindings, 0)) as Readonly<Record<string, unknown>>;

function plain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'bigint': return String(value);
    case 'function': case 'symbol': return undefined;
    case 'object': break;
    default: return value;
  }
  if (value === null) return null;
  if (depth >= deepest) return '[deeper]';
  if (value instanceof Error) return { type: value.name, message: scrubText(value.message), stack: scrubText(value.stack ?? ''), ...(value.cause === undefined ? {} : { cause: plain(value.cause, depth + 1) }) };
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (value instanceof Map || value instanceof Set) return plain([...value], depth);
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item, depth + 1));
  const made = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name;
  if (made !== undefined && made !== 'Object' && !isData(value)) return `[${made}]`;
  return Object.fromEntries(Object.entries(value).map(([key, member]: [string, unknown]) => [key, hidden.test(key) ? '[removed]' : plain(member, depth + 1)]));
}

/** Sockets, pools and clients are not facts; instances of our own value classes are. */
const isData = (value: object): boolean => Object.values(value).every((member: unknown) => member === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof member));
