// The bodies NetBox 4.5 sends: object events carry the REST representation with relative urls and both snapshots, branch events the change-log form
// of the branch alone, job events the data of the job. The order of keys counts: receivers verify a signature over the bytes.
import { pythonJson } from '../http/python-json';
import { knownModel } from '../models/registry';
import { isSince46 } from '../models/since-4-6';
import type { NetBoxVersion } from '../models/since-4-6';
import { logForm } from '../read/log-form';
import { Representer } from '../read/represent';
import type { Json, JsonObject, Row } from '../store/row';
import type { View } from '../store/view';
import type { Author } from '../write/writer';
import type { ObjectEvent } from './event-queue';

const BRANCH = 'netbox_branching.branch';
const offset = (time: string): string => time.replace(/Z$/, '+00:00');

interface Head { readonly event: string; readonly timestamp: string; readonly objectType: string; readonly username: string | null; readonly requestId: string | null }

const body = (head: Head, rest: JsonObject): string =>
  pythonJson({ event: head.event, timestamp: offset(head.timestamp), object_type: head.objectType, username: head.username, request_id: head.requestId, ...rest }, 'spaced');

/** `data` of an object event: as it is now, or as it was before it went. */
export function objectData(event: ObjectEvent, view: View): Json {
  if (event.data !== null) return event.data;
  const model = view.model(event.type);
  const row = view.get(event.type, event.id);
  return row === undefined ? null : new Representer(view, '').full(model, row, model.rest.filter((key) => key !== 'config_context'));
}

/** NetBox 4.6 also tells the request (read from the source of 4.6.8, never seen running). */
const requestOf = (version: NetBoxVersion, { requestId, userName, via }: Author): JsonObject =>
  isSince46(version) ? { request: { id: requestId, method: via?.method ?? 'GET', path: via?.path ?? '/', user: userName } } : {};

export const objectMessage = (event: ObjectEvent, data: Json, author: Author, timestamp: string, version: NetBoxVersion): string =>
  body({ event: event.kind, timestamp, objectType: event.type, username: author.userName, requestId: author.requestId }, {
    data,
    ...requestOf(version, author),
    snapshots: { prechange: event.kind === 'created' ? null : event.pre, postchange: event.kind === 'deleted' ? null : event.post },
    context: { active_branch: null },
  });

export const branchData = (branch: Row, view: View): JsonObject => ({ ...logForm(knownModel(BRANCH), branch, view), id: branch.id });

export const branchMessage = (event: string, data: JsonObject, username: string | null, timestamp: string): string => body({ event, timestamp, objectType: BRANCH, username, requestId: null }, { data });

export const jobMessage = (data: JsonObject, username: string | null, timestamp: string): string => body({ event: 'job_ended', timestamp, objectType: BRANCH, username, requestId: null }, { data });
