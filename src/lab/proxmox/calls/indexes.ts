// What lies below a path, for whoever looks around: all that the official schema of the version has there, served here or not.
import { children } from '../../../proxmox/schema';
import { anyone, route, type Answer, type Call, type Route } from '../call';

/** As each index has it (Proxmox VE 8.4, recorded exchanges 341 to 343): the root in an order of its own, `notifications` before `nextid`, SDN last, no `execute`. */
const rootOrder = ['version', 'cluster', 'nodes', 'storage', 'access', 'pools'];
const hidden = new Set(['execute', 'vncwebsocket']);

const below = (call: Call, path: string): readonly string[] => (children[call.cluster.options.version][path] ?? []).filter((name) => !hidden.has(name));
const place = (name: string): string => (name === 'notifications' ? 'metrics+' : name === 'sdn' ? '~' : name);
const inPlace = (names: readonly string[]): readonly string[] => [...names].sort((a, b) => (place(a) < place(b) ? -1 : 1));
const listed = (key: 'name' | 'subdir', names: readonly string[]): Answer => ({ data: names.map((name) => ({ [key]: name })) });

export const indexRoutes: readonly Route[] = [
  route('GET', '/', anyone, (call) => listed('subdir', [...below(call, '/')].sort((a, b) => rootOrder.indexOf(a) - rootOrder.indexOf(b)))),
  route('GET', '/cluster', anyone, (call) => listed('name', inPlace(below(call, '/cluster')))),
  route('GET', '/access', anyone, (call) => listed('subdir', below(call, '/access'))),
  route('GET', '/nodes/{node}', anyone, (call) => listed('name', inPlace(below(call, '/nodes/{node}')))),
];
