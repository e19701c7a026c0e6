// What lies below a path, for whoever looks around: all that the official schema of the version has there, served here or not.
import { children } from '../../../proxmox/schema';
import { anyone, route, type Answer, type Call, type Route } from '../call';

/** In the words of each index (Proxmox VE 8.4, recorded exchanges 341 to 343): the order of the root, SDN last, no `execute`. */
const rootOrder = ['version', 'cluster', 'nodes', 'storage', 'access', 'pools'];
const hidden = new Set(['execute', 'vncwebsocket']);

const below = (call: Call, path: string): readonly string[] => (children[call.cluster.options.version][path] ?? []).filter((name) => !hidden.has(name));
const sdnLast = (names: readonly string[]): readonly string[] => [...names.filter((name) => name !== 'sdn'), ...names.filter((name) => name === 'sdn')];
const listed = (key: 'name' | 'subdir', names: readonly string[]): Answer => ({ data: names.map((name) => ({ [key]: name })) });

export const indexRoutes: readonly Route[] = [
  route('GET', '/', anyone, (call) => listed('subdir', [...below(call, '/')].sort((a, b) => rootOrder.indexOf(a) - rootOrder.indexOf(b)))),
  route('GET', '/cluster', anyone, (call) => listed('name', sdnLast(below(call, '/cluster')))),
  route('GET', '/access', anyone, (call) => listed('subdir', below(call, '/access'))),
  route('GET', '/nodes/{node}', anyone, (call) => listed('name', sdnLast(below(call, '/nodes/{node}')))),
];
