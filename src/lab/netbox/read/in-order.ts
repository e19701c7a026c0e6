// All objects of a model in the model's own order. The order is kept: names are compared naturally, which for 10,000 of them takes longer than a page of
// answers. After a write the kept order is nearly right, and sorting what is nearly sorted is quick.
import type { Model } from '../models/model';
import { knownModel } from '../models/registry';
import type { Json, Row } from '../store/row';
import type { Space } from '../store/space';
import type { View } from '../store/view';
import { isNatural, sorted } from './ordering';

/** Reads a path such as `virtual_machine__name` of an object; undefined where there is none. */
export function pathValue(view: View, model: Model, row: Row, path: string): Json | undefined {
  const [key = '', ...rest] = path.split('__');
  if (rest.length === 0) return row[key];
  const kind = model.fields[key]?.type;
  const target = kind?.kind === 'fk' && typeof row[key] === 'number' ? view.get(kind.to, row[key]) : undefined;
  return kind?.kind === 'fk' && target !== undefined ? pathValue(view, knownModel(kind.to), target, rest.join('__')) : undefined;
}

interface Kept { readonly writes: string; readonly rows: readonly Row[] }
const kept = new WeakMap<Space, Map<string, Kept>>();

/** Counts the writes to every table that the order looks into. */
function writesBehind(view: View, model: Model): string {
  const through = model.order.map((path) => path.replace(/^-/, '').split('__')).filter((path) => path.length > 1).map(([key = '']) => model.fields[key]?.type);
  const types = [model.type, ...through.flatMap((kind) => (kind?.kind === 'fk' ? [kind.to] : []))];
  return types.map((type) => view.spaceOf(type).writes(type)).join(' ');
}

/** Sorts some objects of a model in the model's own order. */
export const inOrder = (view: View, model: Model, rows: readonly Row[]): readonly Row[] => sorted(rows, model.order, (row, path) => pathValue(view, model, row, path), isNatural(model.type));

export function allInOrder(view: View, model: Model): readonly Row[] {
  const space = view.spaceOf(model.type);
  let orders = kept.get(space);
  if (orders === undefined) kept.set(space, (orders = new Map<string, Kept>()));
  const writes = writesBehind(view, model);
  const known = orders.get(model.type);
  if (known?.writes === writes) return known.rows;
  const table = space.table(model.type);
  const before = new Set(known?.rows.map((row) => row.id));
  const nearly = [...before].flatMap((id) => table.get(id) ?? []).concat([...table.values()].filter((row) => !before.has(row.id)));
  const rows = inOrder(view, model, nearly);
  orders.set(model.type, { writes, rows });
  return rows;
}
