// One API call inside the simulator: who asks, with which checked parameters, and what it may use. Handlers compute an
// answer from the cluster's state; a refusal is thrown (pve-error.ts).
import { may } from './acl';
import type { Cluster } from './cluster';
import { forbidden } from './pve-error';
import { startTask, type TaskFault, type Worker } from './tasks';

export interface Call {
  readonly cluster: Cluster;
  readonly authid: string;
  /** The node whose port was asked. */
  readonly entry: string;
  /** `{node}` of the path; the entry node for paths without one. */
  readonly node: string;
  readonly parts: Readonly<Record<string, string>>;
  /** Checked parameters as text, booleans as 1 and 0; before the check: as they came. */
  readonly params: Readonly<Record<string, string>>;
  readonly fault: TaskFault | null;
}

export interface Answer { readonly data: unknown; readonly total?: number }
export type Handler = (call: Call) => Answer | Promise<Answer>;
export type Permission = (call: Call) => void;

/** One served method: template as in the schema, its permission check (on raw parameters), its code. */
export interface Route { readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'; readonly path: string; readonly permission: Permission; readonly handler: Handler }

export const nothing: Answer = { data: null };
export const anyone: Permission = () => undefined;

export const route = (method: Route['method'], path: string, permission: Permission, handler: Handler): Route => ({ method, path, permission, handler });

/** 403 unless the caller has one of the privileges. `{name}` in the path is filled from path parts and parameters. */
export const needs = (path: string, ...anyOf: readonly string[]): Permission => (call) => {
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => call.parts[name] ?? call.params[name] ?? '');
  demand(call, filled, ...anyOf);
};

export function demand(call: Call, path: string, ...anyOf: readonly string[]): void {
  if (!may(call.cluster.access, call.authid, path, ...anyOf)) forbidden(`${path}, ${anyOf.join('|')}`);
}

/** 403 naming `what` (path and privilege) when the condition does not hold. */
export function forbiddenUnless(holds: boolean, what: string): void {
  if (!holds) forbidden(what);
}

/** True only for root@pam itself: a token of root is not root (Proxmox VE 8.4). */
export const isRootItself = (call: Call): boolean => call.authid === 'root@pam';

export const vmidOf = (call: Call): number => Number(call.parts['vmid'] ?? call.params['vmid']);
export const isOn = (call: Call, name: string): boolean => call.params[name] === '1';

export function task(call: Call, type: string, id: string | number, body: (worker: Worker) => Promise<void>): Answer {
  return { data: startTask(call.cluster, { node: call.node, type, id: String(id), authid: call.authid, fault: call.fault }, body) };
}
