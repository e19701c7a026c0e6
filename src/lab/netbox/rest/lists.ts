// Lists as REST gives them: ordered, one page, and as few keys as were asked for (`brief`, `fields`, `omit`, `exclude`).
import type { Answer, Call } from '../http/exchange';
import { printed } from '../http/exchange';
import { Printer } from '../http/python-json';
import type { Model } from '../models/model';
import { askedOrder, sorted } from '../read/ordering';
import { cursorPage, fromStart, startOf } from '../read/cursor';
import { pageOf, pageText, windowOf } from '../read/page';
import type { Shown } from '../read/represent';
import { isSince46 } from '../models/since-4-6';
import type { Json } from '../store/row';
import type { Rest } from './rest';

export type Sparse = (model: Model, full: (keys: readonly string[]) => Shown, brief: () => Shown) => Shown;
type Value<T> = (item: T, path: string) => Json | undefined;

const words = (values: readonly string[] | undefined): readonly string[] => (values ?? []).flatMap((value) => value.split(',')).filter((word) => word !== '');

function sparseOf(call: Call): Sparse {
  if (['true', '1'].includes(call.query.get('brief')?.at(-1) ?? '')) return (_model, _full, brief) => brief();
  const fields = words(call.query.get('fields'));
  const omit = [...words(call.query.get('omit')), ...words(call.query.get('exclude'))];
  return (model, full) => full(model.rest.filter((key) => (fields.length === 0 || fields.includes(key)) && !omit.includes(key)));
}

/** One page of a list as an answer. `ready` items stand in their order already. */
export function listOf<T extends { readonly id: number }>({ call, state }: Rest, items: readonly T[], order: readonly string[], value: Value<T>, show: (item: T, sparse: Sparse) => Json, natural = true, ready = false): Answer {
  const [sample] = items;
  const asked = askedOrder(call.query.get('ordering')?.at(-1), (field) => field === 'id' || (sample !== undefined && value(sample, field) !== undefined));
  const window = windowOf(call.query);
  const start = isSince46(state.version) ? startOf(call.query) : undefined;
  const sparse = sparseOf(call);
  const rows = ready && asked === undefined ? items : sorted(items, asked ?? order, value, natural);
  const printer = new Printer('compact');
  // Printed one by one: a page of objects that wait for each other costs more than the page itself.
  const shown = start === undefined ? rows.slice(window.offset, window.offset + window.limit) : fromStart(items, start, window.limit);
  const url = `${call.origin}${call.path}`;
  const head = start === undefined ? pageOf(url, call.query, window, rows.length) : cursorPage(url, call.query, window.limit, shown);
  return printed(200, pageText(head, shown.map((item) => printer.print(show(item, sparse)))));
}
