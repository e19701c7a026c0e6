// A recorded webhook beside the one that was sent in its place: byte by byte where the server makes nothing up, with the headers in the order they had,
// and a signature that holds over the bytes that were sent.
import { createHmac } from 'node:crypto';
import type { DeliveryRecord } from '../../../src/lab/netbox';
import { pythonJson } from '../../../src/lab/netbox/http/python-json';
import { Correspondence, compare } from './comparison';
import type { Difference } from './comparison';
import type { Arrived } from './recording';

export const HOOK_SECRET = 'recording-webhook-secret';
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g;
const MINUTE = /\d{4}-\d\d-\d\d \d\d:\d\d/g;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

type Counts = Readonly<Record<string, number>>;
interface Data { readonly id?: number; readonly log?: readonly string[]; readonly changes_summary?: Readonly<Record<string, Counts | number>> }
interface Body { readonly event: string; readonly object_type: string; readonly data: Data | null }

const bodyOf = (record: DeliveryRecord): Body => JSON.parse(record.body) as Body;
const byName = (counts: Counts | number): Counts | number => (typeof counts === 'number' ? counts : Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1))));

/** Without what nothing determines: the log of a provisioning, which names PostgreSQL's tables, and the order of counts, which is that of PostgreSQL's hash aggregate. */
function dataOf(data: Data): Data {
  const { log, changes_summary: summary } = data;
  const shown = log?.[0]?.startsWith('Provisioning branch') === true ? { ...data, log: [] } : data;
  return summary === undefined ? shown : { ...shown, changes_summary: Object.fromEntries(Object.entries(summary).map(([key, counts]) => [key, byName(counts)])) };
}

/** Times keep how many digits they have and how they write their zone. */
function determined(text: string, body: Body): string {
  const shown = body.event === 'job_ended' && body.data !== null ? pythonJson({ ...body, data: dataOf(body.data) } as never, 'spaced') : text;
  return shown.replace(TIME, (_all, fraction: string | undefined, zone: string) => `TIME${'0'.repeat(fraction?.length ?? 0)}${zone}`).replace(UUID, 'UUID').replace(MINUTE, 'MINUTE');
}

/** The delivery that resembles the recorded one most, of those about the same object. */
function like(step: Arrived, sent: readonly DeliveryRecord[]): DeliveryRecord | undefined {
  const wanted = step.body as unknown as Body;
  const same = sent.filter((record) => { const body = bodyOf(record); return body.event === wanted.event && body.object_type === wanted.object_type && body.data?.id === wanted.data?.id; });
  const apart = same.map((record) => compare(step.file, step.body, bodyOf(record), new Correspondence(), 'webhook').length);
  return same[apart.indexOf(Math.min(...apart))];
}

function headersOf(step: Arrived, record: DeliveryRecord): readonly Difference[] {
  const measured = (name: string, value: string): string => (['Content-Length', 'X-Hook-Signature'].includes(name) ? name : `${name}: ${value}`);
  const recorded = step.headers.filter(([name]) => name !== 'Host').map(([name, value]) => measured(name, value));
  const simulated = Object.entries(record.headers).map(([name, value]) => measured(name, value));
  const signature = createHmac('sha512', HOOK_SECRET).update(record.body).digest('hex');
  return [
    ...compare(step.file, recorded, simulated, new Correspondence(), 'webhook headers'),
    ...compare(step.file, `${step.method} ${step.path}`, `${record.method} ${new URL(record.url).pathname}`, new Correspondence(), 'webhook target'),
    ...compare(step.file, signature, record.headers['X-Hook-Signature'], new Correspondence(), 'webhook signature'),
    ...compare(step.file, String(Buffer.byteLength(record.body)), record.headers['Content-Length'], new Correspondence(), 'webhook length'),
  ];
}

export function compareDelivery(step: Arrived, sent: readonly DeliveryRecord[], known: Correspondence): readonly Difference[] {
  const record = like(step, sent);
  if (record === undefined) return [{ file: step.file, at: 'webhook', recorded: step.body['event'], simulated: '(none sent)' }];
  const content = compare(step.file, step.body, bodyOf(record), known, 'webhook');
  const [wanted, got] = [known.translate(determined(step.text, step.body as unknown as Body)), determined(record.body, bodyOf(record))];
  const bytes = wanted === got ? [] : [{ file: step.file, at: 'webhook bytes', recorded: wanted, simulated: got }];
  return [...content, ...bytes, ...headersOf(step, record)];
}
