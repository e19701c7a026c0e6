// A request to Proxmox VE held against the official schema of the version that the cluster simulates.
import type { RequestEntry } from '../../../src/lab/proxmox';
import { complaints, isOptional, type PveSchema } from './proxmox-value';
import { lazily } from './schema-files';

interface PveMethod { readonly path: string; readonly method: string; readonly info: { readonly allowtoken: number; readonly parameters: { readonly additionalProperties?: number; readonly properties?: Readonly<Record<string, PveSchema>> } } }
type Known = ReadonlyMap<string, readonly PveMethod[]>;

/** By method and number of segments: a handful of templates to look at for each request. */
function byShape(schema: unknown): Known {
  const known = new Map<string, PveMethod[]>();
  for (const one of schema as readonly PveMethod[]) known.set(shapeOf(one.method, one.path), [...(known.get(shapeOf(one.method, one.path)) ?? []), one]);
  return known;
}
const shapeOf = (method: string, path: string): string => `${method} ${path.split('/').length}`;
const files = { 8: lazily('pve-8.json', byShape), 9: lazily('pve-9.json', byShape) };

/** What the schema says against a request; null where there is no schema of that version. */
export function againstProxmox(version: string, request: RequestEntry): readonly string[] | null {
  const known = version.startsWith('8.') ? files[8]() : version.startsWith('9.') ? files[9]() : null;
  return known === null ? null : judged(known, request).map((complaint) => `Proxmox VE ${version}: ${request.method} ${request.path}: ${complaint}`);
}

function judged(known: Known, request: RequestEntry): readonly string[] {
  const found = (known.get(shapeOf(request.method, request.path)) ?? []).map((spec) => ({ spec, parts: partsOf(spec.path, request.path) })).filter(({ parts }) => parts !== null)
    .sort((a, b) => Object.keys(a.parts ?? {}).length - Object.keys(b.parts ?? {}).length)[0];
  if (found === undefined) return ['the schema knows no such method and path'];
  return [...ofHead(request), ...(request.token !== null && found.spec.info.allowtoken === 0 ? ['no token may call it'] : []), ...ofParameters(found.spec, { ...request.params, ...found.parts })];
}

function partsOf(template: string, path: string): Readonly<Record<string, string>> | null {
  const given = path.split('/');
  const parts: Record<string, string> = {};
  const fits = template.split('/').every((segment, index) => {
    const name = /^\{(.+)\}$/.exec(segment)?.[1];
    if (name === undefined) return segment === given[index];
    parts[name] = given[index] ?? '';
    return given[index] !== '';
  });
  return fits ? parts : null;
}

function ofHead({ method, bodyLength, contentType }: RequestEntry): readonly string[] {
  if (bodyLength === 0) return [];
  if (method === 'GET' || method === 'DELETE') return ['a body where none may be'];
  return /^application\/(?:x-www-form-urlencoded|json)\b/.test(contentType ?? '') ? [] : [`a body of type ${contentType ?? '(none)'}`];
}

function ofParameters({ info }: PveMethod, params: Readonly<Record<string, unknown>>): readonly string[] {
  const { properties = {}, additionalProperties } = info.parameters;
  const given = Object.entries(params).flatMap(([name, value]) => {
    const schema = schemaOf(properties, name);
    if (schema === undefined) return additionalProperties === 0 ? [`parameter ${name} is not defined in the schema`] : [];
    const needs = schema.requires === undefined || params[schema.requires] !== undefined ? [] : [`needs ${schema.requires}`];
    // The log keeps no secret, so nothing can be said of it.
    return [...needs, ...(value === '(secret)' ? [] : complaints(schema, value))].map((complaint) => `parameter ${name} ${complaint}`);
  });
  const missing = Object.keys(properties).filter((name) => !isOptional(properties[name] ?? {}) && params[name] === undefined);
  return [...given, ...missing.map((name) => `parameter ${name} is missing`)];
}

/** `net0` is described as `net[n]`, and its description may say how far n goes. */
function schemaOf(properties: Readonly<Record<string, PveSchema>>, name: string): PveSchema | undefined {
  const [, base = '', index = ''] = /^([a-z]+)(0|[1-9]\d*)$/.exec(name) ?? [];
  const numbered = properties[name] ?? properties[`${base}[n]`];
  const last = properties[name] === undefined ? /\(n is 0 to (\d+)\)/.exec(numbered?.description ?? '')?.[1] : undefined;
  return last !== undefined && Number(index) > Number(last) ? undefined : numbered;
}
