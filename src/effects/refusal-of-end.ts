// The one sentence for an end that was not the one wanted. Unknown is neither failed nor done (P26): it has a code of its own.
import type { Refusal } from '../kernel';
import type { EffectEnd } from './effect-runner';

/** `next`: what whoever did the write can do about an outcome that is not known. */
export const refusalOfEnd = (end: Exclude<EffectEnd, { readonly end: 'confirmed' }>, next = 'Look at the guest, then decide by hand.'): Refusal =>
  end.end === 'unknown' ? { code: 'effect.unknown', summary: 'Whether the write happened cannot be told yet.', observed: end.observed, next } : end.refusal;
