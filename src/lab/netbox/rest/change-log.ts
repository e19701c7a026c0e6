// The change log: main's, or with the branch header that of the branch, which says who did what there and can be read only while the branch is ready.
import { CHANGE_ACTION, labelled } from '../models/choices';
import { knownModel, modelOf } from '../models/registry';
import { cleaned } from '../read/log-form';
import { describe } from '../branching/changes';
import type { Json } from '../store/row';
import type { LogRow } from '../store/space';
import { isOneOf, readOnly, timeFilter } from './read-only';
import type { Rest } from './rest';

function shown(rest: Rest, change: LogRow): { readonly [key: string]: Json } {
  const represent = rest.represent();
  const { origin } = rest.call;
  return {
    id: change.id, url: `${origin}/api/core/object-changes/${change.id}/`, display_url: `${origin}/core/changelog/${change.id}/`, display: describe(change), time: change.time, user: represent.brief('users.user', change.user),
    user_name: change.userName, request_id: change.requestId, action: { ...labelled(CHANGE_ACTION, change.action) }, changed_object_type: change.type, changed_object_id: change.objectId,
    changed_object: represent.brief(change.type, change.objectId), object_repr: change.repr, message: change.message, prechange_data: cleaned(change.pre) ?? {}, postchange_data: cleaned(change.post) ?? {},
  };
}

export const objectChanges = readOnly<LogRow>({
  type: 'core.objectchange',
  noun: 'ObjectChange',
  rows: (rest) => rest.view.space.log,
  order: ['-time'],
  sparse: true,
  value: (change, path) => ({ id: change.id, time: change.time, user_name: change.userName, action: change.action, changed_object_id: change.objectId, request_id: change.requestId })[path],
  show: shown,
  filters: {
    id: (values) => isOneOf((change) => change.id, values),
    user_id: (values) => isOneOf((change) => change.user, values),
    user: (values) => isOneOf((change) => change.userName, values),
    user_name: (values) => isOneOf((change) => change.userName, values),
    request_id: (values) => (change) => change.requestId === values.at(-1),
    action: (values) => isOneOf((change) => change.action, values),
    changed_object_type: (values) => {
      const unknown = values.find((value) => modelOf(value) === undefined);
      return unknown === undefined ? isOneOf((change) => change.type, values) : { error: `Select a valid choice. ${unknown} is not one of the available choices.` };
    },
    changed_object_type_id: (values) => isOneOf((change) => knownModel(change.type).contentType, values),
    changed_object_id: (values) => isOneOf((change) => change.objectId, values),
    object_repr: (values) => isOneOf((change) => change.repr, values),
    q: (values) => (change) => values.some((value) => change.repr.toLowerCase().includes(value.toLowerCase())),
    ...timeFilter('time', (change) => change.time, { time_after: '__gte', time_before: '__lte' }),
  },
});
