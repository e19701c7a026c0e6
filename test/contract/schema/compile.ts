// Compiles the official schemas of Proxmox VE 8 and 9 (apidata.js of every node, flattened to {path, method, info}) into the table
// that client and simulator check parameters with. Names, types and bounds are kept; prose is not. Pure.
import type { Field, MethodSpec, Param, PropertyFormat } from '../../../src/proxmox/schema/param';

interface OfficialParam {
  readonly type?: string; readonly optional?: number | string; readonly format?: string | Readonly<Record<string, OfficialParam>>; readonly enum?: readonly (string | number)[] | null; readonly pattern?: string;
  readonly minimum?: number | string; readonly maximum?: number | string; readonly minLength?: number; readonly maxLength?: number; readonly requires?: string;
  readonly default_key?: number; readonly alias?: string; readonly keyAlias?: string;
}
export interface OfficialMethod { readonly path: string; readonly method: string; readonly info: { readonly protected?: number; readonly allowtoken?: number; readonly parameters?: { readonly properties?: Readonly<Record<string, OfficialParam>> } } }

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** `(?^:x)` and `(?^i:x)` are Perl's, `{,16}` too. Case is given up for the whole pattern where a part of it does not care. */
export function pattern(perl: string): string {
  const isCaseless = perl.includes('(?^i:');
  const js = perl.replace(/\(\?\^i?:/g, '(?:').replace(/\{,(\d+)\}/g, '{0,$1}');
  return isCaseless ? `(?i)${js}` : js;
}

function bounds(official: OfficialParam): Mutable<Partial<Param & Field>> {
  const found: Mutable<Partial<Param & Field>> = {};
  if (Number(official.optional ?? 0) === 1) found.optional = true;
  if (typeof official.format === 'string') found.format = official.format as Param['format'] & string;
  if (official.enum != null) found.enum = official.enum.map(String);
  if (official.pattern !== undefined) found.pattern = pattern(official.pattern);
  if (official.minimum !== undefined) found.min = Number(official.minimum);
  if (official.maximum !== undefined) found.max = Number(official.maximum);
  if (official.minLength !== undefined) found.minLength = official.minLength;
  if (official.maxLength !== undefined) found.maxLength = official.maxLength;
  if (official.requires !== undefined) found.requires = official.requires;
  return found;
}

function propertyFormat(official: Readonly<Record<string, OfficialParam>>): PropertyFormat {
  const entries = Object.entries(official).sort(([a], [b]) => (a < b ? -1 : 1));
  const short = entries.filter(([, part]) => part.keyAlias !== undefined);
  const [, first] = short[0] ?? [];
  const aliases = entries.filter(([, part]) => part.alias !== undefined && part.keyAlias === undefined).map(([key, part]) => [key, part.alias ?? ''] as const);
  const fields = entries.filter(([, part]) => part.alias === undefined).map(([key, part]): readonly [string, Field] => [key, { type: (part.type ?? 'string') as Field['type'], ...(part.default_key === undefined ? {} : { isDefault: true }), ...bounds(part) }]);
  return {
    fields: Object.fromEntries(fields),
    ...(first === undefined ? {} : { keyAlias: { keys: short.map(([key]) => key), names: first.keyAlias ?? '', carries: first.alias ?? '' } }),
    ...(aliases.length === 0 ? {} : { aliases: Object.fromEntries(aliases) }),
  };
}

function param(official: OfficialParam): Param {
  const type = (official.type ?? 'string') as Param['type'];
  return { type, ...bounds(official), ...(typeof official.format === 'object' ? { property: propertyFormat(official.format) } : {}) };
}

const paramsOf = (official: OfficialMethod | undefined): Record<string, Param> =>
  Object.fromEntries(Object.entries(official?.info.parameters?.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, param(each)]));

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The schema file of 8 is older than the recorded 8.4, which takes these as 9 does (machine as a property string: recorded exchange 70). */
const already = ['machine'];

/** The schema files begin below the root, which every installation answers too (recorded exchange 341). */
const root: OfficialMethod = { method: 'GET', path: '/', info: {} };

/** One row for each wanted call; a call that neither version has is an error. */
export function compile(wanted: readonly string[], eight: readonly OfficialMethod[], nine: readonly OfficialMethod[]): readonly MethodSpec[] {
  return wanted.map((call) => {
    const [method = '', path = ''] = call.split(' ');
    const find = (schema: readonly OfficialMethod[]): OfficialMethod | undefined => [root, ...schema].find((each) => each.method === method && each.path === path);
    const [in8, in9] = [find(eight), find(nine)];
    if (in8 === undefined && in9 === undefined) throw new Error(`neither schema has ${call}`);
    const after = paramsOf(in9);
    const before = { ...paramsOf(in8), ...Object.fromEntries(Object.entries(after).filter(([name]) => in8?.info.parameters?.properties?.[name] !== undefined && already.includes(name))) };
    const { protected: isProtected, allowtoken } = (in8 ?? in9)?.info ?? {};
    const row = { method: method as MethodSpec['method'], path, ...(isProtected === 1 ? { isProtected: true as const } : {}), ...(allowtoken === 0 ? { needsTicket: true as const } : {}) };
    if (in8 === undefined) return { ...row, only: '9.0', params: after };
    if (in9 === undefined) return { ...row, only: '8.4', params: before };
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    const changed = names.filter((name) => !same(before[name], after[name])).map((name) => [name, after[name] ?? null] as const);
    return { ...row, params: before, ...(changed.length === 0 ? {} : { in9: Object.fromEntries(changed) }) };
  });
}

/** What lies directly below these paths. */
export function childrenOf(paths: readonly string[], schema: readonly OfficialMethod[]): Readonly<Record<string, readonly string[]>> {
  const below = (path: string): string => (path === '/' ? '/' : `${path}/`);
  return Object.fromEntries(paths.map((path) => [path, [...new Set(schema.filter((each) => each.path.startsWith(below(path))).map((each) => each.path.slice(below(path).length).split('/')[0] ?? ''))].filter((name) => name !== '').sort()]));
}
