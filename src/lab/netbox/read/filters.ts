// Query filters of a list. Unknown ones are ignored and return everything, invalid values are a 400 with the field's name: both as NetBox 4.5 does it.
import type { Field } from '../models/field';
import type { Model } from '../models/model';
import { asIds, asObject, asText } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { customFieldsOf } from './custom-field-values';
import { isBoolean, isNegative, isOrderedLookup, isTextLookup, jsonText, microsOf, orderedMatches, textMatches, truth } from './lookups';
import { SPECIAL } from './special-filters';

export type Query = ReadonlyMap<string, readonly string[]>;
export type Test = (row: Row) => boolean;
export type Made = Test | { readonly error: readonly string[] } | undefined;

const noChoice = (value: string): { readonly error: readonly string[] } => ({ error: [`Select a valid choice. ${value} is not one of the available choices.`] });
const every = (lookup: string, values: readonly string[], test: (value: string) => boolean): boolean => (isNegative(lookup) ? values.every(test) : values.some(test));

/** A filter on numbers or times; `read` turns the query text into something comparable. */
export function ordered(lookup: string, values: readonly string[], of: (row: Row) => number | bigint | null, read: (text: string) => number | bigint | undefined, error: string): Made {
  if (!isOrderedLookup(lookup)) return undefined;
  if (lookup === 'empty') return (row) => (of(row) === null) === truth(values.at(-1) ?? '');
  const wanted = values.map(read);
  if (wanted.some((value) => value === undefined)) return { error: [error] };
  const known = wanted.filter((value) => value !== undefined);
  return (row) => (isNegative(lookup) ? known.every((value) => orderedMatches(lookup, of(row), value)) : known.some((value) => orderedMatches(lookup, of(row), value)));
}

const whole = (text: string): number | undefined => (/^-?\d+$/.test(text.trim()) ? Number(text) : undefined);
const number = (text: string): number | undefined => (/^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined);

function byField(model: Model, name: string, field: Field, lookup: string, values: readonly string[]): Made {
  const of = (row: Row): Json => row[name] ?? null;
  switch (field.type.kind) {
    case 'text':
    case 'mac':
    case 'cidr': {
      if (!isTextLookup(lookup)) return undefined;
      const caseless = (model.type === 'virtualization.virtualmachine' || model.type === 'dcim.device' || field.type.kind === 'mac') && name !== 'serial';
      const wanted = field.type.kind === 'mac' ? values.map((value) => value.replace(/-/g, ':')) : values;
      return (row) => every(lookup, wanted, (value) => textMatches(lookup === '' && caseless ? 'ie' : lookup === 'n' && caseless ? 'nie' : lookup, jsonText(of(row)), value));
    }
    case 'integer':
    case 'decimal':
      return ordered(lookup, values, (row) => (typeof row[name] === 'number' ? Number(row[name]) : null), field.type.kind === 'integer' ? whole : number, field.type.kind === 'integer' ? 'Enter a whole number.' : 'Enter a number.');
    case 'time':
      return ordered(lookup, values, (row) => microsOf(asText(row[name])) ?? null, microsOf, 'Enter a valid date/time.');
    case 'boolean':
      return lookup === '' ? (values.every(isBoolean) ? (row) => of(row) === truth(values.at(-1) ?? '') : (): boolean => true) : undefined;
    case 'choice': {
      if (lookup !== '' && lookup !== 'n') return isTextLookup(lookup) ? (row) => every(lookup, values, (value) => textMatches(lookup, jsonText(of(row)), value)) : undefined;
      const { choices } = field.type;
      const unknown = values.find((value) => value !== 'null' && !choices.some(([known]) => known === value));
      if (unknown !== undefined) return noChoice(unknown);
      return (row) => every(lookup, values, (value) => ((of(row) ?? 'null') === value) === (lookup === ''));
    }
    case 'texts':
    case 'object-types':
      return undefined;
    default:
      return undefined;
  }
}

/** `cluster_id=1`, `cluster=pve-prod` (slug, or name where there is no slug), `tenant_id=null`. */
function byReference(view: View, name: string, to: string, byId: boolean, lookup: string, values: readonly string[]): Made {
  if (lookup !== '' && lookup !== 'n') return undefined;
  const wanted: (number | null)[] = [];
  for (const value of values) {
    if (value === 'null') wanted.push(null);
    else {
      const target = byId ? view.get(to, whole(value) ?? null) : [...view.all(to)].find((row) => (row['slug'] ?? row['username'] ?? row['name']) === value || row['name'] === value);
      if (target === undefined) return noChoice(value);
      wanted.push(target.id);
    }
  }
  const holds = (row: Row): boolean => (Array.isArray(row[name]) ? asIds(row[name]).some((id) => wanted.includes(id)) : wanted.includes(typeof row[name] === 'number' ? Number(row[name]) : null));
  return (row) => holds(row) === (lookup === '');
}

function byCustomField(view: View, type: string, name: string, lookup: string, values: readonly string[]): Made {
  const field = customFieldsOf(view, type).find((candidate) => candidate['name'] === name);
  if (field === undefined || field['filter_logic'] === 'disabled') return undefined;
  const of = (row: Row): Json => asObject(row['custom_fields'])[name] ?? null;
  switch (field['type']) {
    case 'integer':
    case 'decimal':
    case 'object':
      return ordered(lookup, values, (row) => (typeof of(row) === 'number' ? Number(of(row)) : null), field['type'] === 'decimal' ? number : whole, 'Enter a whole number.');
    case 'boolean':
      return (row) => of(row) === truth(values.at(-1) ?? '');
    case 'json':
      return undefined;
    default: {
      const how = lookup === '' && field['filter_logic'] === 'loose' && field['type'] !== 'select' ? 'ic' : lookup;
      return isTextLookup(how) ? (row) => every(how, values, (value) => of(row) !== null && textMatches(how, jsonText(of(row)), value)) : undefined;
    }
  }
}

function byRequest(view: View, type: string, actions: readonly string[], values: readonly string[]): Made {
  const wanted = values.at(-1) ?? '';
  const ids = new Set(view.spaceOf(type).log.filter((change) => change.requestId === wanted && change.type === type && actions.includes(change.action)).map((change) => change.objectId));
  return (row) => ids.has(row.id);
}

const SEARCHED = ['name', 'description', 'comments', 'serial', 'address', 'mac_address', 'slug', 'username', 'prefix', 'dns_name'];

function make(view: View, model: Model, key: string, values: readonly string[]): Made {
  const [, base = key, lookup = ''] = /^(.+?)(?:__([a-z]+))?$/.exec(key) ?? [];
  const special = SPECIAL[`${model.type}.${base}`] ?? SPECIAL[base];
  if (special !== undefined) return special(view, values, lookup, model);
  if (base === 'q') return (row) => values.some((value) => SEARCHED.some((field) => asText(row[field]).toLowerCase().includes(value.toLowerCase())));
  if (base === 'id') return ordered(lookup, values, (row) => row.id, whole, 'Enter a whole number.');
  if (base === 'created' || base === 'last_updated') return ordered(lookup, values, (row) => microsOf(asText(row[base])) ?? null, microsOf, 'Enter a valid date/time.');
  if (base === 'created_by_request') return byRequest(view, model.type, ['create'], values);
  if (base === 'updated_by_request') return byRequest(view, model.type, ['update'], values);
  if (base === 'modified_by_request') return byRequest(view, model.type, ['create', 'update'], values);
  if (base.startsWith('cf_')) return byCustomField(view, model.type, base.slice(3), lookup, values);
  const field = model.fields[base];
  if (field?.type.kind === 'fk') return byReference(view, base, field.type.to, false, lookup, values);
  if (field !== undefined && field.type.kind !== 'many') return byField(model, base, field, lookup, values);
  for (const name of [base.replace(/_id$/, ''), `${base.replace(/_id$/, '')}s`, `${base}s`]) {
    const target = model.fields[name]?.type;
    if (target?.kind === 'fk' && base.endsWith('_id')) return byReference(view, name, target.to, true, lookup, values);
    if (target?.kind === 'many') return byReference(view, name, target.to, base.endsWith('_id'), lookup, values);
  }
  return undefined;
}

/** Makes one test from all filters of a query, or the 400 body. `applied` are the filters that are not ignored. */
export function filterOf(view: View, model: Model, query: Query): { readonly test: Test; readonly applied: Query } | { readonly errors: JsonObject } {
  const tests: Test[] = [];
  const applied = new Map<string, readonly string[]>();
  const errors: Record<string, Json> = {};
  for (const [key, values] of query) {
    const made = make(view, model, key, values);
    if (made === undefined) continue;
    if (typeof made === 'function') {
      tests.push(made);
      applied.set(key, values);
    } else errors[key] = made.error;
  }
  if (Object.keys(errors).length > 0) return { errors: Object.fromEntries(Object.entries(errors).sort(([a], [b]) => model.rest.indexOf(a.split('__')[0] ?? a) - model.rest.indexOf(b.split('__')[0] ?? b))) };
  return { test: (row) => tests.every((test) => test(row)), applied };
}

