// The gate's name for "what this branch would change": the plugin sends it, Sluice computes it again from its own reading, and a
// difference means the branch moved in between. Both sides of the wire use this file or its Python twin. Carries P1.
import { createHash } from 'node:crypto';

export interface DigestedChange {
  /** e.g. `virtualization.virtualmachine` */
  readonly objectType: string;
  readonly objectId: number;
  readonly action: string;
  /** ISO 8601 with an offset; any number of decimals up to six. */
  readonly lastUpdated: string;
}

/** A time as UTC with six decimals and a trailing Z. Accepts `Z` and `+00:00`; throws on anything that is not UTC. */
export function sixDecimals(time: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00:00)$/.exec(time);
  if (match === null) throw new RangeError(`"${time}" is not a UTC time with at most six decimals`);
  return `${match[1] ?? ''}.${(match[2] ?? '').padEnd(6, '0')}Z`;
}

/** SHA-256 (hex) over one line `object_type object_id action last_updated` per change diff, lines sorted by code unit and joined by a newline. */
export const changeDigest = (changes: readonly DigestedChange[]): string =>
  createHash('sha256')
    .update(
      changes
        .map((change) => `${change.objectType} ${change.objectId} ${change.action} ${sixDecimals(change.lastUpdated)}`)
        .sort()
        .join('\n'),
      'utf8',
    )
    .digest('hex');
