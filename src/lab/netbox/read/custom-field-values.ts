// Which custom fields an object type has, in the order NetBox shows them.
import type { Row } from '../store/row';
import { asTexts, asText } from '../store/row';
import type { Space } from '../store/space';
import type { View } from '../store/view';

const TYPE = 'extras.customfield';

const byWeight = (a: Row, b: Row): number =>
  asText(a['group_name']).localeCompare(asText(b['group_name'])) || Number(a['weight']) - Number(b['weight']) || asText(a['name']).localeCompare(asText(b['name']));

const kept = new WeakMap<Space, { readonly writes: number; readonly fields: Map<string, readonly Row[]> }>();

/** Custom fields defined for this object type (always those of main: they are not branchable). */
export function customFieldsOf(view: View, type: string): readonly Row[] {
  const space = view.spaceOf(TYPE);
  let known = kept.get(space);
  if (known?.writes !== space.writes(TYPE)) kept.set(space, (known = { writes: space.writes(TYPE), fields: new Map() }));
  let fields = known.fields.get(type);
  if (fields === undefined) known.fields.set(type, (fields = [...view.all(TYPE)].filter((field) => asTexts(field['object_types']).includes(type)).sort(byWeight)));
  return fields;
}

export const hasCustomFields = (rest: readonly string[]): boolean => rest.includes('custom_fields');
