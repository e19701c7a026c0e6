// Which custom fields an object type has, in the order NetBox shows them.
import type { Row } from '../store/row';
import { asTexts, asText } from '../store/row';
import type { View } from '../store/view';

const byWeight = (a: Row, b: Row): number =>
  asText(a['group_name']).localeCompare(asText(b['group_name'])) || Number(a['weight']) - Number(b['weight']) || asText(a['name']).localeCompare(asText(b['name']));

/** Custom fields defined for this object type (always those of main: they are not branchable). */
export const customFieldsOf = (view: View, type: string): readonly Row[] =>
  [...view.all('extras.customfield')].filter((field) => asTexts(field['object_types']).includes(type)).sort(byWeight);

export const hasCustomFields = (rest: readonly string[]): boolean => rest.includes('custom_fields');
