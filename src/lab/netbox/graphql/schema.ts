// The GraphQL schema of the simulated models: one type, one list and one single-object query for each (NetBox 4.5, read-only).
import { GraphQLBoolean, GraphQLID, GraphQLInputObjectType, GraphQLInt, GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import type { GraphQLFieldConfig, GraphQLFieldConfigMap, GraphQLOutputType } from 'graphql';
import type { Field } from '../models/field';
import type { Model } from '../models/model';
import { knownModel, modelOf } from '../models/registry';
import { pathValue } from '../read/in-order';
import { isNatural, sorted } from '../read/ordering';
import { asIds, asText } from '../store/row';
import type { Row } from '../store/row';
import type { LogRow } from '../store/space';
import { DoesNotExist } from '../write/errors';
import type { Context } from './context';
import { filterType, matches } from './filters';
import { SHOWN, isShown, queryName } from './names';
import { reversesOf } from './relations';
import { BIG_INT, DATE_TIME, DECIMAL, JSON_VALUE } from './scalars';

type Shown<T> = GraphQLFieldConfig<T, Context>;
interface Window { readonly offset?: number | null; readonly limit?: number | null }
interface ListArguments { readonly filters?: Readonly<Record<string, unknown>> | null; readonly pagination?: Window | null }

/** A list is never longer than MAX_PAGE_SIZE (since 4.5.5). */
const LONGEST = 1000;
const PAGE = new GraphQLInputObjectType({ name: 'OffsetPaginationInput', fields: { offset: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 0 }, limit: { type: GraphQLInt } } });
const some = (type: GraphQLOutputType): GraphQLOutputType => new GraphQLNonNull(type);
const listOf = (type: GraphQLOutputType): GraphQLOutputType => some(new GraphQLList(some(type)));

const CONTENT_TYPE = new GraphQLObjectType<Model>({
  name: 'ContentTypeType',
  fields: { id: { type: some(GraphQLID), resolve: (model) => model.contentType }, app_label: { type: some(GraphQLString), resolve: (model) => model.type.split('.')[0] }, model: { type: some(GraphQLString), resolve: (model) => model.type.split('.')[1] } },
});

const CHANGE = new GraphQLObjectType<LogRow>({
  name: 'ObjectChangeType',
  fields: {
    id: { type: some(GraphQLID) }, time: { type: some(DATE_TIME) }, user_name: { type: some(GraphQLString), resolve: (change) => change.userName }, request_id: { type: some(GraphQLString), resolve: (change) => change.requestId },
    action: { type: some(GraphQLString) }, changed_object_id: { type: some(BIG_INT), resolve: (change) => change.objectId }, object_repr: { type: some(GraphQLString), resolve: (change) => change.repr },
    message: { type: some(GraphQLString) }, prechange_data: { type: JSON_VALUE, resolve: (change) => change.pre }, postchange_data: { type: JSON_VALUE, resolve: (change) => change.post },
  },
});

/** Objects of a kind that the caller may see, filtered, in the order of their model, one page of them. */
function listed(context: Context, model: Model, rows: Iterable<Row>, given: ListArguments): readonly Row[] {
  const view = context.viewOf(model);
  const { filters, pagination } = given;
  const found = context.visible(model, rows).filter((row) => filters === undefined || filters === null || matches(view, model, row, filters));
  const ordered = sorted(found, model.order, (row, path) => pathValue(view, model, row, path), isNatural(model.type));
  const offset = pagination?.offset ?? 0;
  return ordered.slice(offset, offset + Math.min(pagination?.limit ?? LONGEST, LONGEST));
}

const many = <T>(model: Model, rows: (source: T, context: Context) => Iterable<Row>): Shown<T> => ({
  type: listOf(typeOf(model)),
  args: { filters: { type: filterType(model) }, pagination: { type: PAGE } },
  resolve: (source, given: ListArguments, context) => listed(context, model, rows(source, context), given),
});

function fieldOf(name: string, field: Field): Shown<Row> | undefined {
  const { type } = field;
  const is = (plain: GraphQLOutputType): GraphQLOutputType => (field.nullable ? plain : some(plain));
  switch (type.kind) {
    case 'boolean':
      return { type: is(GraphQLBoolean) };
    case 'integer':
      return { type: is(type.max > 2147483647 ? BIG_INT : GraphQLInt) };
    case 'decimal':
      return { type: is(DECIMAL), resolve: (row) => (typeof row[name] === 'number' ? Number(row[name]).toFixed(type.places) : null) };
    case 'time':
      return { type: is(DATE_TIME) };
    case 'json':
      return { type: is(JSON_VALUE) };
    case 'texts':
      return { type: is(new GraphQLList(some(GraphQLString))) };
    case 'object-type':
      return { type: is(CONTENT_TYPE), resolve: (row) => modelOf(asText(row[name])) ?? null };
    case 'object-types':
      return { type: listOf(CONTENT_TYPE), resolve: (row) => (Array.isArray(row[name]) ? row[name].flatMap((text) => modelOf(String(text)) ?? []) : []) };
    case 'fk':
      return isShown(type.to) ? { type: is(typeOf(knownModel(type.to))), resolve: (row, _given, context) => context.one(type.to, typeof row[name] === 'number' ? Number(row[name]) : null) } : undefined;
    case 'many':
      return isShown(type.to) ? many<Row>(knownModel(type.to), (row, context) => asIds(row[name]).flatMap((id) => context.one(type.to, id) ?? [])) : undefined;
    default:
      return { type: is(GraphQLString) };
  }
}

/** The changes of one object, newest first, in main or in the branch that is asked. */
const changelog = (model: Model): Shown<Row> => ({
  type: listOf(CHANGE),
  resolve: (row, _given, context) =>
    context.rights.may('view', 'core.objectchange') ? context.viewOf(model).spaceOf(model.type).log.filter((change) => change.type === model.type && change.objectId === row.id).sort((a, b) => (a.time > b.time ? -1 : 1)) : [],
});

function fieldsOf(model: Model): GraphQLFieldConfigMap<Row, Context> {
  const fields: Record<string, Shown<Row>> = { id: { type: some(GraphQLID) } };
  for (const [name, field] of Object.entries(model.fields)) {
    const shown = fieldOf(name, field);
    if (shown !== undefined) fields[name] = shown;
  }
  if (model.rest.includes('created')) Object.assign(fields, { created: { type: DATE_TIME }, last_updated: { type: DATE_TIME } });
  if (model.rest.includes('custom_fields')) fields['custom_fields'] = { type: some(JSON_VALUE) };
  if (model.rest.includes('tags')) fields['tags'] = many<Row>(knownModel('extras.tag'), (row, context) => asIds(row['tags']).flatMap((id) => context.one('extras.tag', id) ?? []));
  if (model.rest.includes('mac_address') && model.type.endsWith('interface')) fields['mac_address'] = { type: GraphQLString, resolve: (row, _given, context) => context.one('dcim.macaddress', typeof row['primary_mac_address'] === 'number' ? row['primary_mac_address'] : null)?.['mac_address'] ?? null };
  for (const reverse of reversesOf(model.type)) fields[reverse.name] = many<Row>(knownModel(reverse.to), (row, context) => reverse.rows(context.viewOf(knownModel(reverse.to)), row));
  if (model.changeLogged) fields['changelog'] = changelog(model);
  return fields;
}

const types = new Map(SHOWN.map((model) => [model.type, new GraphQLObjectType<Row, Context>({ name: `${model.className}Type`, fields: () => fieldsOf(model) })]));

function typeOf(model: Model): GraphQLObjectType<Row, Context> {
  const found = types.get(model.type);
  if (found === undefined) throw new Error(`GraphQL shows no ${model.type}`);
  return found;
}

const single = (model: Model): Shown<unknown> => ({
  type: some(typeOf(model)),
  args: { id: { type: new GraphQLNonNull(GraphQLID) } },
  resolve: (_source, given: { readonly id: string }, context) => {
    const row = context.one(model.type, Number(given.id));
    if (row === null) throw new DoesNotExist(`${model.className} matching query does not exist.`);
    return row;
  },
});

const queries = (): GraphQLFieldConfigMap<unknown, Context> =>
  Object.fromEntries(SHOWN.flatMap((model) => [[queryName(model), single(model)], [`${queryName(model)}_list`, many<unknown>(model, (_source, context) => context.viewOf(model).all(model.type))]]));

let made: GraphQLSchema | undefined;
/** Made when first asked for: most simulators never are. */
export const schema = (): GraphQLSchema => (made ??= new GraphQLSchema({ query: new GraphQLObjectType<unknown, Context>({ name: 'Query', fields: queries }) }));
