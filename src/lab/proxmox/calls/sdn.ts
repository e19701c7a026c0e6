// Software-defined network: zones can be made and removed, the rest is read. What is written waits to be applied, which nobody
// does here (Proxmox VE 8.4).
import { createHash } from 'node:crypto';
import { may } from '../acl';
import { anyone, needs, nothing, route, type Answer, type Call, type Route } from '../call';
import { die } from '../pve-error';
import type { Entries, SdnState } from '../state';

type Kind = keyof SdnState;
const sdnOf = (call: Call): SdnState => (call.cluster.state.sdn ??= { zones: {}, vnets: {}, subnets: {}, controllers: {} });

/** What a zone of a type cannot be without. */
const required: Readonly<Record<string, readonly string[]>> = { simple: [], vlan: ['bridge'], qinq: ['bridge', 'tag'], vxlan: ['peers'], evpn: ['controller', 'vrf-vxlan'], faucet: [] };

function digestOf(objects: Readonly<Record<string, Entries>>): string {
  const text = Object.entries(objects).map(([id, { type = '', ...rest }]) => `${type}: ${id}\n${Object.entries(rest).map(([name, value]) => `\t${name} ${value}\n`).join('')}\n`).join('');
  return createHash('sha1').update(text).digest('hex');
}

const audits = (call: Call, path: string): boolean => may(call.cluster.access, call.authid, path, 'SDN.Audit', 'SDN.Allocate');
const value = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

/** `running` is what was applied: nothing of what was written here. */
function listed(call: Call, kind: Kind, idName: string, pathOf: (id: string, entries: Entries) => string): readonly Record<string, unknown>[] {
  if (call.params['running'] === '1') return [];
  const objects = sdnOf(call)[kind];
  const digest = digestOf(objects);
  return Object.entries(objects).filter(([id, entries]) => audits(call, pathOf(id, entries)) && (call.params['type'] ?? entries['type']) === entries['type'])
    .map(([id, entries]) => ({ [idName]: id, ...Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, value(text)])), ...(call.params['pending'] === '1' ? { state: 'new', pending: Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, value(text)])) } : {}), digest }));
}

function subnets(call: Call): readonly Record<string, unknown>[] {
  const vnet = call.parts['vnet'] ?? '';
  const zone = sdnOf(call).vnets[vnet]?.['zone'];
  if (zone === undefined) die(`sdn '${vnet}' does not exist`);
  return listed(call, 'subnets', 'subnet', () => `/sdn/zones/${zone}/${vnet}`).filter((row) => row['vnet'] === vnet);
}

function writable(call: Call): void {
  if (!call.cluster.state.quorate) die('cluster not ready - no quorum?');
}

function create(call: Call): Answer {
  const { zone = '', type = '', ...options } = call.params;
  for (const name of required[type] ?? []) if (options[name] === undefined) die(`missing value for required option '${name}'`);
  writable(call);
  const { zones } = sdnOf(call);
  if (zones[zone] !== undefined) die(`create sdn zone object failed: sdn zone object ID '${zone}' already defined`);
  zones[zone] = { type, ...options };
  call.cluster.commit();
  return nothing;
}

function remove(call: Call): Answer {
  writable(call);
  const { zones, vnets } = sdnOf(call);
  const zone = call.parts['zone'] ?? '';
  if (zones[zone] === undefined) die(`delete sdn zone object failed: sdn '${zone}' does not exist`);
  const user = Object.entries(vnets).find(([, vnet]) => vnet['zone'] === zone)?.[0];
  if (user !== undefined) die(`delete sdn zone object failed: zone ${zone} is used by vnet ${user}`);
  delete zones[zone];
  call.cluster.commit();
  return nothing;
}

export const sdnRoutes: readonly Route[] = [
  route('GET', '/cluster/sdn/zones', anyone, (call) => ({ data: listed(call, 'zones', 'zone', (id) => `/sdn/zones/${id}`) })),
  route('POST', '/cluster/sdn/zones', needs('/sdn/zones', 'SDN.Allocate'), create),
  route('DELETE', '/cluster/sdn/zones/{zone}', needs('/sdn/zones/{zone}', 'SDN.Allocate'), remove),
  route('GET', '/cluster/sdn/vnets', anyone, (call) => ({ data: listed(call, 'vnets', 'vnet', (id, entries) => `/sdn/zones/${entries['zone'] ?? ''}/${id}`) })),
  route('GET', '/cluster/sdn/vnets/{vnet}/subnets', anyone, (call) => ({ data: subnets(call) })),
  route('GET', '/cluster/sdn/controllers', anyone, (call) => ({ data: listed(call, 'controllers', 'controller', (id) => `/sdn/controllers/${id}`) })),
];
