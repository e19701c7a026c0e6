// A request to NetBox held against its official OpenAPI document: a filter or a property that it does not know is ignored by the
// real one without a word, and an ignored filter answers with everything.
import type { LoggedRequest } from '../../../src/lab/netbox';
import { misfits, type Components, type JsonSchema } from './json-value';
import { lazily } from './schema-files';

interface Parameter { readonly name: string; readonly in: string; readonly schema: JsonSchema }
interface Operation { readonly parameters?: readonly Parameter[]; readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> } }
interface OpenApi { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>; readonly components: { readonly schemas: Components } }
interface Known { readonly operations: readonly { readonly path: RegExp; readonly methods: Readonly<Record<string, Operation>> }[]; readonly components: Components }

const schema = lazily('netbox-4.5.10.json', (document): Known => {
  const { paths, components } = document as OpenApi;
  return { operations: Object.entries(paths).map(([path, methods]) => ({ path: new RegExp(`^${path.replace(/\{id\}/g, '\\d+')}$`), methods })), components: components.schemas };
});

/** What every view of NetBox reads besides its filters and the document does not tell (4.5); the views of branches do not. */
const sparse: ReadonlySet<string> = new Set(['brief', 'fields', 'omit', 'exclude']);
/** Written by itself, told by no schema: 4.4 and later take it in every write of an object. */
const changelogMessage: JsonSchema = { type: 'string', maxLength: 200 };

/** What the document says against a request; null where there is none of that version. */
export function againstNetBox(version: string, request: LoggedRequest): readonly string[] | null {
  const known = version.startsWith('4.5.') ? schema() : null;
  return known === null ? null : judged(known, request).map((complaint) => `NetBox ${version}: ${request.method} ${request.path}${request.query === '' ? '' : `?${request.query}`}: ${complaint}`);
}

function judged({ operations, components }: Known, request: LoggedRequest): readonly string[] {
  const operation = operations.find(({ path }) => path.test(request.path))?.methods[request.method.toLowerCase()];
  if (operation === undefined) return ['the document knows no such method and path'];
  return [...ofQuery(operation, request), ...ofBody(components, operation, request)];
}

function ofQuery(operation: Operation, { path, query }: LoggedRequest): readonly string[] {
  const parameters = new Map((operation.parameters ?? []).filter((parameter) => parameter.in === 'query').map((parameter) => [parameter.name, parameter.schema]));
  const given = new URLSearchParams(query);
  return [...new Set(given.keys())].flatMap((name) => {
    const described = parameters.get(name);
    if (described === undefined) return sparse.has(name) && !path.startsWith('/api/plugins/branching/') ? [] : [`the document has no query parameter ${name}`];
    const values = given.getAll(name);
    const item = described.type === 'array' ? described.items ?? {} : described;
    const repeated = values.length > 1 && described.type !== 'array' ? [`the query parameter ${name} is given more than once and is no list`] : [];
    return [...repeated, ...values.flatMap((value) => ofQueryValue(item, value).map((complaint) => `the query parameter ${name} ${complaint}`))];
  });
}

function ofQueryValue(described: JsonSchema, text: string): readonly string[] {
  if (described.nullable === true && text === 'null') return [];
  if (described.enum !== undefined) return described.enum.map(String).includes(text) ? [] : [`is ${JSON.stringify(text)}, the document wants one of ${described.enum.join(', ')}`];
  const numeric = described.type === 'integer' ? /^-?\d+$/ : described.type === 'number' ? /^-?\d+(?:\.\d+)?$/ : null;
  if (numeric !== null) return numeric.test(text) ? misfits({}, described, Number(text)) : [`is ${JSON.stringify(text)}, the document wants ${described.type}`];
  if (described.type === 'boolean') return /^(?:true|false)$/i.test(text) ? [] : [`is ${JSON.stringify(text)}, the document wants a boolean`];
  return misfits({}, described, text);
}

function ofBody(components: Components, operation: Operation, { method, body, contentType }: LoggedRequest): readonly string[] {
  const described = operation.requestBody?.content['application/json']?.schema;
  if (body === '') return operation.requestBody?.required === true ? ['the body is missing'] : [];
  if (!/^application\/json\b/.test(contentType ?? '')) return [`a body of type ${contentType ?? '(none)'}`];
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return ['the body is no JSON'];
  }
  if (described === undefined && method !== 'DELETE') return ['a body where the document has none'];
  return [...ofMessages(value), ...misfits(components, described ?? { type: 'object', properties: {} }, withoutMessages(value))].map((complaint) => `in the body ${complaint}`);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const objectsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
const ofMessages = (value: unknown): readonly string[] =>
  objectsOf(value).flatMap((one) => (isObject(one) && 'changelog_message' in one ? misfits({}, changelogMessage, one['changelog_message'], 'changelog_message') : []));

function withoutMessages(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMessages);
  if (!isObject(value)) return value;
  const { changelog_message: _told, ...rest } = value;
  return rest;
}
