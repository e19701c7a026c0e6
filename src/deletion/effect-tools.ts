// Carries P25, P26, P29: what the writes of a deletion have in common: going on with a row that a dead worker left, without
// sending anything new, and trying again what provably did nothing.
import { refuse } from '../kernel';
import type { EffectDefinition, EffectEnd, EffectRunner, EffectStore, Holder } from '../effects';
import type { RequestRecord } from './core/request';

export const holderOfRequest = (record: RequestRecord, actor: string): Holder => ({ kind: 'request', id: record.id, fence: record.fence, actor });

/** The same write, for settling what stands in its row: what was called is looked at, what was only intended is not sent. */
export const settleOnly = <Evidence>(definition: EffectDefinition<Evidence>): EffectDefinition<Evidence> => ({
  ...definition,
  recheck: () => Promise.resolve(refuse('effect.not-sent', 'It was intended and is not sent any more.', 'the worker stopped before the call', 'Nothing: nothing was sent.')),
});

/**
 * A write whose answer was lost and which, looked at, did nothing: it may be made again with a whole recheck, because its digest
 * stops the first one should it still arrive. Never for a destroy (P27), never for a task that ran and failed.
 */
export async function runOnceMore<Evidence>(effects: EffectStore, runner: EffectRunner, holder: Holder, definition: EffectDefinition<Evidence>, again: boolean): Promise<EffectEnd> {
  const end = await runner.run(holder, definition, again ? 'again' : 'go-on');
  if (end.end !== 'refused' || definition.intent.kind === 'destroy') return end;
  const row = await effects.latest(holder, definition.intent.step);
  return row?.upid === null && end.refusal.observed.includes('; looked: ') ? runner.run(holder, definition, 'again') : end;
}
