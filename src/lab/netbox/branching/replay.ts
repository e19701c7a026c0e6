// One change of a change log, done again (merge, sync) or taken back (revert), with the validation of an ordinary save (netbox-branching 1.1.2,
// strategy "iterative"). Ids stay what they were; an object created by a merge has no `last_updated` until something updates it.
import type { Model } from '../models/model';
import { countersIn, displayOf, fromLogForm } from '../read/log-form';
import { asObject, asText, jsonbOrder, sameJson } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { LogRow } from '../store/space';
import type { View } from '../store/view';
import { fullClean } from '../write/clean';
import type { Candidate } from '../write/clean';
import { DoesNotExist } from '../write/errors';
import type { Values, Writer } from '../write/writer';

type Log = (line: string) => void;

const gone = (model: Model): DoesNotExist => new DoesNotExist(`${model.className} matching query does not exist.`);

/** The model's own validation follows its foreign keys and stumbles over the first that leads nowhere. */
function followReferences(model: Model, values: Values, view: View): void {
  for (const [name, { type }] of Object.entries(model.fields)) {
    if (type.kind !== 'fk' || typeof values[name] !== 'number' || view.get(type.to, values[name]) !== undefined) continue;
    throw new DoesNotExist(`${classOf(type.to)} matching query does not exist.`);
  }
}

const classOf = (type: string): string => ({ 'ipam.ipaddress': 'IPAddress', 'dcim.macaddress': 'MACAddress', 'virtualization.virtualmachine': 'VirtualMachine', 'virtualization.vminterface': 'VMInterface' })[type] ?? capital(type.split('.')[1] ?? type);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Values of a whole object from its change-log form. */
function wholeObject(model: Model, form: JsonObject, id: number, view: View): Values {
  const stored = { ...form, ...('custom_fields' in form ? { custom_fields: jsonbOrder(form['custom_fields'] ?? {}) } : {}) };
  const values = fromLogForm(model, stored, view);
  followReferences(model, values, view);
  const defaults = Object.fromEntries(Object.entries(model.fields).map(([name, field]) => [name, field.default]));
  fullClean(model, { ...defaults, ...values, id }, view);
  return { ...values, ...countersIn(form) };
}

/** Values of the fields that differ between two forms, taken from the second; custom fields key by key. */
function changedFields(model: Model, row: Row, from: JsonObject, to: JsonObject, view: View): Values {
  const keys = Object.keys(to).filter((key) => key !== 'last_updated' && key !== 'created' && !sameJson(from[key], to[key]));
  const picked = fromLogForm(model, Object.fromEntries(keys.map((key) => [key, to[key] ?? null])), view);
  if (!keys.includes('custom_fields')) return picked;
  const [before, after] = [asObject(from['custom_fields']), asObject(to['custom_fields'])];
  const changed = Object.fromEntries(Object.entries(after).filter(([key, value]) => !sameJson(before[key], value)));
  return { ...picked, custom_fields: jsonbOrder({ ...asObject(row['custom_fields']), ...changed }) };
}

function update(writer: Writer, change: LogRow, from: JsonObject, to: JsonObject, log: Log | null, message: string): void {
  const model = writer.view.model(change.type);
  const row = writer.view.get(model.type, change.objectId);
  if (row === undefined) throw gone(model);
  log?.(`Updating ${model.verbose} ${displayOf(model, row, writer.view)}`);
  const values = changedFields(model, row, from, to, writer.view);
  followReferences(model, values, writer.view);
  const candidate: Candidate = { ...row, ...values, id: row.id };
  fullClean(model, candidate, writer.view);
  writer.update(model, row, values, message);
}

/** Does a change again where `writer` writes. */
export function redo(writer: Writer, change: LogRow, log: Log, message = ''): void {
  const model = writer.view.model(change.type);
  switch (change.action) {
    case 'create': {
      const values = wholeObject(model, change.post ?? {}, change.objectId, writer.view);
      writer.create(model, without(values, 'created'), message, { id: change.objectId, created: asText(values['created']) });
      return;
    }
    case 'update':
      update(writer, change, change.pre ?? {}, change.post ?? {}, log, message);
      return;
    case 'delete': {
      const row = writer.view.get(model.type, change.objectId);
      if (row === undefined) return log(`${capital(model.verbose)} ID ${change.objectId} already deleted; skipping`);
      log(`Deleting ${model.verbose} ${displayOf(model, row, writer.view)}`);
      writer.delete(model, row, message);
    }
  }
}

/** Takes a change back: what was created goes, what was deleted comes again under its old id with new times and without its tags. */
export function takeBack(writer: Writer, change: LogRow, log: Log): void {
  const model = writer.view.model(change.type);
  switch (change.action) {
    case 'create': {
      const row = writer.view.get(model.type, change.objectId);
      if (row === undefined) return log(`${capital(model.verbose)} ID ${change.objectId} already deleted; skipping`);
      log(`Undoing creation of ${model.verbose} ${displayOf(model, row, writer.view)}`);
      writer.delete(model, row);
      return;
    }
    case 'update':
      update(writer, change, change.post ?? {}, change.pre ?? {}, null, '');
      return;
    case 'delete': {
      log(`Restoring ${model.verbose} ${change.repr}`);
      const values = wholeObject(model, change.pre ?? {}, change.objectId, writer.view);
      writer.create(model, { ...without(values, 'created'), ...forgotten(model) }, '', { id: change.objectId });
    }
  }
}

/** What a revert does not bring back: tags and other many-to-many assignments of a deleted object are lost (branching 1.1.2). */
const forgotten = (model: Model): Values =>
  Object.fromEntries([...Object.entries(model.fields).filter(([, field]) => field.type.kind === 'many').map(([name]) => name), 'tags'].map((name): [string, Json] => [name, []]));

const without = (values: Values, key: string): Record<string, Json> => Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
