// One value of a request body: checked, normalised, foreign keys resolved. Texts are those of the REST framework as NetBox 4.5 sends them.
import type { Field, FieldKind } from '../models/field';
import { isTypeIn, knownModel } from '../models/registry';
import { cidrText, readCidr, readMac } from '../read/network';
import { asIds, isObject, sameJson } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { pythonRepr } from './errors';

export type Parsed = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: Json };
const good = (value: Json): Parsed => ({ ok: true, value });
const bad = (...errors: string[]): Parsed => ({ ok: false, error: errors });

/** Finds the one object that a body refers to by id or by attributes. */
export function resolve(view: View, type: string, value: Json): { readonly row: Row } | { readonly error: string } {
  if (typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))) {
    const row = view.get(type, Number(value));
    return row === undefined ? { error: `Related object not found using the provided numeric ID: ${value}` } : { row };
  }
  if (!isObject(value)) return { error: `Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized value: ${typeof value === 'string' ? value : JSON.stringify(value)}` };
  const found = likely(view, type, value).filter((row) => Object.entries(value).every(([key, wanted]) => matches(view, type, row, key, wanted)));
  const [only] = found;
  if (only === undefined) return { error: `Related object not found using the provided attributes: ${pythonRepr(value)}` };
  return found.length > 1 ? { error: `Multiple objects match the provided attributes: ${pythonRepr(value)}` } : { row: only };
}

/** Rows to look through for attributes: those that hold the first plain one of a stored field, or all. */
function likely(view: View, type: string, attributes: JsonObject): readonly Row[] {
  const { fields } = knownModel(type);
  const plain = Object.entries(attributes).find(([name, wanted]) => name in fields && (typeof wanted !== 'object' || wanted === null));
  return plain === undefined ? [...view.all(type)] : view.where(type, plain[0], plain[1]);
}

function matches(view: View, type: string, row: Row, key: string, wanted: Json): boolean {
  if (key === 'id') return row.id === wanted;
  const kind = knownModel(type).fields[key]?.type;
  if (kind?.kind === 'fk' && isObject(wanted)) {
    const target = resolve(view, kind.to, wanted);
    return 'row' in target && row[key] === target.row.id;
  }
  return sameJson(row[key] ?? null, wanted);
}

function parseText(kind: Extract<FieldKind, { kind: 'text' }>, field: Field, value: Json): Parsed {
  if (typeof value === 'object' || typeof value === 'boolean') return bad('Not a valid string.');
  const text = String(value).trim();
  if (text === '' && field.required) return bad('This field may not be blank.');
  if (text.length > kind.max) return bad(`Ensure this field has no more than ${kind.max} characters.`);
  if (kind.pattern !== undefined && text !== '' && !kind.pattern.test(text)) return bad(kind.patternError ?? 'Enter a valid value.');
  return good(text);
}

function parseNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : undefined;
}

function parseDecimal(kind: Extract<FieldKind, { kind: 'decimal' }>, value: Json): Parsed {
  const number = parseNumber(value);
  if (number === undefined) return bad('A valid number is required.');
  const [whole = '', fraction = ''] = String(Math.abs(number)).split('.');
  if (fraction.length > kind.places) return bad(`Ensure that there are no more than ${kind.places} decimal places.`);
  if (whole.length > kind.digits - kind.places) return bad(`Ensure that there are no more than ${kind.digits - kind.places} digits before the decimal point.`);
  if (kind.min !== undefined && number < kind.min) return bad(`Ensure this value is greater than or equal to ${kind.min}.`);
  return good(number);
}

function parseInteger(kind: Extract<FieldKind, { kind: 'integer' }>, value: Json): Parsed {
  const number = parseNumber(value);
  if (number === undefined || !Number.isInteger(number)) return bad('A valid integer is required.');
  if (number < kind.min) return bad(`Ensure this value is greater than or equal to ${kind.min}.`);
  return number > kind.max ? bad(`Ensure this value is less than or equal to ${kind.max}.`) : good(number);
}

/** Kinds of objects that permissions may name though the simulator has no endpoint for them, or only a read-only one. */
const OTHER_TYPES = ['core.', 'vpn.', 'netbox_branching.'];

function parseObjectTypes(view: View, value: Json): Parsed {
  if (!Array.isArray(value)) return bad('Expected a list of items.');
  const unknown = (value as readonly Json[]).find((item) => typeof item !== 'string' || (!isTypeIn(view.state.version, item) && !OTHER_TYPES.some((known) => item.startsWith(known))));
  if (unknown !== undefined) return bad(`Invalid content type: ${String(unknown)}`);
  return good([...new Set(value as readonly string[])].sort((a, b) => (a.split('.')[0] === b.split('.')[0] ? 0 : a < b ? -1 : 1)));
}

function parseTexts(kind: Extract<FieldKind, { kind: 'texts' }>, value: Json): Parsed {
  if (!Array.isArray(value)) return bad(`Expected a list of items but got type "${typeof value === 'string' ? 'str' : typeof value}".`);
  const errors: JsonObject = Object.fromEntries(
    (value as readonly Json[]).flatMap((item, index) => (kind.choices !== undefined && !kind.choices.includes(String(item)) ? [[String(index), [`"${String(item)}" is not a valid choice.`]]] : [])),
  );
  return Object.keys(errors).length > 0 ? { ok: false, error: errors } : good(value as readonly Json[]);
}

function parseMany(view: View, to: string, value: Json): Parsed {
  if (!Array.isArray(value)) return bad('Expected a list of items.');
  const ids: number[] = [];
  for (const item of value as readonly Json[]) {
    const target = resolve(view, to, item);
    if ('error' in target) return bad(target.error);
    ids.push(target.row.id);
  }
  return good([...new Set(asIds(ids))]);
}

/** Tags are given as ids or as attributes and must exist. */
export const parseTags = (view: View, value: Json): Parsed => parseMany(view, 'extras.tag', value);

/** Checks one value of a body against its field. */
export function parseValue(view: View, field: Field, value: Json): Parsed {
  const { type } = field;
  if (value === null && type.kind !== 'json') return field.nullable ? good(null) : bad('This field may not be null.');
  switch (type.kind) {
    case 'text':
      return parseText(type, field, value);
    case 'integer':
      return parseInteger(type, value);
    case 'decimal':
      return parseDecimal(type, value);
    case 'boolean':
      return value === true || value === 'true' ? good(true) : value === false || value === 'false' ? good(false) : bad('Must be a valid boolean.');
    case 'choice':
      if (value === '' && field.nullable) return good(null);
      return type.choices.some(([known]) => known === value) ? good(value) : bad(`${typeof value === 'string' ? value : JSON.stringify(value)} is not a valid choice.`);
    case 'fk': {
      const target = resolve(view, type.to, value);
      return 'error' in target ? bad(target.error) : good(target.row.id);
    }
    case 'many':
      return parseMany(view, type.to, value);
    case 'object-type':
      return typeof value === 'string' && isTypeIn(view.state.version, value) ? good(value) : bad(`Invalid content type: ${String(value)}`);
    case 'object-types':
      return parseObjectTypes(view, value);
    case 'texts':
      return parseTexts(type, value);
    case 'json':
      return good(value);
    case 'mac': {
      const mac = typeof value === 'string' ? readMac(value) : undefined;
      return mac === undefined ? bad(`Invalid MAC address format: ${String(value)}`) : good(mac);
    }
    case 'cidr': {
      const cidr = typeof value === 'string' ? readCidr(value) : undefined;
      return cidr === undefined ? bad(`Invalid IP address format: ${String(value)}`) : good(cidrText(cidr));
    }
    case 'time':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? good(`${new Date(value).toISOString().slice(0, -1)}000Z`) : bad('Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].');
  }
}
