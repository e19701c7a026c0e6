// One API request after it was read: route, permission on the raw parameters, hop to the node in the path, parameter check,
// code. In this order, so that a caller without rights sees 403 even for garbage (Proxmox VE 8.4). Carries P15.
import { findMethod, validateParams, type RawParams } from '../../../proxmox/schema';
import type { Call } from '../call';
import type { Cluster } from '../cluster';
import { PveError, forbidden } from '../pve-error';
import { routeOf } from '../routes';
import type { TaskFault } from '../tasks';
import { answerOk, answerPlain, answerRefusal, type WireAnswer } from './answer';
import { asTexts } from './parameters';

export interface ApiRequest { readonly entry: string; readonly authid: string; readonly method: string; readonly path: string; readonly params: RawParams; readonly task: TaskFault | null }

export async function dispatch(cluster: Cluster, request: ApiRequest): Promise<WireAnswer> {
  const found = findMethod(request.method, request.path, cluster.options.version);
  if (found === null) return answerRefusal(501, `Method '${request.method} ${request.path}' not implemented`, undefined, '');
  const route = routeOf(found.spec);
  const node = found.parts['node'] ?? request.entry;
  const raw: Call = { cluster, authid: request.authid, entry: request.entry, node, parts: found.parts, params: asTexts(request.params), fault: request.task };
  try {
    const conflicts = Object.entries(found.parts).filter(([name, value]) => request.params[name] !== undefined && String(request.params[name]) !== value);
    if (conflicts.length > 0) throw new PveError(400, 'Parameter verification failed.', Object.fromEntries(conflicts.map(([name]) => [name, 'duplicate parameter (already defined in URI) with conflicting values!'])));
    if (found.spec.needsTicket === true && request.authid.includes('!')) forbidden(`URI '${request.path}' not available with API token, need proper ticket.\n`);
    route.permission(raw);
    const hop = hopTo(cluster, node, request.entry);
    if (hop !== null) return hop;
    const errors = validateParams(cluster.options.version, found.spec, { ...request.params, ...found.parts });
    if (errors !== null) throw new PveError(400, 'Parameter verification failed.', errors);
    const params = Object.fromEntries(Object.entries(raw.params).filter(([name]) => found.parts[name] === undefined));
    const answer = await route.handler({ ...raw, params });
    return { ...answerOk(answer.data, answer.total), ...through(request.method, found.spec.isProtected === true, node !== request.entry) };
  } catch (error) {
    // What broke between two daemons has no body.
    if (error instanceof PveError && error.status >= 595) return answerPlain(error.status, error.message, '');
    if (error instanceof PveError) return answerRefusal(error.status, error.message, error.errors);
    throw error;
  }
}

/** What the node in the path keeps from happening: no such node, or no connection to it. */
function hopTo(cluster: Cluster, name: string, entry: string): WireAnswer | null {
  const node = cluster.state.nodes.find((each) => each.name === name);
  if (node === undefined) return answerRefusal(500, `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`);
  return node.online || name === entry ? null : answerPlain(595, 'Connection refused', '');
}

/**
 * A protected call goes to the daemon that is root, one for another node to that node: each says how it leaves its connection.
 * Only reads keep the one to another node.
 */
function through(method: string, isProtected: boolean, isElsewhere: boolean): Pick<WireAnswer, 'via'> {
  const said = [...(isProtected ? ['close'] : []), ...(isElsewhere && method === 'GET' ? ['Keep-Alive'] : [])];
  return said.length === 0 ? {} : { via: said.join(',') };
}
