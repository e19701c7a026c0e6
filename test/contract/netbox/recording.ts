// The recorded scenario of a real NetBox 4.5.10 in the order it was made, with who asked: requests, webhooks that arrived, and the order they came in.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', '..', 'shared'), 'recordings', 'netbox');
export const recordingsFound = existsSync(join(ROOT, 'README.md'));

export interface Exchange {
  readonly kind: 'exchange';
  readonly file: string;
  /** `alice`, `nobody`, `other token`, ... */
  readonly person: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: unknown;
}
export interface Arrived {
  readonly kind: 'delivery';
  readonly file: string;
  readonly method: string;
  readonly path: string;
  /** In the order in which they came. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}
export interface ArrivalOrder { readonly kind: 'order'; readonly file: string; readonly rows: readonly { readonly event: string; readonly object_type: string; readonly username: string | null; readonly data_id: number | null }[] }
export type Recorded = Exchange | Arrived | ArrivalOrder;

interface File { readonly request?: { method: string; path: string; query?: Record<string, string | string[]>; headers: Record<string, string>; body: unknown; body_base64?: string; headers_in_order?: readonly (readonly [string, string])[] }; readonly response?: { status: number; headers: Record<string, string>; body: unknown }; readonly recorder_summary?: ArrivalOrder['rows'] }

function people(): ReadonlyMap<string, string> {
  const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n');
  return new Map(lines.flatMap((line) => {
    const match = /^\* `([^`]+)` - .*` as ([\w -]+?)(?:, headers: [\w-]+)? -> /.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  }));
}

function read(name: string, who: ReadonlyMap<string, string>): Recorded {
  const file = JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as File;
  if (file.recorder_summary !== undefined) return { kind: 'order', file: name, rows: file.recorder_summary };
  const { request, response } = file;
  if (request === undefined) throw new Error(`${name} holds neither a request nor a summary`);
  if (request.body_base64 !== undefined) return { kind: 'delivery', file: name, method: request.method, path: request.path, headers: request.headers_in_order ?? [], body: request.body as Record<string, unknown>, text: Buffer.from(request.body_base64, 'base64').toString('utf8') };
  const person = who.get(name);
  if (response === undefined || person === undefined) throw new Error(`${name} has no answer or the README does not say who asked`);
  return { kind: 'exchange', file: name, person, method: request.method, path: request.path, query: request.query ?? {}, headers: request.headers, body: request.body, status: response.status, answerHeaders: response.headers, answer: response.body };
}

/** Everything recorded, oldest first. */
export function scenario(): readonly Recorded[] {
  const who = people();
  const steps = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();
  return steps.flatMap((step) => readdirSync(join(ROOT, step)).filter((name) => name.endsWith('.json')).sort().map((name) => read(`${step}/${name}`, who)));
}
