// OPTIONS: what an endpoint reads and writes, and, for those who may, every field of its objects (NetBox 4.5). Help texts are not simulated.
import { json } from '../http/exchange';
import type { Answer } from '../http/exchange';
import type { Field } from '../models/field';
import type { Model } from '../models/model';
import type { Json, JsonObject } from '../store/row';
import type { Rest } from './rest';

/** Labels that NetBox gives by hand; the others are the key, spoken. */
const LABELS: Readonly<Record<string, string>> = { id: 'ID', vcpus: 'VCPUs', serial: 'Serial number' };
/** Related objects of models that are not simulated, and what a cluster counts only here. */
const NAMED = ['id', 'url', 'display', 'name', 'description'];
const UNSIMULATED = ['owner', 'config_template'];
const ALSO: Readonly<Record<string, readonly string[]>> = { 'virtualization.cluster': ['virtualmachine_count'] };
/** Worked out at the moment of the answer and therefore of no type that the REST framework knows; other counts are integers. */
const ANNOTATED = ['virtualization.cluster.virtualmachine_count'];

const title = (text: string): string => text.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
const spoken = (key: string): string => { const words = key.replaceAll('_', ' '); return words.charAt(0).toUpperCase() + words.slice(1); };
const labelOf = (key: string): string => LABELS[key] ?? spoken(key);

const described = (type: string, required: boolean, readOnly: boolean, label: string, more: JsonObject = {}): JsonObject => ({ type, required, read_only: readOnly, label, ...more });

function stored(rest: Rest, key: string, field: Field): JsonObject {
  const { type, required, readOnly } = field;
  const is = (name: string, more: JsonObject = {}): JsonObject => described(name, required && !readOnly, readOnly, labelOf(key), more);
  switch (type.kind) {
    case 'text':
      return is(key === 'slug' ? 'slug' : 'string', type.max >= 100_000 ? {} : { max_length: type.max });
    case 'integer':
      return is('integer', { min_value: type.min, max_value: type.max });
    case 'decimal':
      return is('decimal', { ...(type.min === undefined ? {} : { min_value: type.min }), max_digits: type.digits, decimal_places: type.places });
    case 'boolean':
      return is('boolean');
    case 'choice':
      return is('field', { choices: type.choices.map(([value, name]) => ({ value, display_name: name })) });
    case 'fk':
      return is('nested object', { children: children(rest, rest.view.model(type.to)) });
    case 'many':
      return is('field', { child: { type: 'nested object', required: false, read_only: false, children: children(rest, rest.view.model(type.to)) } });
    case 'time':
      return is('datetime');
    case 'mac':
    case 'cidr':
      return is('string');
    default:
      return is('field');
  }
}

function fieldOf(rest: Rest, model: Model, key: string): JsonObject {
  const label = labelOf(key);
  const field = model.fields[key];
  if (field !== undefined) return stored(rest, key, field);
  if (key === 'id') return described('integer', false, true, label);
  if (key === 'created' || key === 'last_updated') return described('datetime', false, true, label);
  if (key === 'primary_ip') return described('nested object', false, true, label, { children: children(rest, rest.view.model('ipam.ipaddress')) });
  if (key === 'tags') return described('field', false, false, label, { child: { type: 'nested object', required: false, read_only: false, children: { ...children(rest, rest.view.model('extras.tag')), id: described('integer', false, true, 'Id') } } });
  if (key === 'custom_fields') return described('field', false, false, label);
  if (UNSIMULATED.includes(key)) return described('nested object', false, false, label, { children: children(rest, rest.view.model('virtualization.cluster'), NAMED) });
  return described(/_count$|^_depth$/.test(key) && !ANNOTATED.includes(`${model.type}.${key}`) ? 'integer' : 'field', false, true, key === '_depth' ? ' depth' : label);
}

const fieldsOf = (rest: Rest, model: Model, keys: readonly string[]): Readonly<Record<string, Json>> => Object.fromEntries(keys.map((key) => [key, fieldOf(rest, model, key)]));

function children(rest: Rest, model: Model, keys: readonly string[] = [...model.brief, ...(ALSO[model.type] ?? [])]): Readonly<Record<string, Json>> {
  return fieldsOf(rest, model, keys);
}

/** `name` is that of the endpoint; fields are told for POST and PUT to those who may add and change. */
export function metadata(rest: Rest, name: string, model: Model | undefined, id: number | null): Answer {
  const offered = id === null ? (model?.bulk === false ? ['POST'] : ['POST', 'PUT']) : ['PUT'];
  const methods = model === undefined ? [] : offered.filter((method) => rest.rights.caller.mayWrite && rest.rights.may(method === 'POST' ? 'add' : 'change', model.type));
  const fields = model === undefined || methods.length === 0 ? {} : fieldsOf(rest, model, model.rest);
  const view = `${title(model?.verbose ?? name)} ${id === null ? 'List' : 'Instance'}`;
  return json(200, { name: view, description: '', renders: ['application/json', 'text/html'], parses: ['application/json', 'multipart/form-data'], ...(methods.length === 0 ? {} : { actions: Object.fromEntries(methods.map((method) => [method, fields])) }) });
}
