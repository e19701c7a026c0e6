import type { BranchEvent, BranchRecord, ChangeDiff, ChangeLogRow } from '../ports';
import { choice, id, instant, record, user, words } from './values';

/** A branch as the API shows it; null = not one. An absent `owner` is null (SET_NULL), a malformed one makes the row unreadable. */
export function branchRecord(value: unknown): BranchRecord | null {
  const row = record(value);
  if (row === null) return null;
  const [branchId, name, schemaId, status, customFields] = [id(row['id']), words(row['name']), words(row['schema_id']), choice(row['status']), record(row['custom_fields'])];
  const [owner, mergedBy, mergedTime] = [user(row['owner']), user(row['merged_by']), instant(row['merged_time'])];
  if (branchId === null || name === null || schemaId === null || status === null || customFields === null) return null;
  if (unread(row['owner'], owner) || unread(row['merged_by'], mergedBy) || unread(row['merged_time'], mergedTime)) return null;
  return { id: branchId, name, schemaId, status, owner, mergedTime, mergedBy, customFields };
}

export function branchEvent(value: unknown): BranchEvent | null {
  const row = record(value);
  const [eventId, branchId, type, time, who] = [id(row?.['id']), id(record(row?.['branch'])?.['id']), choice(row?.['type']), instant(row?.['time']), user(row?.['user'])];
  if (row === null || eventId === null || branchId === null || type === null || time === null || unread(row['user'], who)) return null;
  return { id: eventId, branchId, type, time, user: who };
}

const actions: ReadonlySet<string> = new Set(['create', 'update', 'delete']);

/** A change diff together with the branch it says it belongs to. An action we do not know makes the row unreadable (P30). */
export function changeDiff(value: unknown): (ChangeDiff & { readonly branchId: number }) | null {
  const row = record(value);
  if (row === null) return null;
  const [diffId, branchId, objectType, objectId, repr, action, lastUpdated] = [
    id(row['id']), id(record(row['branch'])?.['id']), words(row['object_type']), id(row['object_id']), words(row['object_repr']), choice(row['action']), instant(row['last_updated']),
  ];
  const [original, modified, current] = [record(row['original_data']), record(row['modified_data']), record(row['current_data'])];
  if (diffId === null || branchId === null || objectType === null || objectId === null || repr === null || action === null || lastUpdated === null) return null;
  if (!actions.has(action) || unread(row['original_data'], original) || unread(row['modified_data'], modified) || unread(row['current_data'], current)) return null;
  const conflicts = row['conflicts'] ?? [];
  if (!Array.isArray(conflicts) || !conflicts.every((field) => typeof field === 'string')) return null;
  return { id: diffId, branchId, objectType, objectId, repr, action: action as ChangeDiff['action'], conflicts, original, modified, current, lastUpdated };
}

export function changeLogRow(value: unknown): ChangeLogRow | null {
  const row = record(value);
  if (row === null) return null;
  const [rowId, time, who, userName, action, objectType, objectId, requestId] = [
    id(row['id']), instant(row['time']), user(row['user']), words(row['user_name']), choice(row['action']), words(row['changed_object_type']), id(row['changed_object_id']), words(row['request_id']),
  ];
  if (rowId === null || time === null || userName === null || action === null || objectType === null || objectId === null || requestId === null || unread(row['user'], who)) return null;
  return { id: rowId, time, user: who, userName, action, objectType, objectId, requestId, message: words(row['message']) ?? '' };
}

/** Something stood there and could not be read. */
const unread = (given: unknown, parsed: unknown): boolean => given !== null && given !== undefined && parsed === null;
