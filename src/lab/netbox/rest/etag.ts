// Optimistic concurrency of NetBox 4.6 (read from the source of 4.6.8, never seen running): a weak ETag made of the time of the last change on the answers
// about a single object, and `If-Match` on its writes, looked at after the object was found and before the body is. Lists, bulk requests and branches have none.
import type { Model } from '../models/model';
import { isSince46 } from '../models/since-4-6';
import type { Row } from '../store/row';
import { Answered } from '../write/errors';
import type { Rest } from './rest';

/** As Python prints the time: a fraction only where there is one. */
const isoformat = (time: string): string => time.replace('.000000', '').replace(/Z$/, '+00:00');

/** An object that a merge made has no `last_updated` yet; then it is the time of its creation. Users and permissions have neither time. */
function etagOf(model: Model, row: Row): string | undefined {
  const time = (model.rest.includes('last_updated') ? row.last_updated : null) ?? (model.rest.includes('created') ? row.created : null);
  return time === null ? undefined : `W/"${isoformat(time)}"`;
}

export function etagHeader(rest: Rest, model: Model, row: Row): Readonly<Record<string, string>> {
  const etag = isSince46(rest.state.version) ? etagOf(model, row) : undefined;
  return etag === undefined ? {} : { ETag: etag };
}

/** 412 with the current tag when the caller has seen another state of the object. The tags are compared as text, `*` is no condition. */
export function demandMatch(rest: Rest, model: Model, row: Row): void {
  const given = rest.call.headers['if-match'] ?? '';
  if (!isSince46(rest.state.version) || given === '' || given === '*') return;
  const etag = etagOf(model, row);
  if (etag !== undefined && !given.split(',').map((tag) => tag.trim()).includes(etag)) throw new Answered(412, { detail: 'Precondition failed.' }, { ETag: etag });
}
