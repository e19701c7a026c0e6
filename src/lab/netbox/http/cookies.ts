// Cookies of a request by name.
import type { Call } from './exchange';

export function cookiesOf(call: Call): ReadonlyMap<string, string> {
  const pairs = (call.headers['cookie'] ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
