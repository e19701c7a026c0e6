// Answers that hold for the whole instance: versions and workers, the roots of the API, which models a branch isolates.
import type { Answer } from '../http/exchange';
import { json } from '../http/exchange';
import { BRANCHABLE, BRANCHABLE_46 } from '../models/branchable';
import { isSince46 } from '../models/since-4-6';
import { Answered } from '../write/errors';
import type { Rest } from './rest';

function onlyGet(rest: Rest): void {
  if (rest.call.method !== 'GET') throw new Answered(405, { detail: `Method "${rest.call.method}" not allowed.` });
}

export function status(rest: Rest): Answer {
  onlyGet(rest);
  const { version } = rest.state;
  return json(200, {
    'django-version': isSince46(version) ? '6.0' : '5.2.17', hostname: 'lab', installed_apps: {}, 'netbox-version': version, 'netbox-full-version': version, plugins: { netbox_branching: '1.1.2', netbox_sluice: '0.1.0' },
    'python-version': '3.11.7', 'rq-workers-running': 1,
  });
}

export function root(rest: Rest): Answer {
  onlyGet(rest);
  const apps = ['circuits', 'core', 'dcim', 'extras', 'ipam', 'plugins', 'status', 'tenancy', 'users', 'virtualization', 'vpn', 'wireless'];
  return json(200, Object.fromEntries(apps.map((app) => [app, `${rest.call.origin}/api/${app}/`])));
}

export function branchingRoot(rest: Rest): Answer {
  onlyGet(rest);
  return json(200, Object.fromEntries(['branch-events', 'branchable-models', 'branches', 'changes'].map((name) => [name, `${rest.call.origin}/api/plugins/branching/${name}/`])));
}

export function branchableModels(rest: Rest): Answer {
  onlyGet(rest);
  const models = isSince46(rest.state.version) ? BRANCHABLE_46 : BRANCHABLE;
  return json(200, models.map((model) => ({ ...model })));
}

/** A user's own preferences: none are kept. */
export function userConfig(rest: Rest): Answer {
  onlyGet(rest);
  return json(200, {});
}
