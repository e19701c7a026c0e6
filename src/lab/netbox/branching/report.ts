// The structured report of a failed merge: which object and which field a validation or the database refused.
import { knownModel } from '../models/registry';
import type { Json } from '../store/row';
import type { LogRow } from '../store/space';
import { IntegrityError, Invalid, pythonRepr } from '../write/errors';
import type { JobWork } from './job-work';

const current = new WeakMap<JobWork, LogRow>();

/** Remembers which change is being replayed, for {@link reportFailure}. */
export const replaying = (work: JobWork, change: LogRow): void => void current.set(work, change);

/** Adds to the job's log and report what ended the replay. */
export function reportFailure(work: JobWork, error: unknown): void {
  const change = current.get(work);
  if (change === undefined) return;
  work.say(error instanceof Invalid ? pythonRepr(error.errors) : error instanceof Error ? error.message : String(error));
  if (!('report' in work.data) || !(error instanceof Invalid || error instanceof IntegrityError)) return;
  const model = knownModel(change.type);
  const entry = (type: string, field: string | null): Json => ({ type, model: model.verbose, field, value: null, object_id: change.objectId, content_type_id: model.contentType });
  work.data['report'] = error instanceof Invalid ? Object.keys(error.errors).map((field) => entry('validation_error', field)) : [entry('integrity_error', null)];
}
