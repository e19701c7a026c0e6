// Recorded exchanges that are not played, by kind and with the reason: none. What is recorded later may need one.
import type { Recorded } from './recording';

const KINDS: readonly { readonly why: string; readonly match: (step: Recorded) => boolean }[] = [];

/** Why a step is not played; undefined when it is. */
export const skipped = (step: Recorded): string | undefined => KINDS.find(({ match }) => match(step))?.why;
