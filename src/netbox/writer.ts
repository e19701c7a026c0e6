// Carries P10, P11, P26: one write to NetBox. Read, compare, send once, read back; what nobody can know is `unknown`, and what
// NetBox quietly left out (it ignores body keys that it does not know) is not called written.
import { isDeepStrictEqual } from 'node:util';
import type { Answer, NetBoxHttp } from './http';
import { excerpt, jsonOf } from './json-answer';
import type { NetBoxObject, NetBoxWrite, NetBoxWriter } from './ports';
import { choice, id, record, type Json } from './wire/values';

type Fields = Readonly<Record<string, unknown>>;
type Refused = Extract<NetBoxWrite<never>, { readonly class: 'not-written' }>;
type Unknown = Extract<NetBoxWrite<never>, { readonly class: 'unknown' }>;

const notWritten = (status: number, text: string): Refused => ({ class: 'not-written', status, text });
const unknown = (text: string): Unknown => ({ class: 'unknown', text });

export function netboxWriter(http: NetBoxHttp): NetBoxWriter {
  const look = async (endpoint: string, objectId: number): Promise<{ readonly object: NetBoxObject; readonly etag: string | null } | { readonly status: number; readonly text: string }> => {
    const what = `${endpoint}/${objectId}`;
    const answer = jsonOf(http, what, await http.read(what));
    if (!answer.ok) return { status: 0, text: `${answer.error.where}: ${answer.error.text}` };
    const object = record(answer.value.body);
    if (answer.value.status !== 200 || object === null || object['id'] !== objectId) return { status: answer.value.status, text: excerpt(JSON.stringify(answer.value.body)) };
    return { object: object as NetBoxObject, etag: answer.value.etag };
  };

  const readBack = async (endpoint: string, objectId: number, sent: Fields): Promise<NetBoxWrite<NetBoxObject>> => {
    const seen = await look(endpoint, objectId);
    if (!('object' in seen)) return unknown(`${http.where} accepted the write of ${endpoint}/${objectId}, but it could not be read back (${seen.status}): ${seen.text}`);
    const off = differing(sent, seen.object);
    return off.length === 0 ? { class: 'written', value: seen.object } : unknown(`${http.where} accepted the write of ${endpoint}/${objectId}, but it reads back with other values: ${off.join(', ')}`);
  };

  return {
    async patch(endpoint, objectId, fields, message, expectLastUpdated) {
      const before = await look(endpoint, objectId);
      if (!('object' in before)) return notWritten(before.status, `not sent: ${endpoint}/${objectId} could not be read first: ${before.text}`);
      const lastUpdated = before.object['last_updated'] ?? null;
      if (lastUpdated !== expectLastUpdated) return notWritten(412, `not sent: ${endpoint}/${objectId} was last updated ${JSON.stringify(lastUpdated)}, not ${JSON.stringify(expectLastUpdated)}`);
      // 4.6 and later check it again under a row lock; 4.5 sends no ETag and ignores If-Match.
      const answer = await http.write('PATCH', `${endpoint}/${objectId}`, { body: { ...fields, changelog_message: clipped(message) }, ...(before.etag === null ? {} : { ifMatch: before.etag }) });
      const failed = failureOf(answer, 200);
      return failed ?? readBack(endpoint, objectId, fields);
    },

    async create(endpoint, fields, message) {
      const answer = await http.write('POST', endpoint, { body: { ...fields, changelog_message: clipped(message) } });
      const failed = failureOf(answer, 201);
      if (failed !== null) return failed;
      const made = jsonOf(http, endpoint, answer);
      const objectId = made.ok ? id(record(made.value.body)?.['id']) : null;
      return objectId === null ? unknown(`${http.where} answered 201 to ${endpoint} without an id`) : readBack(endpoint, objectId, fields);
    },
  };
}

/** NetBox takes 200 characters. */
const clipped = (message: string): string => (message.length <= 200 ? message : `${message.slice(0, 197)}...`);

/** A 4xx is NetBox's or its proxy's refusal before anything was written; a redirect is not followed. Everything else is unknown. */
function failureOf(answer: Answer, wanted: number): Refused | Unknown | null {
  if (answer.kind === 'not-sent') return notWritten(0, `not sent: ${answer.text}`);
  if (answer.kind === 'lost') return unknown(answer.text);
  const said = `${answer.status}: ${excerpt(answer.text)}`;
  if (answer.status >= 300 && answer.status < 500 && answer.status !== 408) return notWritten(answer.status, said);
  if (answer.status !== wanted) return unknown(said);
  if (!/^application\/(.+\+)?json/.test(answer.contentType)) return unknown(`${answer.status} with ${answer.contentType === '' ? 'no content type' : answer.contentType} instead of JSON`);
  try {
    JSON.parse(answer.text);
    return null;
  } catch {
    return unknown(`${answer.status} with a body that is cut or no JSON`);
  }
}

/** Sent values that do not stand in the object. Lists are sets that NetBox reshapes (tags): they are the caller's to compare. */
function differing(sent: Fields, object: Json): readonly string[] {
  return Object.entries(sent).flatMap(([name, value]) => {
    if (name === 'custom_fields') return differing(record(value) ?? {}, record(object[name]) ?? {}).map((field) => `custom_fields.${field}`);
    if (value !== null && typeof value === 'object') return [];
    return readsAs(object[name], value) ? [] : [`${name} ${JSON.stringify(object[name] ?? null)} instead of ${JSON.stringify(value)}`];
  });
}

const readsAs = (seen: unknown, sent: unknown): boolean =>
  isDeepStrictEqual(seen ?? null, sent ?? null) || (typeof sent === 'string' && choice(seen) === sent) || (typeof sent === 'number' && (record(seen)?.['id'] === sent || Number(seen) === sent));
