// Which handler answers a path. Unknown paths get NetBox's HTML page, not JSON.
import type { Model } from '../models/model';
import { knownModel, modelAt } from '../models/registry';
import type { NetBoxVersion } from '../models/since-4-6';
import { availableIps } from './available-ips';
import { branchAction, branches, isBranchAction } from './branches';
import { branchEvents, changes } from './branching-reads';
import { objectChanges } from './change-log';
import { branchableModels, branchingRoot, root, status, userConfig } from './fixed';
import { jobs } from './jobs';
import { objectTypes } from './object-types';
import { objects } from './objects';
import { authenticationCheck } from './people';
import type { Handler } from './rest';

export interface Route {
  readonly handler: Handler;
  readonly id: number | null;
  /** Reads tables that a branch isolates, so the header of a branch that is not ready breaks it. */
  readonly isolated: boolean;
  /** Header `Allow` of every answer, also of a refusal. */
  readonly allow: string;
  /** What is listed there, where it is a model. */
  readonly model?: Model;
}

const FIXED: Readonly<Record<string, Handler>> = {
  '': root,
  status,
  'authentication-check': authenticationCheck,
  'users/config': userConfig,
  'plugins/branching': branchingRoot,
  'plugins/branching/branchable-models': branchableModels,
};
const READ_ONLY: Readonly<Record<string, Handler>> = { 'core/jobs': jobs, 'core/object-changes': objectChanges, 'core/object-types': objectTypes, 'plugins/branching/changes': changes, 'plugins/branching/branch-events': branchEvents };
const BRANCHES = 'plugins/branching/branches';
const BRANCH = 'netbox_branching.branch';
const READS = 'GET, HEAD, OPTIONS';
const ONE = 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS';
const MANY = 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS';
/** Interfaces have a view action named `trace`, which the REST framework takes for the HTTP method (4.5). */
const TRACED = 'dcim/interfaces';

/** `path` with its trailing slash, e.g. `/api/virtualization/virtual-machines/3/`. */
export function routeOf(path: string, version: NetBoxVersion = '4.5.10'): Route | undefined {
  const match = /^\/api\/(?:(.*)\/)?$/.exec(path);
  if (match === null) return undefined;
  const rest = match[1] ?? '';
  const fixed = FIXED[rest];
  if (fixed !== undefined) return { handler: fixed, id: null, isolated: false, allow: rest === 'users/config' ? 'GET, PATCH, HEAD, OPTIONS' : READS };
  const action = new RegExp(`^${BRANCHES}/(\\d+)/([a-z]+)$`).exec(rest);
  if (action !== null && isBranchAction(action[2] ?? '')) {
    const [, id, name = ''] = action;
    return isBranchAction(name) ? { handler: (request) => branchAction(request, Number(id), name), id: Number(id), isolated: false, allow: 'POST, OPTIONS' } : undefined;
  }
  const free = /^ipam\/prefixes\/(\d+)\/available-ips$/.exec(rest);
  if (free !== null) return { handler: availableIps, id: Number(free[1]), isolated: true, allow: 'GET, POST, HEAD, OPTIONS' };
  const [, endpoint = '', id] = /^(.*?)(?:\/(\d+))?$/.exec(rest) ?? [];
  const number = id === undefined ? null : Number(id);
  if (endpoint === BRANCHES) return { handler: branches, id: number, isolated: false, allow: number === null ? 'GET, POST, HEAD, OPTIONS' : ONE, model: knownModel(BRANCH) };
  const readOnly = READ_ONLY[endpoint];
  if (readOnly !== undefined) return { handler: readOnly, id: number, isolated: endpoint === 'core/object-changes', allow: READS };
  const model = modelAt(endpoint, version);
  return model === undefined ? undefined : { handler: (request, at) => objects(request, model, at), id: number, isolated: knownModel(model.type).branchable, allow: `${number === null ? MANY : ONE}${endpoint === TRACED ? ', TRACE' : ''}`, model };
}
