// Conditions of an event rule against the `data` of an event. A key that is not there makes the rule not fire.
import { isObject, sameJson } from '../store/row';
import type { Json } from '../store/row';

function valueAt(data: Json, path: string): Json | undefined {
  let value: Json | undefined = data;
  for (const key of path.split('.')) {
    if (!isObject(value)) return undefined;
    value = value[key];
  }
  return value;
}

function compare(op: string, value: Json, wanted: Json): boolean {
  switch (op) {
    case 'eq':
      return sameJson(value, wanted);
    case 'gt':
      return Number(value) > Number(wanted);
    case 'gte':
      return Number(value) >= Number(wanted);
    case 'lt':
      return Number(value) < Number(wanted);
    case 'lte':
      return Number(value) <= Number(wanted);
    case 'in':
      return Array.isArray(wanted) && (wanted as readonly Json[]).some((item) => sameJson(item, value));
    case 'contains':
      return Array.isArray(value) ? (value as readonly Json[]).some((item) => sameJson(item, wanted)) : String(value).includes(String(wanted));
    case 'regex':
      return new RegExp(String(wanted)).test(String(value));
    default:
      return false;
  }
}

/** null always holds; `{and: [...]}`, `{or: [...]}` and `{attr, op, value, negate}` may be nested. */
export function conditionsHold(conditions: Json, data: Json): boolean {
  if (conditions === null) return true;
  if (!isObject(conditions)) return false;
  const { and, or } = conditions;
  if (Array.isArray(and)) return (and as readonly Json[]).every((item) => conditionsHold(item, data));
  if (Array.isArray(or)) return (or as readonly Json[]).some((item) => conditionsHold(item, data));
  const value = typeof conditions['attr'] === 'string' ? valueAt(data, conditions['attr']) : undefined;
  if (value === undefined) return false;
  return compare(typeof conditions['op'] === 'string' ? conditions['op'] : 'eq', value, conditions['value'] ?? null) !== (conditions['negate'] === true);
}
