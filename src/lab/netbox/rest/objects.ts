// The generic endpoints of every model: list, detail, create, update, delete, one by one or in bulk. Bulk requests are all-or-none; what the caller
// may not touch is skipped or not found, and what a write would leave outside the caller's constraints is refused afterwards (NetBox 4.5).
import type { Answer } from '../http/exchange';
import { json, noContent } from '../http/exchange';
import type { Model } from '../models/model';
import { filterOf } from '../read/filters';
import { allInOrder, inOrder, pathValue } from '../read/in-order';
import { narrowed } from '../read/narrow';
import { isNatural } from '../read/ordering';
import { asText, isObject } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import { readBody } from '../write/body';
import { Answered, Forbidden, Invalid, NotFound } from '../write/errors';
import { demandMatch, etagHeader } from './etag';
import { listOf } from './lists';
import type { Rest } from './rest';
import { prepared } from './special-writes';

const ACTIONS: Readonly<Record<string, string>> = { GET: 'view', POST: 'add', PUT: 'change', PATCH: 'change', DELETE: 'delete' };

const ONE_BY_ONE = ['dcim.device'];

const missing = (model: Model): NotFound => new NotFound(`No ${model.className} matches the given query.`);

function found(rest: Rest, model: Model, id: number, action: string): Row {
  const row = rest.view.get(model.type, id);
  if (row === undefined || !rest.rights.allows(action, model, row, rest.view)) throw missing(model);
  return row;
}

/** A write may not put an object where the caller's constraints would not have let it be. */
function stillAllowed(rest: Rest, model: Model, row: Row, action: string): void {
  if (!rest.rights.allows(action, model, row, rest.view)) throw new Forbidden();
}

function list(rest: Rest, model: Model): Answer {
  const filter = filterOf(rest.view, model, rest.call.query);
  if ('errors' in filter) throw new Invalid(filter.errors);
  const few = narrowed(rest.view, model, filter.applied);
  const rows = (few ?? allInOrder(rest.view, model)).filter((row) => rest.rights.allows('view', model, row, rest.view) && filter.test(row));
  const represent = rest.represent();
  return listOf(rest, rows, model.order, (row, path) => pathValue(rest.view, model, row, path), (row, sparse) => sparse(model, (keys) => represent.full(model, row, keys), () => represent.briefRow(model, row)), isNatural(model.type), few === undefined);
}

function create(rest: Rest, model: Model): Answer {
  const body = rest.body();
  if (Array.isArray(body)) {
    if (!model.bulk) throw new Invalid({ non_field_errors: ['Invalid data. Expected a dictionary, but got list.'] });
    return ONE_BY_ONE.includes(model.type) ? createInTurn(rest, model, body as readonly Json[]) : bulkCreate(rest, model, body as readonly Json[]);
  }
  const row = createOne(rest, model, body);
  const shown = rest.represent(true).full(model, row);
  return json(201, shown, { Location: asText(shown['url']), ...etagHeader(rest, model, row) });
}

function createOne(rest: Rest, model: Model, body: Json): Row {
  const extra = prepared(rest, model, body, null);
  const read = readBody(rest.view, model, body, null, false);
  const row = rest.writer.create(model, { ...read.values, ...extra.values }, read.message);
  extra.then(row);
  stillAllowed(rest, model, row, 'add');
  return row;
}

/** Each is checked and shown while the next does not exist yet, and the answer has the location of the last (SequentialBulkCreatesMixin). */
function createInTurn(rest: Rest, model: Model, bodies: readonly Json[]): Answer {
  const shown = bodies.map((body) => rest.represent(true).full(model, createOne(rest, model, body)));
  return json(201, shown, { Location: asText(shown.at(-1)?.['url']) });
}

function bulkCreate(rest: Rest, model: Model, bodies: readonly Json[]): Answer {
  const errors: Json[] = [];
  const reads = bodies.map((body) => {
    const extra = prepared(rest, model, body, null);
    try {
      const read = readBody(rest.view, model, body, null, false);
      errors.push({});
      return { values: { ...read.values, ...extra.values }, message: read.message, then: extra.then };
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      errors.push(error.errors);
      return null;
    }
  });
  if (reads.includes(null)) throw new Answered(400, errors);
  const rows = reads.flatMap((read) => {
    if (read === null) return [];
    const row = rest.writer.create(model, read.values, read.message);
    read.then(row);
    return [row];
  });
  for (const row of rows) stillAllowed(rest, model, row, 'add');
  const represent = rest.represent(true);
  return json(201, rows.map((row) => represent.full(model, rest.view.get(model.type, row.id) ?? row)));
}

function updateOne(rest: Rest, model: Model, row: Row, body: Json): Row {
  const extra = prepared(rest, model, body, row);
  const read = readBody(rest.view, model, body, row, rest.call.method === 'PATCH');
  const after = rest.writer.update(model, row, { ...read.values, ...extra.values }, read.message);
  extra.then(after);
  stillAllowed(rest, model, after, 'change');
  return after;
}

/** The entries of a bulk request by id; entries without one are a 400, unknown ids are left out silently. */
function byId(rest: Rest, model: Model, action: string): readonly { readonly row: Row; readonly entry: JsonObject }[] {
  const body = rest.body();
  if (!Array.isArray(body)) throw new Invalid({ non_field_errors: [`Expected a list of items but got type "${isObject(body) ? 'dict' : typeof body}".`] });
  const entries = (body as readonly Json[]).map((entry) => (isObject(entry) ? entry : {}));
  if (entries.some((entry) => typeof entry['id'] !== 'number')) throw new Answered(400, entries.map((entry) => (typeof entry['id'] === 'number' ? {} : { id: ['This field is required.'] })));
  const wanted = new Map(entries.map((entry) => [Number(entry['id']), entry]));
  const rows = [...wanted.keys()].flatMap((id) => rest.view.get(model.type, id) ?? []).filter((row) => rest.rights.allows(action, model, row, rest.view));
  return inOrder(rest.view, model, rows).map((row) => ({ row, entry: wanted.get(row.id) ?? {} }));
}

function bulkUpdate(rest: Rest, model: Model): Answer {
  const rows = byId(rest, model, 'change').map(({ row, entry }) => updateOne(rest, model, row, entry));
  const represent = rest.represent();
  return json(200, rows.map((row) => represent.full(model, rest.view.get(model.type, row.id) ?? row)));
}

const messageOf = (body: Json): string => (isObject(body) ? asText(body['changelog_message']) : '');

function bulkDelete(rest: Rest, model: Model): Answer {
  for (const { row, entry } of byId(rest, model, 'delete')) {
    const still = rest.view.get(model.type, row.id);
    if (still !== undefined) rest.writer.delete(model, still, messageOf(entry));
  }
  return noContent();
}

function remove(rest: Rest, model: Model, id: number): Answer {
  const row = found(rest, model, id, 'delete');
  demandMatch(rest, model, row);
  rest.writer.delete(model, row, messageOf(rest.body()));
  return noContent();
}

/** Answers one request on `/api/<endpoint>/` (id null) or `/api/<endpoint>/<id>/`. */
export function objects(rest: Rest, model: Model, id: number | null): Answer {
  const { method } = rest.call;
  const action = ACTIONS[method];
  if (action === undefined) throw new Answered(405, { detail: `Method "${method}" not allowed.` });
  rest.demand(action, model.type);
  if (id === null) {
    if (method === 'GET') return list(rest, model);
    if (method === 'POST') return create(rest, model);
    if (!model.bulk) throw new Answered(405, { detail: `Method "${method}" not allowed.` });
    return method === 'DELETE' ? bulkDelete(rest, model) : bulkUpdate(rest, model);
  }
  if (method === 'POST') throw new Answered(405, { detail: 'Method "POST" not allowed.' });
  if (method === 'DELETE') return remove(rest, model, id);
  const before = found(rest, model, id, action);
  if (method !== 'GET') demandMatch(rest, model, before);
  const row = method === 'GET' ? before : updateOne(rest, model, before, rest.body());
  const stored = rest.view.get(model.type, row.id) ?? row;
  return json(200, rest.represent().full(model, stored), etagHeader(rest, model, stored));
}
