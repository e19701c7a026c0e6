// A "no" reads the same everywhere: what is refused, because of what was seen, what can be done next.
import type { Refusal } from '../../kernel';
import type { CardLine, Mark } from './card';
import { plainTimes } from './words';

export const refusalLine = (refusal: Refusal, mark: Mark): CardLine => ({ mark, text: plainTimes(`${refusal.summary} Observed: ${refusal.observed}`), more: `Next: ${plainTimes(refusal.next)}` });
