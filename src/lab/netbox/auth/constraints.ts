// Constraints of an object permission (`{"cluster__name": "pve-prod"}`, a list is OR-ed, `$user` is the caller) against one object.
// What cannot be understood grants nothing.
import { knownModel } from '../models/registry';
import { asIds, asObject, isObject, sameJson } from '../store/row';
import type { Json, Row } from '../store/row';
import type { View } from '../store/view';

const LOOKUPS: Readonly<Record<string, (value: Json, wanted: Json) => boolean>> = {
  exact: (value, wanted) => sameJson(value, wanted),
  iexact: (value, wanted) => String(value).toLowerCase() === String(wanted).toLowerCase(),
  in: (value, wanted) => Array.isArray(wanted) && (wanted as readonly Json[]).some((item) => sameJson(item, value)),
  contains: (value, wanted) => String(value).includes(String(wanted)),
  icontains: (value, wanted) => String(value).toLowerCase().includes(String(wanted).toLowerCase()),
  startswith: (value, wanted) => String(value).startsWith(String(wanted)),
  endswith: (value, wanted) => String(value).endsWith(String(wanted)),
  gt: (value, wanted) => Number(value) > Number(wanted),
  gte: (value, wanted) => Number(value) >= Number(wanted),
  lt: (value, wanted) => Number(value) < Number(wanted),
  lte: (value, wanted) => Number(value) <= Number(wanted),
  isnull: (value, wanted) => (value === null) === wanted,
};

/** All values that a path such as `cluster__name` or `tags__slug` reaches; undefined when the path does not exist. */
function reach(view: View, type: string, row: Row, path: readonly string[]): readonly Json[] | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return [row.id];
  if (key === 'id' || key === 'pk') return rest.length === 0 ? [row.id] : undefined;
  if (key === 'custom_field_data') return rest.length === 1 ? [asObject(row['custom_fields'])[rest[0] ?? ''] ?? null] : undefined;
  if (key === 'tags') return asIds(row['tags']).flatMap((id) => { const tag = view.get('extras.tag', id); return tag === undefined ? [] : (reach(view, 'extras.tag', tag, rest) ?? []); });
  const kind = knownModel(type).fields[key]?.type;
  if (kind === undefined) return undefined;
  if (kind.kind !== 'fk' || rest.length === 0) return rest.length === 0 ? [row[key] ?? null] : undefined;
  const target = view.get(kind.to, typeof row[key] === 'number' ? Number(row[key]) : null);
  return target === undefined ? [null] : reach(view, kind.to, target, rest);
}

function holds(view: View, type: string, row: Row, key: string, wanted: Json): boolean {
  const path = key.split('__');
  const last = path.at(-1) ?? '';
  const lookup = path.length > 1 && last in LOOKUPS ? last : undefined;
  const values = reach(view, type, row, lookup === undefined ? path : path.slice(0, -1));
  const test = LOOKUPS[lookup ?? 'exact'];
  return values !== undefined && test !== undefined && values.some((value) => test(value, wanted));
}

/** Whether the constraints of one permission admit this object; null admits all. */
export function admits(view: View, type: string, row: Row, constraints: Json, userId: number): boolean {
  if (constraints === null) return true;
  const alternatives = Array.isArray(constraints) ? (constraints as readonly Json[]) : [constraints];
  return alternatives.some((one) => isObject(one) && Object.entries(one).every(([key, wanted]) => holds(view, type, row, key, wanted === '$user' ? userId : wanted)));
}
