// Headers that carry meaning: how the connection goes on, what the body is, and how long it is where the text decides that.
import type { PveAnswer } from '../../../src/lab/proxmox';
import type { Exchange } from './recording';

const header = (exchange: Exchange, name: string): readonly string[] => exchange.headers.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `)).map((line) => line.slice(name.length + 2));

/** Each header of the recorded answer that ours has otherwise, as two lines. */
export function headersApart(exchange: Exchange, answer: PveAnswer): { readonly real: string; readonly ours: string } | null {
  // Node gives two lines of one name as one, with commas.
  const real = { connection: header(exchange, 'Connection').join(', '), type: header(exchange, 'Content-Type').join(), length: lengthThatCounts(exchange, header(exchange, 'Content-Length').join()) };
  const ours = { connection: text(answer.headers['connection']), type: text(answer.headers['content-type']), length: lengthThatCounts(exchange, text(answer.headers['content-length'])) };
  return JSON.stringify(real) === JSON.stringify(ours) ? null : { real: JSON.stringify(real), ours: JSON.stringify(ours) };
}

const text = (value: string | readonly string[] | undefined): string => (value === undefined ? '' : String(value));

/** A refusal is all text, so its length is determined; a UPID or the name of a temporary file in it is each side's own. */
const lengthThatCounts = (exchange: Exchange, length: string): string => (exchange.status >= 400 && !/UPID:|\.tmp\./.test(JSON.stringify(exchange.body)) ? length : length === '' ? 'none' : 'some');
