// Custom field values of a body: unknown keys are refused (unlike unknown body keys), given keys are merged over the stored ones, unset ones
// get their default on create. Uniqueness is checked against what one schema holds, so a branch and main can collide at merge (NetBox 4.5).
import { customFieldsOf } from '../read/custom-field-values';
import { asObject, asText, isObject, jsonKey } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { resolve } from './parse-value';
import type { Parsed } from './parse-value';

function reference(view: View, field: Row, value: Json): Parsed {
  const target = resolve(view, asText(field['related_object_type']), value);
  return 'error' in target ? { ok: false, error: [target.error] } : { ok: true, value: target.row.id };
}

/** A body without custom fields stores every key, one with some stores those and the defaults that are not null (NetBox 4.5). */
const initial = (fields: readonly Row[], all: boolean): Record<string, Json> =>
  Object.fromEntries(fields.filter((field) => all || (field['default'] ?? null) !== null).map((field) => [asText(field['name']), field['default'] ?? null]));

/** The values to store, or the error of the key `custom_fields`. `stored` is null for a create. */
export function parseCustomFields(view: View, type: string, given: Json | undefined, stored: JsonObject | null): Parsed {
  const fields = customFieldsOf(view, type);
  const input = given ?? {};
  if (!isObject(input)) return { ok: false, error: ['Invalid data type. Must be a dictionary.'] };
  const values: Record<string, Json> = stored === null ? initial(fields, given === undefined) : { ...stored };
  const unknown = Object.keys(input).filter((key) => !fields.some((field) => field['name'] === key));
  for (const field of fields) {
    const name = asText(field['name']);
    const value = input[name];
    if (value === undefined) continue;
    const many = field['type'] === 'multiobject' && Array.isArray(value) ? (value as readonly Json[]) : null;
    if (value === null || (field['type'] !== 'object' && many === null)) values[name] = value;
    else {
      const parsed = (many ?? [value]).map((item) => reference(view, field, item));
      const wrong = parsed.find((result) => !result.ok);
      if (wrong !== undefined) return wrong;
      const ids = parsed.map((result) => (result.ok ? result.value : null));
      values[name] = many === null ? (ids[0] ?? null) : ids;
    }
  }
  if (unknown.length > 0) return { ok: false, error: Object.fromEntries(unknown.map((key) => [key, `Custom field '${key}' does not exist for this object type.`])) };
  const order = stored === null ? fields.map((field) => asText(field['name'])) : Object.keys(values);
  return { ok: true, value: Object.fromEntries(order.filter((name) => name in values).map((name) => [name, values[name] ?? null])) };
}

const isBad = (field: Row, value: Json, view: View): string | undefined => {
  const number = (key: string): number | null => (typeof field[key] === 'number' ? Number(field[key]) : null);
  switch (field['type']) {
    case 'text':
    case 'longtext':
    case 'url': {
      if (typeof value !== 'string') return 'Value must be a string.';
      const pattern = asText(field['validation_regex']);
      return pattern !== '' && !new RegExp(pattern).test(value) ? `Value must match regex '${pattern}'` : undefined;
    }
    case 'integer':
    case 'decimal': {
      if (typeof value !== 'number' || (field['type'] === 'integer' && !Number.isInteger(value))) return field['type'] === 'integer' ? 'Value must be an integer.' : 'Value must be a decimal.';
      const [minimum, maximum] = [number('validation_minimum'), number('validation_maximum')];
      if (minimum !== null && value < minimum) return `Value must be at least ${minimum}`;
      return maximum !== null && value > maximum ? `Value must not exceed ${maximum}` : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'Value must be true or false.';
    case 'select': {
      const set = view.get('extras.customfieldchoiceset', typeof field['choice_set'] === 'number' ? field['choice_set'] : null);
      const choices = Array.isArray(set?.['extra_choices']) ? (set['extra_choices'] as readonly Json[]).map((pair) => (Array.isArray(pair) ? (pair as readonly Json[])[0] : pair)) : [];
      return choices.includes(value) ? undefined : `Invalid choice (${String(value)}) for choice set ${asText(set?.['name'])}.`;
    }
    default:
      return undefined;
  }
};

/** Model-level check of all values; undefined when they hold. `id` is the object itself, null on create. */
export function customFieldError(view: View, type: string, values: JsonObject, id: number | null): string | undefined {
  for (const field of customFieldsOf(view, type)) {
    const name = asText(field['name']);
    const value = values[name] ?? null;
    if (value === null) {
      if (field['required'] === true) return `Missing required custom field '${name}'.`;
      continue;
    }
    const problem = isBad(field, value, view);
    if (problem !== undefined) return `Invalid value for custom field '${name}': ${problem}`;
    if (field['unique'] === true && view.keyed(type, `custom field ${name}`, (row) => jsonKey(asObject(row['custom_fields'])[name] ?? null), jsonKey(value)).some((other) => other.id !== id)) return `Custom field '${name}' must have a unique value.`;
  }
  return undefined;
}
