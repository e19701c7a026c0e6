// A request body against its model: field errors in the order of the representation, unknown keys ignored, then model validation.
import type { Model } from '../models/model';
import { asIds, asObject, isObject } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { fullClean, settle } from './clean';
import type { Candidate } from './clean';
import { parseCustomFields } from './custom-fields';
import { Invalid } from './errors';
import { parseTags, parseValue } from './parse-value';
import { changedTags } from './tag-changes';
import { typeDefaults } from './vm-placement';
import type { Values } from './writer';

export interface Body { readonly values: Values; readonly message: string }

const REQUIRED = ['This field is required.'];

/**
 * Checks a body. `existing` is the object of a PATCH (`partial`) or PUT, null for a create.
 * Throws {@link Invalid} with the errors NetBox would answer; the result holds only the values that were given or filled in.
 */
export function readBody(view: View, model: Model, body: Json, existing: Row | null, partial: boolean): Body {
  if (!isObject(body)) throw new Invalid({ non_field_errors: [`Invalid data. Expected a dictionary, but got ${Array.isArray(body) ? 'list' : typeof body === 'string' ? 'str' : typeof body}.`] });
  const values: Record<string, Json> = {};
  const errors: Record<string, Json> = {};
  for (const name of Object.keys(model.fields).sort((a, b) => model.rest.indexOf(a) - model.rest.indexOf(b))) {
    const field = model.fields[name];
    if (field === undefined || field.readOnly) continue;
    const given = body[name];
    if (given === undefined) {
      if (field.required && !partial) errors[name] = REQUIRED;
      // A PUT takes an absent foreign key for null (their serializers have a default of None).
      else if (existing !== null && !partial && field.type.kind === 'fk' && field.nullable) values[name] = null;
      continue;
    }
    const parsed = parseValue(view, field, given);
    if (parsed.ok) values[name] = parsed.value;
    else errors[name] = parsed.error;
  }
  readTags(view, model, body, existing, values, errors);
  if (model.rest.includes('custom_fields') && (body['custom_fields'] !== undefined || existing === null)) {
    const parsed = parseCustomFields(view, model.type, body['custom_fields'], existing === null ? null : asObject(existing['custom_fields']));
    if (parsed.ok) values['custom_fields'] = parsed.value;
    else errors['custom_fields'] = parsed.error;
  }
  const message = body['changelog_message'];
  if (typeof message === 'string' && message.length > 200) errors['changelog_message'] = ['Ensure this field has no more than 200 characters.'];
  if (Object.keys(errors).length > 0) throw new Invalid(errors);
  return { values: validated(view, model, values, existing), message: typeof message === 'string' ? message : '' };
}

function readTags(view: View, model: Model, body: JsonObject, existing: Row | null, values: Record<string, Json>, errors: Record<string, Json>): void {
  if (!model.rest.includes('tags')) return;
  const changed = changedTags(view, body, existing, errors);
  if (changed !== undefined) values['tags'] = changed;
  if (body['tags'] === undefined || errors['tags'] !== undefined) return;
  const parsed = parseTags(view, body['tags']);
  if (parsed.ok) values['tags'] = asIds(parsed.value);
  else errors['tags'] = parsed.error;
}

function validated(view: View, model: Model, values: Values, existing: Row | null): Values {
  const defaults = Object.fromEntries(Object.entries(model.fields).map(([name, field]) => [name, field.default]));
  const candidate: Candidate = settle(model, { ...defaults, ...(existing ?? {}), ...values, id: existing?.id ?? null }, view);
  fullClean(model, candidate, view);
  const filled = Object.fromEntries(['site', 'disk'].filter((name) => name in model.fields && candidate[name] !== undefined).map((name) => [name, candidate[name] ?? null]));
  return { ...values, ...(model.type === 'virtualization.virtualmachine' ? filled : {}), ...(existing === null ? typeDefaults(model, candidate, view) : {}) };
}
