// Carries P25, P26, P29: what the writes of a deletion have in common: going on with a row that a dead worker left without
// sending anything new, and the sentence of an end that was not the one wanted.
import { refuse, type Refusal } from '../kernel';
import type { EffectDefinition, EffectEnd, Holder } from '../effects';
import type { RequestRecord } from './core/request';

export const holderOfRequest = (record: RequestRecord, actor: string): Holder => ({ kind: 'request', id: record.id, fence: record.fence, actor });

/** The same write, for settling what stands in its row: what was called is looked at, what was only intended is not sent. */
export const settleOnly = <Evidence>(definition: EffectDefinition<Evidence>): EffectDefinition<Evidence> => ({
  ...definition,
  recheck: () => Promise.resolve(refuse('effect.not-sent', 'It was intended and is not sent any more.', 'the worker stopped before the call', 'Nothing: nothing was sent.')),
});

export const refusalOfEnd = (end: Exclude<EffectEnd, { readonly end: 'confirmed' }>): Refusal =>
  end.end === 'unknown' ? { code: 'effect.unknown-outcome', summary: 'What became of a write cannot be told.', observed: end.observed, next: 'Look at the guest, then decide by hand.' } : end.refusal;

/** SQLSTATE of a database error (a trigger's `SLnnn` among them); null for everything else. */
export function sqlStateOf(trouble: unknown): string | null {
  const driver = (trouble as { readonly driverError?: unknown } | null)?.driverError ?? trouble;
  const { code } = (driver ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : null;
}
