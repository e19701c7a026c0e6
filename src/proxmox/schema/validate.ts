// Proxmox's own parameter check for the table beside it, with its sentences (8.4): the simulator answers 400 with them, the
// client refuses to send what would be answered so. Pure.
import { formatError, isListFormat } from './formats';
import { tableKey } from './guest-keys';
import { official } from './official';
import type { MethodSpec, Param, Params, PveVersion } from './param';
import { anchored } from './pattern';
import { propertyOf } from './property-formats';
import { parseFormat } from './property-string';

/** Parameters as they come: form values are strings, JSON bodies may hold anything. */
export type RawParams = Readonly<Record<string, unknown>>;
export interface FoundMethod { readonly spec: MethodSpec; readonly parts: Readonly<Record<string, string>> }

/** Words of a path; null where a placeholder of that name stands. */
interface Template { readonly spec: MethodSpec; readonly words: readonly (string | null)[]; readonly names: readonly string[]; readonly fixed: number }
const byShape = new Map<string, Template[]>();
for (const spec of official) {
  const names = spec.path.split('/');
  const words = names.map((name) => (name.startsWith('{') ? null : name));
  const shape = `${spec.method} ${words.length}`;
  byShape.set(shape, [...(byShape.get(shape) ?? []), { spec, words, names: names.map((name) => name.slice(1, -1)), fixed: words.filter((word) => word !== null).length }]);
}

/** A volume's name may hold slashes: what follows `/content/` is one part (Proxmox VE 8.4). */
const pieces = (path: string): readonly string[] => {
  if (!path.includes('/content/')) return path.split('/');
  const [, before = '', volume] = /^(\/nodes\/[^/]+\/storage\/[^/]+\/content)\/(.+)$/.exec(path) ?? [];
  return volume === undefined ? path.split('/') : [...before.split('/'), volume];
};

/** The method whose template fits the path (below `/api2/json`, already unescaped), fixed words before placeholders; null = 501. */
export function findMethod(method: string, path: string, version?: PveVersion): FoundMethod | null {
  const given = pieces(path);
  let best: Template | null = null;
  for (const template of byShape.get(`${method} ${given.length}`) ?? []) {
    if (version !== undefined && template.spec.only !== undefined && template.spec.only !== version) continue;
    const fits = template.words.every((word, index) => (word === null ? given[index] !== '' : word === given[index]));
    if (fits && (best === null || template.fixed > best.fixed)) best = template;
  }
  if (best === null) return null;
  const { spec, words, names } = best;
  return { spec, parts: Object.fromEntries(words.flatMap((word, index) => (word === null ? [[names[index] ?? '', given[index] ?? ''] as const] : []))) };
}

/**
 * `errors` of a 400 by parameter name, or null when everything fits. `path` is below `/api2/json`; its parts are parameters too.
 * A path that no method of the table has answers `{ path: ... }`: the caller asked for something Sluice never asks.
 */
export function validateRequest(version: PveVersion, method: string, path: string, params: RawParams): Record<string, string> | null {
  const found = findMethod(method, path, version);
  return found === null ? { path: `Method '${method} ${path}' not implemented` } : validateParams(version, found.spec, { ...params, ...found.parts });
}

export function validateParams(version: PveVersion, spec: MethodSpec, params: RawParams): Record<string, string> | null {
  const errors: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined) continue;
    const param = paramOf(version, spec, name);
    const error = param === null ? 'property is not defined in schema and the schema does not allow additional properties' : valueError(param, name, value);
    if (error !== null) errors[name] = error;
    else if (param?.requires !== undefined && params[param.requires] === undefined) errors[param.requires] = `missing property required by '${name}'`;
  }
  for (const [name, param] of Object.entries(paramsIn(version, spec))) {
    if (param.optional === undefined && (params[name] === undefined || params[name] === null)) errors[name] ??= 'property is missing and it is not optional';
  }
  return Object.keys(errors).length === 0 ? null : errors;
}

/** The table's entry for a parameter, numbered keys included; null when this version does not know it. */
export function paramOf(version: PveVersion, spec: MethodSpec, name: string): Param | null {
  const params = paramsIn(version, spec);
  const key = tableKey(params, name);
  return key === null ? null : (params[key] ?? null);
}

const paramsOf9 = new Map<MethodSpec, Params>();

function paramsIn(version: PveVersion, spec: MethodSpec): Params {
  if (version === '8.4' || spec.in9 === undefined) return spec.params;
  const known = paramsOf9.get(spec);
  if (known !== undefined) return known;
  const params = Object.fromEntries(Object.entries({ ...spec.params, ...spec.in9 }).flatMap(([name, param]) => (param === null ? [] : [[name, param] as const])));
  paramsOf9.set(spec, params);
  return params;
}

function valueError(param: Param, name: string, given: unknown): string | null {
  // One value is a list of one; the items of a list are texts (Proxmox VE 8.4).
  if (param.type === 'array') return null;
  const value = Array.isArray(given) && param.format !== undefined && isListFormat(param.format) ? given.join(',') : given;
  if (typeof value === 'object') return `type check ('${param.type}') failed - got ${Array.isArray(value) ? 'ARRAY' : 'HASH'}`;
  const shown = String(value);
  switch (param.type) {
    case 'boolean':
      return shown === '1' || shown === '0' || typeof value === 'boolean' ? null : `type check ('boolean') failed - got '${shown}'`;
    case 'integer':
      if (!/^[+-]?\d+$/.test(shown)) return `type check ('integer') failed - got '${shown}'`;
      break;
    case 'number':
      if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(shown)) return `type check ('number') failed - got '${shown}'`;
      break;
    case 'string':
  }
  return textError(param, name, shown);
}

function textError(param: Param, name: string, value: string): string | null {
  const property = propertyOf(param);
  if (property !== undefined) {
    const parsed = parseFormat(property, name, value);
    if (!parsed.ok) return parsed.error;
  } else if (param.format !== undefined) {
    const error = formatError(param.format, value);
    if (error !== null) return error;
  }
  if (param.pattern !== undefined && !anchored(param.pattern).test(value)) return 'value does not match the regex pattern';
  if (param.maxLength !== undefined && value.length > param.maxLength) return `value may only be ${param.maxLength} characters long`;
  if (param.minLength !== undefined && value.length < param.minLength) return `value must be at least ${param.minLength} characters long`;
  if (param.min !== undefined && Number(value) < param.min) return `value must have a minimum value of ${param.min}`;
  if (param.max !== undefined && Number(value) > param.max) return `value must have a maximum value of ${param.max}`;
  if (param.enum !== undefined && !param.enum.includes(value)) return `value '${value}' does not have a value in the enumeration '${param.enum.join(', ')}'`;
  return null;
}
