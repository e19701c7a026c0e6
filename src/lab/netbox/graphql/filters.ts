// Filters of a list: by id, by text, by what a foreign key leads to, and all of it under AND, OR and NOT. A filter that is not here is refused by
// the validation of the document, as any unknown one is; GraphQL ignores nothing.
import { GraphQLBoolean, GraphQLID, GraphQLInputObjectType, GraphQLList, GraphQLNonNull, GraphQLString } from 'graphql';
import type { GraphQLInputFieldConfigMap, GraphQLScalarType } from 'graphql';
import type { Model } from '../models/model';
import { knownModel } from '../models/registry';
import { jsonText } from '../read/lookups';
import type { Json, Row } from '../store/row';
import type { View } from '../store/view';
import { SHOWN, isShown } from './names';

type Given = Readonly<Record<string, unknown>>;
type Test = (value: Json, wanted: unknown) => boolean;

const low = (value: unknown): string => String(value).toLowerCase();
const TEXT: Readonly<Record<string, Test>> = {
  exact: (value, wanted) => jsonText(value) === wanted,
  i_exact: (value, wanted) => low(jsonText(value)) === low(wanted),
  contains: (value, wanted) => jsonText(value).includes(String(wanted)),
  i_contains: (value, wanted) => low(jsonText(value)).includes(low(wanted)),
  starts_with: (value, wanted) => jsonText(value).startsWith(String(wanted)),
  i_starts_with: (value, wanted) => low(jsonText(value)).startsWith(low(wanted)),
  ends_with: (value, wanted) => jsonText(value).endsWith(String(wanted)),
  i_ends_with: (value, wanted) => low(jsonText(value)).endsWith(low(wanted)),
  regex: (value, wanted) => new RegExp(String(wanted)).test(jsonText(value)),
  i_regex: (value, wanted) => new RegExp(String(wanted), 'i').test(jsonText(value)),
};
const COMMON: Readonly<Record<string, Test>> = {
  exact: (value, wanted) => String(value) === String(wanted),
  in_list: (value, wanted) => Array.isArray(wanted) && wanted.some((item) => String(item) === String(value)),
  is_null: (value, wanted) => (value === null) === wanted,
};

function lookup(name: string, value: GraphQLScalarType, tests: Readonly<Record<string, Test>>): GraphQLInputObjectType {
  const plain = Object.fromEntries(Object.keys(tests).map((key) => [key, { type: value }]));
  return new GraphQLInputObjectType({ name, fields: { ...plain, exact: { type: value }, in_list: { type: new GraphQLList(new GraphQLNonNull(value)) }, is_null: { type: GraphQLBoolean } } });
}
const ID_LOOKUP = lookup('IDFilterLookup', GraphQLID, {});
const TEXT_LOOKUP = lookup('StrFilterLookup', GraphQLString, TEXT);

const isText = (model: Model, name: string): boolean => ['text', 'mac', 'cidr'].includes(model.fields[name]?.type.kind ?? '');

function targetOf(model: Model, name: string): Model | undefined {
  const type = model.fields[name]?.type;
  return type?.kind === 'fk' && isShown(type.to) ? knownModel(type.to) : undefined;
}

function fieldsOf(model: Model): GraphQLInputFieldConfigMap {
  const fields: GraphQLInputFieldConfigMap = { id: { type: ID_LOOKUP } };
  for (const name of Object.keys(model.fields)) {
    const target = targetOf(model, name);
    if (isText(model, name)) fields[name] = { type: TEXT_LOOKUP };
    if (target !== undefined) Object.assign(fields, { [name]: { type: filterType(target) }, [`${name}_id`]: { type: GraphQLID } });
  }
  for (const name of ['AND', 'OR', 'NOT']) fields[name] = { type: filterType(model) };
  return fields;
}

const types = new Map(SHOWN.map((model) => [model.type, new GraphQLInputObjectType({ name: `${model.className}Filter`, fields: () => fieldsOf(model) })]));

export function filterType(model: Model): GraphQLInputObjectType {
  const found = types.get(model.type);
  if (found === undefined) throw new Error(`GraphQL shows no ${model.type}`);
  return found;
}

const looksUp = (value: Json, given: unknown): boolean => Object.entries(given as Given).every(([how, wanted]) => wanted === null || (TEXT[how] ?? COMMON[how])?.(value, wanted) === true);

function matchesOne(view: View, model: Model, row: Row, key: string, given: unknown): boolean {
  if (given === null) return true;
  if (key === 'id' || isText(model, key)) return looksUp(row[key] ?? null, given);
  const target = targetOf(model, key);
  if (target === undefined) return String(row[key.replace(/_id$/, '')]) === String(given);
  const other = view.get(target.type, typeof row[key] === 'number' ? Number(row[key]) : null);
  return other !== undefined && matches(view, target, other, given as Given);
}

/** Whether an object passes a filter; OR widens what stands beside it. */
export function matches(view: View, model: Model, row: Row, given: Given): boolean {
  const { AND, OR, NOT, ...own } = given;
  const inner = (part: unknown): boolean => matches(view, model, row, part as Given);
  const narrow = Object.entries(own).every(([key, wanted]) => matchesOne(view, model, row, key, wanted)) && (AND === undefined || AND === null || inner(AND)) && (NOT === undefined || NOT === null || !inner(NOT));
  return narrow || (OR !== undefined && OR !== null && inner(OR));
}
