// The REST representation of objects: nested brief objects, `{value, label}` for choices, absolute urls in answers and relative ones in webhooks.
import { labelled } from '../models/choices';
import type { Field } from '../models/field';
import type { Model } from '../models/model';
import { knownModel, modelOf } from '../models/registry';
import { asIds, asObject, asText } from '../store/row';
import type { Json, Row } from '../store/row';
import type { View } from '../store/view';
import { COMPUTED } from './computed';
import { customFieldsOf } from './custom-field-values';
import { displayOf } from './log-form';

export interface Shown { readonly [key: string]: Json }

const compare = (a: Json | undefined, b: Json | undefined): number => (typeof a === 'number' && typeof b === 'number' ? a - b : asText(a) < asText(b) ? -1 : 1);
const sortedBy = (key: string, shown: readonly (Shown | null)[]): readonly Shown[] => shown.filter((item): item is Shown => item !== null).sort((a, b) => compare(a[key], b[key]));

type Reader = (row: Row, represent: Representer, nested: boolean) => Json;
const readers = new WeakMap<Model, Map<string, Reader>>();

/** How one key of a model is read; found once, as every object of a page has the same keys. */
function readerOf(model: Model, key: string): Reader {
  let known = readers.get(model);
  if (known === undefined) readers.set(model, (known = new Map<string, Reader>()));
  let reader = known.get(key);
  if (reader === undefined) known.set(key, (reader = makeReader(model, key)));
  return reader;
}

function makeReader(model: Model, key: string): Reader {
  switch (key) {
    case 'id':
    case 'created':
    case 'last_updated':
      return (row) => row[key];
    case 'url':
      return (row, { base }) => `${base}/api/${model.endpoint}/${row.id}/`;
    case 'display_url':
      return (row, { base }) => `${base}/${model.displayPath}/${row.id}/`;
    case 'display':
      return (row, { view }) => displayOf(model, row, view);
    case 'tags':
      return (row, represent) => sortedBy('name', asIds(row['tags']).map((id) => represent.brief('extras.tag', id)));
    case 'custom_fields':
      return (row, represent) => represent.customFields(model, row);
  }
  const special = COMPUTED[`${model.type}.${key}`];
  if (special !== undefined) return special;
  const field = model.fields[key];
  if (field !== undefined) return fieldReader(field, key);
  return COMPUTED[key] ?? ((): Json => (key.endsWith('_count') ? 0 : null));
}

function fieldReader({ type }: Field, key: string): Reader {
  const of = (row: Row): Json => row[key] ?? null;
  if (type.kind === 'choice') return (row) => (of(row) === null || of(row) === '' ? null : { ...labelled(type.choices, asText(of(row))) });
  if (type.kind === 'fk') return (row, represent) => (typeof row[key] === 'number' ? represent.brief(type.to, row[key]) : null);
  if (type.kind !== 'many') return of;
  const shown = (represent: Representer, id: number): Shown | null => (type.nestedFull === true ? represent.fullOf(type.to, id) : represent.brief(type.to, id));
  return (row, represent) => sortedBy(type.to === 'ipam.vlan' ? 'vid' : 'display', asIds(row[key]).map((id) => shown(represent, id)));
}

/** One per request: nested objects are represented once. `base` is `http://host`, or '' for the relative urls of webhooks. */
export class Representer {
  readonly #brief = new Map<string, Map<number, Shown>>();
  readonly #customFields = new Map<string, readonly Row[]>();

  constructor(
    readonly view: View,
    readonly base: string,
    /** The object was just created by this request: its own arrival is not yet counted anywhere. */
    readonly fresh = false,
  ) {}

  full(model: Model, row: Row, keys: readonly string[] = model.rest): Shown {
    return this.#shown(model, row, keys, false);
  }

  fullOf(type: string, id: number): Shown | null {
    const row = this.view.get(type, id);
    return row === undefined ? null : this.full(this.view.model(type), row);
  }

  brief(type: string, id: number | null): Shown | null {
    const row = this.view.get(type, id);
    if (row === undefined) return null;
    let known = this.#brief.get(type);
    if (known === undefined) this.#brief.set(type, (known = new Map<number, Shown>()));
    let shown = known.get(row.id);
    if (shown === undefined) known.set(row.id, (shown = this.briefRow(knownModel(type), row)));
    return shown;
  }

  briefRow(model: Model, row: Row): Shown {
    return this.#shown(model, row, model.brief, true);
  }

  /** The object behind a generic relation, brief; null when it is not there or its type is not simulated. */
  generic(type: Json | undefined, id: Json | undefined): Shown | null {
    return typeof type === 'string' && typeof id === 'number' && modelOf(type) !== undefined ? this.brief(type, id) : null;
  }

  #shown(model: Model, row: Row, keys: readonly string[], nested: boolean): Shown {
    const shown: Record<string, Json> = {};
    for (const key of keys) shown[key] = readerOf(model, key)(row, this, nested);
    return shown;
  }

  customFields(model: Model, row: Row): Shown {
    let fields = this.#customFields.get(model.type);
    if (fields === undefined) this.#customFields.set(model.type, (fields = customFieldsOf(this.view, model.type)));
    const stored = asObject(row['custom_fields']);
    const related = (field: Row, value: Json): Json => (typeof value === 'number' ? this.generic(field['related_object_type'], value) : null);
    return Object.fromEntries(
      fields.map((field) => {
        const value = stored[asText(field['name'])] ?? null;
        if (field['type'] === 'object') return [asText(field['name']), related(field, value)];
        if (field['type'] === 'multiobject') return [asText(field['name']), value === null ? null : asIds(value).map((id) => related(field, id))];
        return [asText(field['name']), value];
      }),
    );
  }
}
