// Answers of the real products, read by tests only. Where they are missing the tests are skipped and say so; the run's closing
// line counts them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(process.env['SLUICE_RECORDINGS'] ?? join(__dirname, '..', '..', '..', 'shared'), 'recordings');

/** A describe block over one product's recordings; skipped as a whole, in words, where they are not on this machine. */
export function describeRecorded(product: 'netbox' | 'proxmox', name: string, tests: () => void): void {
  if (existsSync(join(root, product))) describe(name, tests);
  else describe.skip(`${name} (skipped: no recordings of ${product}; set SLUICE_RECORDINGS)`, tests);
}

export interface Recorded {
  readonly file: string;
  readonly request: { readonly method: string; readonly path: string; readonly query: Readonly<Record<string, string | readonly string[]>>; readonly headers: Readonly<Record<string, string>>; readonly body: unknown; readonly body_base64?: string };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
}

const parse = (path: string, file: string): Recorded => ({ ...(JSON.parse(readFileSync(path, 'utf8')) as Omit<Recorded, 'file'>), file });

/** One recorded NetBox answer, `04-branch-ready/046-branch-ready`. */
export const recordedNetBox = (file: string): Recorded => parse(join(root, 'netbox', `${file}.json`), file);

/** All recorded NetBox answers of a step, in the order they were made; summaries by the recorder are left out. */
export const recordedNetBoxStep = (step: string): readonly Recorded[] =>
  readdirSync(join(root, 'netbox', step)).filter((file) => file.endsWith('.json') && !file.includes('-delivery-')).sort().map((file) => parse(join(root, 'netbox', step, file), `${step}/${file.replace(/\.json$/, '')}`));

/** One exchange with the real Proxmox VE 8.4; `path` is below /api2/json, `params` as they were given, `name=value`. */
export interface RecordedProxmox {
  readonly seq: number; readonly method: string; readonly path: string; readonly params: readonly string[]; readonly status: number; readonly reason: string;
  /** The body's text, JSON where it was JSON. */
  readonly body: string;
  readonly exitstatus: string | null;
  readonly taskLog: readonly string[];
}

const proxmoxLines = (): string => (existsSync(join(root, 'proxmox')) ? readFileSync(join(root, 'proxmox', 'pve-8.4.jsonl'), 'utf8') : '');

/** All recorded exchanges with Proxmox, in the order they were made; none where they are missing, so that a skipped block can be read. */
export const recordedProxmox = (): readonly RecordedProxmox[] =>
  proxmoxLines().split('\n').filter((line) => line !== '').map((line) => {
    const row = JSON.parse(line) as { seq: number; method: string; path: string; params: string[]; status: number; reason: string; body: unknown; task_status?: { exitstatus?: string }; task_log?: string[] };
    return { seq: row.seq, method: row.method, path: row.path.replace(/^\/api2\/json/, ''), params: row.params, status: row.status, reason: row.reason, body: row.body === null ? '' : typeof row.body === 'string' ? row.body : JSON.stringify(row.body), exitstatus: row.task_status?.exitstatus ?? null, taskLog: row.task_log ?? [] };
  });
