// The list that a person reads before a recording leaves the house: what was removed, where, how often.
import type { Removal } from './remove';

export interface RemovedRow { readonly template: string; readonly member: string; readonly why: string; readonly count: number }

export class Removals {
  readonly #rows = new Map<string, RemovedRow>();

  add(template: string, { member, why }: Removal): void {
    const key = `${template} ${member} ${why}`;
    this.#rows.set(key, { template, member, why, count: (this.#rows.get(key)?.count ?? 0) + 1 });
  }

  get rows(): readonly RemovedRow[] {
    return [...this.#rows.values()].sort((a, b) => (`${a.template} ${a.member}` < `${b.template} ${b.member}` ? -1 : 1));
  }
}

export const removedLine = ({ template, member, why, count }: RemovedRow): string => `${count} x ${member === '' ? 'text' : member} (${why}) in ${template}`;
