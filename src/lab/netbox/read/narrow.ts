// Which rows a list has to look at. A filter on a foreign key, an id, a name or an address is answered by an index; every filter is still tested on what is
// left, so this changes how long a list takes and never what is in it.
import type { Field } from '../models/field';
import type { Model } from '../models/model';
import { asObject, asText, jsonKey } from '../store/row';
import type { Row } from '../store/row';
import type { View } from '../store/view';
import { customFieldsOf } from './custom-field-values';

type Query = ReadonlyMap<string, readonly string[]>;

const ids = (values: readonly string[]): readonly number[] | undefined => (values.every((value) => /^\d+$/.test(value)) ? [...new Set(values.map(Number))] : undefined);
const where = (view: View, type: string, field: string, keys: readonly (string | number)[]): readonly Row[] => [...new Set(keys)].flatMap((key) => view.where(type, field, key));

const OWNERS: Readonly<Record<string, readonly [interfaceType: string, field: string]>> = { virtual_machine_id: ['virtualization.vminterface', 'virtual_machine'], device_id: ['dcim.interface', 'device'] };
const isAssignable = (type: string): boolean => type === 'ipam.ipaddress' || type === 'dcim.macaddress';

function byNumber(view: View, model: Model, key: string, wanted: readonly number[]): readonly Row[] | undefined {
  if (key === 'id') return wanted.flatMap((id) => view.get(model.type, id) ?? []);
  const owner = OWNERS[key];
  if (isAssignable(model.type) && owner !== undefined) return where(view, model.type, 'assigned_object_id', where(view, owner[0], owner[1], wanted).map((row) => row.id));
  if (isAssignable(model.type) && /^(vm)?interface_id$/.test(key)) return where(view, model.type, 'assigned_object_id', wanted);
  const name = key.replace(/_id$/, '');
  if (key.endsWith('_id') && model.fields[name]?.type.kind === 'fk') return where(view, model.type, name, wanted);
  if (model.fields[key]?.type.kind === 'integer') return where(view, model.type, key, wanted);
  return key.startsWith('cf_') ? byCustomField(view, model, key.slice(3), wanted) : undefined;
}

function byCustomField(view: View, model: Model, name: string, wanted: readonly number[]): readonly Row[] | undefined {
  if (customFieldsOf(view, model.type).find((field) => field['name'] === name)?.['type'] !== 'integer') return undefined;
  return wanted.flatMap((number) => view.keyed(model.type, `custom field ${name}`, (row) => jsonKey(asObject(row['custom_fields'])[name] ?? null), number));
}

const isText = (field: Field | undefined): boolean => field?.type.kind === 'text';

function byText(view: View, model: Model, key: string, values: readonly string[]): readonly Row[] | undefined {
  if (model.type === 'ipam.ipaddress' && key === 'address') return values.every((value) => value.includes('/')) ? where(view, model.type, key, values) : undefined;
  if (!isText(model.fields[key])) return undefined;
  // A superset of both the exact and the caseless comparison.
  return [...new Set(values.map((value) => value.toLowerCase()))].flatMap((value) => view.keyed(model.type, `lower ${key}`, (row) => asText(row[key]).toLowerCase(), value));
}

/** The fewest rows among which are all that pass the filters; undefined when no filter says so. `query` holds only filters that NetBox does not ignore. */
export function narrowed(view: View, model: Model, query: Query): readonly Row[] | undefined {
  let fewest: readonly Row[] | undefined;
  for (const [key, values] of query) {
    const numbers = ids(values);
    const rows = (numbers === undefined ? undefined : byNumber(view, model, key, numbers)) ?? byText(view, model, key, values);
    if (rows !== undefined && rows.length < (fewest?.length ?? Infinity)) fewest = rows;
  }
  return fewest;
}
