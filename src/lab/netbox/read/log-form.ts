// An object as the change log, change diffs and branch webhooks carry it: foreign keys as integers, tags as sorted names, decimals as text,
// choices raw, times in milliseconds. This is the form a merge replays from.
import { knownModel, modelOf, modelOfContentType } from '../models/registry';
import type { Model } from '../models/model';
import { fromMilliseconds, milliseconds } from '../store/clock';
import { asIds, asObject, asText, asTexts, jsonbOrder } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { naturalInterfaceName } from './network';

/** Counters that NetBox stores on the object and therefore logs with it. */
const COUNTED: Readonly<Record<string, string>> = { interface_count: 'virtualization.vminterface', virtual_disk_count: 'virtualization.virtualdisk' };

/** A VM that a merge or a revert made brings the number its change data had, and whatever is made on it afterwards is added: restored things count twice. */
export const countOn = (view: View, key: string, vm: Row): number => {
  const type = COUNTED[key];
  return type === undefined ? 0 : Number(vm[key] ?? 0) + view.where(type, 'virtual_machine', vm.id).length;
};

/** The counters in change data, to be stored with the object that is made from it. */
export const countersIn = (form: JsonObject): JsonObject => Object.fromEntries(Object.keys(COUNTED).filter((key) => key in form).map((key) => [key, form[key] ?? 0]));

const tagNames = (view: View, row: Row): readonly string[] =>
  asIds(row['tags']).map((id) => asText(view.get('extras.tag', id)?.['name'])).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

function logValue(model: Model, key: string, row: Row, view: View): Json {
  if (key === 'created' || key === 'last_updated') return row[key] === null ? null : milliseconds(asText(row[key]));
  if (key === 'custom_fields') return asObject(row['custom_fields']);
  if (key === 'tags') return tagNames(view, row);
  if (key === '_name') return naturalInterfaceName(asText(row['name']));
  if (key in COUNTED && model.type === 'virtualization.virtualmachine') return countOn(view, key, row);
  if (key === 'virtual_machine_count') return view.where('virtualization.virtualmachine', 'virtual_machine_type', row.id).length;
  const value = row[key] ?? null;
  const field = model.fields[key];
  if (field === undefined || value === null) return value;
  switch (field.type.kind) {
    case 'decimal':
      return Number(value).toFixed(field.type.places);
    case 'time':
      return milliseconds(asText(value));
    case 'object-type':
      return modelOf(asText(value))?.contentType ?? null;
    case 'many':
      return [...asIds(value)].sort((a, b) => a - b);
    default:
      return value;
  }
}

/** The change-log form of an object, keys in the order of its model. */
export function logForm(model: Model, row: Row, view: View): JsonObject {
  return Object.fromEntries(model.log.map((key) => [key, logValue(model, key, row, view)]));
}

/** The same with custom fields in the database's key order, as they are after they have been stored once. */
export const storedLogForm = (model: Model, row: Row, view: View): JsonObject => {
  const form = logForm(model, row, view);
  return 'custom_fields' in form ? { ...form, custom_fields: jsonbOrder(form['custom_fields'] ?? {}) } : form;
};

/** Without private and bookkeeping keys: what REST shows as prechange/postchange data and what change diffs keep. */
export const cleaned = (form: JsonObject | null): JsonObject | null =>
  form === null ? null : (jsonbOrder(Object.fromEntries(Object.entries(form).filter(([key]) => !key.startsWith('_') && key !== 'created' && key !== 'last_updated'))) as JsonObject);

/** Field values to store, read back from a change-log form; keys without a stored field are left out, tags that no longer exist are dropped. */
export function fromLogForm(model: Model, form: JsonObject, view: View): JsonObject {
  const values: Record<string, Json> = {};
  for (const [key, value] of Object.entries(form)) {
    const kind = model.fields[key]?.type.kind;
    if (key === 'custom_fields') values[key] = value;
    else if (key === 'tags') values[key] = asTexts(value).flatMap((name) => [...view.all('extras.tag')].filter((tag) => tag['name'] === name).map((tag) => tag.id));
    else if (key === 'created') values[key] = fromMilliseconds(asText(value));
    else if (kind === 'decimal') values[key] = value === null ? null : Number(value);
    else if (kind === 'time') values[key] = value === null ? null : fromMilliseconds(asText(value));
    else if (kind === 'object-type') values[key] = typeof value === 'number' ? (modelOfContentType(value)?.type ?? null) : value;
    else if (kind !== undefined) values[key] = value;
  }
  return values;
}

function displayAt(type: string, id: Json | undefined, view: View): string {
  const model = modelOf(type);
  const row = model === undefined || typeof id !== 'number' ? undefined : view.get(type, id);
  return model === undefined || row === undefined ? 'None' : displayOf(model, row, view);
}

/** How an object names itself in logs and lists. */
export function displayOf(model: Model, row: Row, view: View): string {
  switch (model.type) {
    case 'ipam.vlan':
      return `${asText(row['name'])} (${String(row['vid'])})`;
    case 'ipam.vrf':
      return row['rd'] === null ? asText(row['name']) : `${asText(row['name'])} (${asText(row['rd'])})`;
    case 'ipam.ipaddress':
      return asText(row['address']);
    case 'ipam.prefix':
      return asText(row['prefix']);
    case 'dcim.macaddress':
      return asText(row['mac_address']);
    case 'vpn.l2vpn':
      return row['identifier'] === null ? asText(row['name']) : `${asText(row['name'])} (${String(row['identifier'])})`;
    case 'vpn.l2vpntermination':
      return `${displayAt(asText(row['assigned_object_type']), row['assigned_object_id'], view)} <> ${displayAt('vpn.l2vpn', row['l2vpn'], view)}`;
    case 'dcim.devicetype':
      return asText(row['model']);
    case 'extras.customfield':
      return asText(row['label']) || asText(row['name']);
    case 'extras.journalentry': {
      const kind = asText(row['kind']);
      return `${row.created.slice(0, 10)} ${row.created.slice(11, 16)} (${kind.charAt(0).toUpperCase()}${kind.slice(1)})`;
    }
    case 'users.user': {
      const full = `${asText(row['first_name'])} ${asText(row['last_name'])}`.trim();
      return full === '' ? asText(row['username']) : `${asText(row['username'])} (${full})`;
    }
    case 'users.token':
      return row['version'] === 2 ? asText(row['key']) : `${'*'.repeat(34)}${(view.state.tokens.get(row.id) ?? '').slice(-6)}`;
    default:
      return asText(row['name']) || `${model.verbose} (${row.id})`;
  }
}

/** The text stored as `object_repr`. */
export const reprOf = (type: string, row: Row, view: View): string => {
  const text = displayOf(knownModel(type), row, view);
  return type === 'users.user' ? asText(row['username']) : text;
};
