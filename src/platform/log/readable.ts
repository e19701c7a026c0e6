// One line for a person at a terminal instead of one for a collector: `12:03:04 warn  the text  key=value`.
import type { DestinationStream } from 'pino';

const names: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

export function readable(out: { write(text: string): unknown }): DestinationStream {
  return { write: (line: string) => void out.write(`${lineOf(line)}\n`) };
}

function lineOf(json: string): string {
  const { level, time, msg, ...rest } = JSON.parse(json) as { level: number; time: string; msg?: string; [key: string]: unknown };
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${typeof value === 'string' && !/\s/.test(value) ? value : JSON.stringify(value)}`);
  return [String(time).slice(11, 19), (names[level] ?? String(level)).padEnd(5), msg ?? '', ...facts].join(' ').trimEnd();
}
