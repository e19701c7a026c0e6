// `add_tags` and `remove_tags` of NetBox 4.6 (read from the source of 4.6.8, never seen running; how a tag that is not there is refused was not read).
import { isSince46 } from '../models/since-4-6';
import { asIds } from '../store/row';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import { parseTags } from './parse-value';

const BOTH = 'Cannot specify "tags" together with "add_tags" or "remove_tags".';
const given = (value: Json | undefined): boolean => Array.isArray(value) && value.length > 0;

function idsOf(view: View, body: JsonObject, key: string, errors: Record<string, Json>): readonly number[] | undefined {
  if (body[key] === undefined) return undefined;
  const parsed = parseTags(view, body[key]);
  if (!parsed.ok) errors[key] = parsed.error;
  return parsed.ok ? asIds(parsed.value) : undefined;
}

/** The tags an object has afterwards, when the body adds or removes some; `tags` itself goes before, and nothing is removed from what is new. */
export function changedTags(view: View, body: JsonObject, existing: Row | null, errors: Record<string, Json>): readonly number[] | undefined {
  if (!isSince46(view.state.version)) return undefined;
  const [added, removed] = [idsOf(view, body, 'add_tags', errors), idsOf(view, body, 'remove_tags', errors)];
  if (given(body['tags']) && (given(body['add_tags']) || given(body['remove_tags']))) errors['tags'] = [BOTH];
  if (body['tags'] !== undefined || (added === undefined && removed === undefined)) return undefined;
  const before = asIds(existing?.['tags']);
  return [...new Set([...before, ...(added ?? [])])].filter((id) => existing === null || !(removed ?? []).includes(id));
}
