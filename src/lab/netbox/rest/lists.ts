// Lists as REST gives them: ordered, one page, and as few keys as were asked for (`brief`, `fields`, `omit`, `exclude`).
import type { Answer, Call } from '../http/exchange';
import { json } from '../http/exchange';
import type { Model } from '../models/model';
import { knownModel } from '../models/registry';
import { askedOrder, sorted } from '../read/ordering';
import { pageOf, windowOf } from '../read/page';
import type { Shown } from '../read/represent';
import type { Json, Row } from '../store/row';
import type { View } from '../store/view';

export type Sparse = (model: Model, full: (keys: readonly string[]) => Shown, brief: () => Shown) => Shown;
type Value<T> = (item: T, path: string) => Json | undefined;

/** Reads a path such as `virtual_machine__name` of an object; undefined where there is none. */
export function pathValue(view: View, model: Model, row: Row, path: string): Json | undefined {
  const [key = '', ...rest] = path.split('__');
  if (rest.length === 0) return row[key];
  const kind = model.fields[key]?.type;
  const target = kind?.kind === 'fk' && typeof row[key] === 'number' ? view.get(kind.to, row[key]) : undefined;
  return kind?.kind === 'fk' && target !== undefined ? pathValue(view, knownModel(kind.to), target, rest.join('__')) : undefined;
}

const words = (values: readonly string[] | undefined): readonly string[] => (values ?? []).flatMap((value) => value.split(',')).filter((word) => word !== '');

function sparseOf(call: Call): Sparse {
  if (['true', '1'].includes(call.query.get('brief')?.at(-1) ?? '')) return (_model, _full, brief) => brief();
  const fields = words(call.query.get('fields'));
  const omit = [...words(call.query.get('omit')), ...words(call.query.get('exclude'))];
  return (model, full) => full(model.rest.filter((key) => (fields.length === 0 || fields.includes(key)) && !omit.includes(key)));
}

/** One page of a list as an answer. */
export function listOf<T extends { readonly id: number }>(call: Call, items: readonly T[], order: readonly string[], value: Value<T>, show: (item: T, sparse: Sparse) => Json, natural = true): Answer {
  const [sample] = items;
  const asked = askedOrder(call.query.get('ordering')?.at(-1), (field) => field === 'id' || (sample !== undefined && value(sample, field) !== undefined));
  const window = windowOf(call.query);
  const sparse = sparseOf(call);
  const rows = sorted(items, asked ?? order, value, natural);
  const results = rows.slice(window.offset, window.offset + window.limit).map((item) => show(item, sparse));
  return json(200, pageOf(`${call.origin}${call.path}`, call.query, window, rows.length, results));
}
