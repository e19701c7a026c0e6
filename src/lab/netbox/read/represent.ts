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

/** One per request: nested objects are represented once. `base` is `http://host`, or '' for the relative urls of webhooks. */
export class Representer {
  readonly #brief = new Map<string, Shown>();
  readonly #customFields = new Map<string, readonly Row[]>();

  constructor(
    readonly view: View,
    readonly base: string,
    /** The object was just created by this request: its own arrival is not yet counted anywhere. */
    readonly fresh = false,
  ) {}

  full(model: Model, row: Row, keys: readonly string[] = model.rest): Shown {
    const shown: Record<string, Json> = {};
    for (const key of keys) shown[key] = this.#value(model, key, row, false);
    return shown;
  }

  brief(type: string, id: number | null): Shown | null {
    const model = knownModel(type);
    const row = this.view.get(type, id);
    if (row === undefined) return null;
    const cacheKey = `${type} ${row.id}`;
    let shown = this.#brief.get(cacheKey);
    if (shown === undefined) {
      shown = Object.fromEntries(model.brief.map((key) => [key, this.#value(model, key, row, true)]));
      this.#brief.set(cacheKey, shown);
    }
    return shown;
  }

  briefRow(model: Model, row: Row): Shown {
    return Object.fromEntries(model.brief.map((key) => [key, this.#value(model, key, row, true)]));
  }

  /** The object behind a generic relation, brief; null when it is not there or its type is not simulated. */
  generic(type: Json | undefined, id: Json | undefined): Shown | null {
    return typeof type === 'string' && typeof id === 'number' && modelOf(type) !== undefined ? this.brief(type, id) : null;
  }

  #value(model: Model, key: string, row: Row, nested: boolean): Json {
    switch (key) {
      case 'id':
      case 'created':
      case 'last_updated':
        return row[key];
      case 'url':
        return `${this.base}/api/${model.endpoint}/${row.id}/`;
      case 'display_url':
        return `${this.base}/${model.displayPath}/${row.id}/`;
      case 'display':
        return displayOf(model, row, this.view);
      case 'tags':
        return sortedBy('name', asIds(row['tags']).map((id) => this.brief('extras.tag', id)));
      case 'custom_fields':
        return this.#customFieldValues(model, row);
    }
    const special = COMPUTED[`${model.type}.${key}`];
    if (special !== undefined) return special(row, this, nested);
    const field = model.fields[key];
    if (field !== undefined) return this.#fieldValue(field, row[key] ?? null);
    const computed = COMPUTED[key];
    return computed === undefined ? (key.endsWith('_count') ? 0 : null) : computed(row, this, nested);
  }

  #fieldValue(field: Field, value: Json): Json {
    const { type } = field;
    if (type.kind === 'choice') return value === null || value === '' ? null : { ...labelled(type.choices, asText(value)) };
    if (type.kind === 'fk') return typeof value === 'number' ? this.brief(type.to, value) : null;
    if (type.kind === 'many') {
      return sortedBy(type.to === 'ipam.vlan' ? 'vid' : 'display', asIds(value).map((id) => (type.nestedFull === true ? this.#fullOf(type.to, id) : this.brief(type.to, id))));
    }
    return value;
  }

  #fullOf(type: string, id: number): Shown | null {
    const row = this.view.get(type, id);
    return row === undefined ? null : this.full(knownModel(type), row);
  }

  #customFieldValues(model: Model, row: Row): Shown {
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
