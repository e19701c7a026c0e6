// Recorded exchanges that are not played, by kind and with the reason. The list may only shrink.
import type { Recorded } from './recording';

const KINDS: readonly { readonly why: string; readonly match: (step: Recorded) => boolean }[] = [
  { why: 'OPTIONS metadata', match: (step) => step.kind === 'exchange' && step.method === 'OPTIONS' },
];

/** Why a step is not played; undefined when it is. */
export const skipped = (step: Recorded): string | undefined => KINDS.find(({ match }) => match(step))?.why;
