// The endpoints of branches (netbox-branching 1.1.2): no bulk, no sparse reads, constraints apply to a single branch but not to the list, every action
// is a POST and therefore also wants `add`, wrong states are answered in plain text, and merge, sync and revert only queue a job.
import { diffOfRow } from './branching-reads';
import { jobShown } from './jobs';
import type { Answer } from '../http/exchange';
import { html, json, noContent } from '../http/exchange';
import { knownModel } from '../models/registry';
import { filterOf } from '../read/filters';
import { asText, isObject } from '../store/row';
import type { Json, Row } from '../store/row';
import type { DiffRow, JobRow } from '../store/state';
import { readBody } from '../write/body';
import { Answered, Forbidden, Invalid, NotFound, ServerError } from '../write/errors';
import { BRANCH, TRANSITIONAL, recordEvent, schemaOf, setBranch } from '../branching/branch-rows';
import { pathValue } from '../read/in-order';
import { listOf } from './lists';
import type { Rest } from './rest';
import { randomText } from './special-writes';

const model = knownModel(BRANCH);
const PERMISSION: Readonly<Record<string, string>> = { GET: 'view', POST: 'add', PUT: 'change', PATCH: 'change', DELETE: 'delete' };
const ACTIONS = ['sync', 'merge', 'revert', 'archive'] as const;
export type BranchAction = (typeof ACTIONS)[number];
export const isBranchAction = (text: string): text is BranchAction => (ACTIONS as readonly string[]).includes(text);

/** Django's object-level check: invisible is 404, visible but not allowed is 403. */
function found(rest: Rest, id: number, action: string): Row {
  const row = rest.view.get(BRANCH, id);
  if (row === undefined) throw new NotFound('No Branch matches the given query.');
  if (rest.rights.allows(action, model, row, rest.view)) return row;
  if (action === 'view' || !rest.rights.allows('view', model, row, rest.view)) throw new NotFound('Not found.');
  throw new Forbidden();
}

function list(rest: Rest): Answer {
  const filter = filterOf(rest.view, model, rest.call.query);
  if ('errors' in filter) throw new Invalid(filter.errors);
  const represent = rest.represent();
  return listOf(rest, [...rest.view.all(BRANCH)].filter(filter.test), model.order, (row, path) => pathValue(rest.view, model, row, path), (row) => represent.full(model, row), false);
}

function create(rest: Rest): Answer {
  const read = readBody(rest.view, model, rest.body(), null, false);
  const { user } = rest.rights.caller;
  const row = rest.writer.create(model, { ...read.values, owner: user.id, status: 'new', schema_id: randomText(8).toLowerCase() }, read.message);
  if (!rest.rights.allows('add', model, row, rest.view)) throw new Forbidden();
  rest.jobs.request('provision', row.id, user.id, true);
  const shown = rest.represent(true).full(model, row);
  return json(201, shown, { Location: asText(shown['url']) });
}

function change(rest: Rest, row: Row): Answer {
  const read = readBody(rest.view, model, rest.body(), row, rest.call.method === 'PATCH');
  return json(200, rest.represent().full(model, rest.writer.update(model, row, read.values, read.message)));
}

function remove(rest: Rest, row: Row): Answer {
  const status = asText(row['status']);
  if (TRANSITIONAL.includes(status)) throw new ServerError('AbortRequest', `A branch in the ${status} status may not be deleted.`);
  if (rest.outbox.listensTo('branch_deprovisioned')) throw new ServerError('ValueError', `${JSON.stringify(asText(row['name']))} needs to have a primary key value before this relationship can be used.`);
  const { state } = rest;
  rest.writer.delete(model, row);
  for (const diff of [...state.diffs.values()]) if (diff.branch === row.id) state.set(state.diffs, diff.id, undefined);
  for (const event of [...state.events.values()]) if (event.branch === row.id) state.set(state.events, event.id, undefined);
  state.set(state.branches, schemaOf(row), undefined);
  return noContent();
}

/** Answers `/api/plugins/branching/branches/` and `/api/plugins/branching/branches/<id>/`. */
export function branches(rest: Rest, id: number | null): Answer {
  const { method } = rest.call;
  const action = PERMISSION[method];
  if (action === undefined || (id === null && !['GET', 'POST'].includes(method)) || (id !== null && method === 'POST')) throw new Answered(405, { detail: `Method "${method}" not allowed.` });
  rest.demand(action, BRANCH);
  if (id === null) return method === 'GET' ? list(rest) : create(rest);
  const row = found(rest, id, action);
  if (method === 'GET') return json(200, rest.represent().full(model, row));
  return method === 'DELETE' ? remove(rest, row) : change(rest, row);
}

function conflicting(diff: DiffRow): Json {
  const { conflicts } = diff;
  const keys = conflicts ?? [];
  const pick = (data: { readonly [key: string]: Json } | null): Json => Object.fromEntries(keys.filter((key) => data !== null && key in data).map((key) => [key, data?.[key] ?? null]));
  const shown = diffOfRow(diff);
  return { ...shown, conflicts: keys, conflicting_data: { original: pick(diff.original), branch: pick(diff.modified), main: pick(diff.current) }, last_updated: diff.lastUpdated };
}

function refuseConflicts(rest: Rest, row: Row): void {
  const conflicts = [...rest.state.diffs.values()].filter((diff) => diff.branch === row.id && diff.conflicts !== null);
  if (conflicts.length > 0) throw new Answered(409, { detail: 'All conflicts must be acknowledged before this action can proceed.', conflicts: conflicts.map(conflicting) });
}

const flag = (value: Json | undefined): boolean | undefined => (value === true || value === 'true' || value === 1 ? true : value === false || value === 'false' || value === 0 ? false : undefined);

/** A body that is not valid is taken as a dry run that acknowledges nothing, as the real one does. */
function options(body: Json): { readonly commit: boolean; readonly acknowledged: boolean } {
  if (!isObject(body)) return { commit: false, acknowledged: false };
  const [commit, acknowledged] = [flag(body['commit'] ?? true), flag(body['acknowledge_conflicts'] ?? false)];
  return commit === undefined || acknowledged === undefined ? { commit: false, acknowledged: false } : { commit, acknowledged };
}

const WRONG_STATE: Readonly<Record<BranchAction, { readonly wants: string; readonly text: string }>> = {
  sync: { wants: 'ready', text: 'Branch is not ready to sync.' },
  merge: { wants: 'ready', text: 'Branch is not ready to merge.' },
  revert: { wants: 'merged', text: 'Only merged branches can be reverted.' },
  archive: { wants: 'merged', text: 'Only merged branches can be archived.' },
};

function archive(rest: Rest, row: Row): Answer {
  const { state } = rest;
  const archived = setBranch(state, row.id, { status: 'archived' }, true);
  state.set(state.branches, schemaOf(row), undefined);
  recordEvent(state, row.id, rest.rights.caller.user.id, 'archived');
  rest.outbox.send(rest.outbox.ofBranch('branch_deprovisioned', row, null));
  return json(200, rest.represent().full(model, archived));
}

/** `POST /api/plugins/branching/branches/<id>/<action>/` */
export function branchAction(rest: Rest, id: number, action: BranchAction): Answer {
  if (rest.call.method !== 'POST') throw new Answered(405, { detail: `Method "${rest.call.method}" not allowed.` });
  rest.demand('add', BRANCH);
  const row = found(rest, id, 'add');
  if (!rest.rights.may(action, BRANCH)) throw new Forbidden(`This user does not have permission to ${action} branches.`);
  const { wants, text } = WRONG_STATE[action];
  if (row['status'] !== wants) return html(400, text);
  if (action === 'archive') return archive(rest, row);
  if (row['merge_strategy'] === 'squash') return html(400, 'The simulated NetBox merges iteratively only; this branch asks for squash.');
  const { commit, acknowledged } = options(rest.body());
  if (action !== 'revert' && !acknowledged) refuseConflicts(rest, row);
  const job: JobRow = rest.jobs.request(action, row.id, rest.rights.caller.user.id, commit);
  return json(200, jobShown(rest, job));
}
