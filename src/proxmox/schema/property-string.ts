// Reading and writing property strings as Proxmox's own parser does (8.4): errors worded alike, and one canonical order on
// the way out, so that equal values are equal texts. Pure.
import { formatError } from './formats';
import type { Field, PropertyFormat } from './param';
import { anchored } from './pattern';
import { propertyFormats, type PropertyFormatName } from './property-formats';

export type PropertyValues = Readonly<Record<string, string>>;
export type Parsed = { readonly ok: true; readonly values: PropertyValues } | { readonly ok: false; readonly error: string };

const undefinedInSchema = 'property is not defined in schema and the schema does not allow additional properties';

/** `path` is the parameter's name, used in the sentences (`net0.tag: ...`). */
export const parseProperty = (name: PropertyFormatName, path: string, value: string): Parsed => parseFormat(propertyFormats[name], path, value);

export function parseFormat(format: PropertyFormat, path: string, value: string): Parsed {
  const values: Record<string, string> = {};
  const put = (key: string, given: string): string | null => {
    if (values[key] !== undefined) return `invalid format - duplicate key in comma-separated list property: ${key}\n`;
    values[key] = given;
    return null;
  };
  for (const part of value.split(',').map((piece) => piece.trim()).filter((piece) => piece !== '')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? null : part.slice(0, equals);
    const rest = equals < 0 ? part : part.slice(equals + 1);
    let error: string | null = null;
    if (key === null) {
      const bare = Object.entries(format.fields).find(([, field]) => field.isDefault)?.[0];
      if (bare === undefined) return { ok: false, error: 'invalid format - value without key, but schema does not define a default key\n' };
      error = put(bare, rest);
    } else if (format.keyAlias?.keys.includes(key) === true) {
      error = put(format.keyAlias.names, key) ?? put(format.keyAlias.carries, rest);
    } else error = put(format.aliases?.[key] ?? key, rest);
    if (error !== null) return { ok: false, error };
  }
  const errors = Object.entries(format.fields).flatMap(([key, field]) => {
    const given = values[key];
    if (given === undefined) return field.optional === undefined ? [`${path}.${key}: property is missing and it is not optional\n`] : [];
    const error = fieldError(field, given);
    if (error !== null) return [`${path}.${key}: ${error}\n`];
    return field.requires !== undefined && values[field.requires] === undefined ? [`${path}.${field.requires}: missing property required by '${key}'\n`] : [];
  });
  for (const key of Object.keys(values)) if (format.fields[key] === undefined) errors.push(`${path}.${key}: ${undefinedInSchema}\n`);
  return errors.length > 0 ? { ok: false, error: `invalid format - format error\n${errors.join('')}` } : { ok: true, values };
}

function fieldError(field: Field, value: string): string | null {
  if (field.type === 'boolean') return /^(?:0|1|on|off|yes|no|true|false)$/i.test(value) ? null : `type check ('boolean') failed - got '${value}'`;
  if (field.type === 'integer' && !/^[+-]?\d+$/.test(value)) return `type check ('integer') failed - got '${value}'`;
  if (field.type === 'number' && !/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(value)) return `type check ('number') failed - got '${value}'`;
  if (field.format !== undefined) {
    const error = formatError(field.format, value);
    if (error !== null) return error;
  }
  if (field.pattern !== undefined && !anchored(field.pattern).test(value)) return 'value does not match the regex pattern';
  if (field.maxLength !== undefined && value.length > field.maxLength) return `value may only be ${field.maxLength} characters long`;
  if (field.minLength !== undefined && value.length < field.minLength) return `value must be at least ${field.minLength} characters long`;
  if (field.min !== undefined && Number(value) < field.min) return `value must have a minimum value of ${field.min}`;
  if (field.max !== undefined && Number(value) > field.max) return `value must have a maximum value of ${field.max}`;
  if (field.enum !== undefined && !field.enum.includes(value)) return `value '${value}' does not have a value in the enumeration '${field.enum.join(', ')}'`;
  return null;
}

/** Canonical text: the default key bare and first, then required keys, then the optional ones, each sorted; booleans as 1 and 0. */
export function printProperty(name: PropertyFormatName, values: PropertyValues): string {
  const format: PropertyFormat = propertyFormats[name];
  const left = { ...values };
  const parts: string[] = [];
  const alias = format.keyAlias;
  if (alias !== undefined && left[alias.names] !== undefined && left[alias.carries] !== undefined) {
    parts.push(`${left[alias.names]}=${left[alias.carries]}`);
    delete left[alias.names];
    delete left[alias.carries];
  }
  const shown = (key: string, value: string): string => (format.fields[key]?.type === 'boolean' ? (/^(?:1|on|yes|true)$/i.test(value) ? '1' : '0') : value);
  const rank = (key: string): number => (format.fields[key]?.isDefault ? 0 : format.fields[key]?.optional === undefined ? 1 : 2);
  for (const key of Object.keys(left).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))) {
    const value = shown(key, left[key] ?? '');
    parts.push(format.fields[key]?.isDefault ? value : `${key}=${value}`);
  }
  return parts.join(',');
}
