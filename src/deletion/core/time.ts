// Windows are counted from the database's clock (P8). Cut to whole milliseconds, downwards, so that a sum of two times never
// lies before the one that the database adds up itself.
import type { Instant } from '../../kernel';

export const millisOf = (instant: Instant): number => Math.floor(Date.parse(instant));

/** The instant so many seconds later, in whole milliseconds. */
export const plusSeconds = (instant: Instant, seconds: number): Instant => new Date(millisOf(instant) + seconds * 1000).toISOString() as Instant;
