// Carries P25, P26: what may be known of one outgoing write, and the only moves between it. The trigger `effect_moves`
// repeats this table. Unknown is neither failed nor done: it is left only by looking.
import type { Refusal, Result, Upid } from '../../kernel';
import { no, ok } from '../../kernel';

export type EffectState =
  | { readonly state: 'intended' }
  | { readonly state: 'called' }
  | { readonly state: 'accepted'; readonly upid: Upid }
  | { readonly state: 'confirmed'; readonly outcome: unknown }
  | { readonly state: 'refused'; readonly outcome: Refusal }
  | { readonly state: 'unknown'; readonly upid: Upid | null; readonly observed: string }
  | { readonly state: 'diverged'; readonly outcome: Refusal };

export type EffectEvent =
  | { readonly event: 'not-sent'; readonly refusal: Refusal }
  | { readonly event: 'call' }
  | { readonly event: 'accept'; readonly upid: Upid }
  | { readonly event: 'confirm'; readonly outcome: unknown }
  | { readonly event: 'refuse'; readonly refusal: Refusal }
  | { readonly event: 'lose'; readonly observed: string }
  | { readonly event: 'diverge'; readonly refusal: Refusal };

const sent = new Set<EffectState['state']>(['called', 'accepted', 'unknown']);

/** The next state, or why this event cannot happen to this state. */
export function nextEffect(from: EffectState, event: EffectEvent): Result<EffectState> {
  switch (event.event) {
    case 'not-sent': return from.state === 'intended' ? ok({ state: 'refused', outcome: event.refusal }) : impossible(from, event);
    case 'call': return from.state === 'intended' ? ok({ state: 'called' }) : impossible(from, event);
    case 'accept': return from.state === 'called' ? ok({ state: 'accepted', upid: event.upid }) : impossible(from, event);
    case 'confirm': return sent.has(from.state) ? ok({ state: 'confirmed', outcome: event.outcome }) : impossible(from, event);
    case 'refuse': return sent.has(from.state) ? ok({ state: 'refused', outcome: event.refusal }) : impossible(from, event);
    case 'diverge': return sent.has(from.state) ? ok({ state: 'diverged', outcome: event.refusal }) : impossible(from, event);
    case 'lose': return from.state === 'called' || from.state === 'accepted' ? ok({ state: 'unknown', upid: from.state === 'accepted' ? from.upid : null, observed: event.observed }) : impossible(from, event);
  }
}

const impossible = (from: EffectState, event: EffectEvent): Result<EffectState> =>
  no({ code: 'effect.impossible-move', summary: `An effect that is ${from.state} cannot ${event.event}.`, observed: from.state, next: 'Report this: it is a bug in Sluice.' });
