// `/api/ipam/prefixes/<id>/available-ips/`: the next free addresses of a prefix, to look at or to take (NetBox 4.5).
import type { Answer } from '../http/exchange';
import { json } from '../http/exchange';
import { knownModel } from '../models/registry';
import { addressText, networkRange, readCidr } from '../read/network';
import type { Cidr } from '../read/network';
import { windowOf } from '../read/page';
import { asText, isObject } from '../store/row';
import type { Json, Row } from '../store/row';
import { readBody } from '../write/body';
import { Answered, Forbidden, NotFound } from '../write/errors';
import type { Rest } from './rest';

const PREFIX = knownModel('ipam.prefix');
const ADDRESS = knownModel('ipam.ipaddress');

/** First and last address that may be given out: a network that is no pool keeps its own address, an IPv4 one its broadcast too. */
function usable(network: Cidr, prefix: Row): readonly [bigint, bigint] {
  const [first, last] = networkRange(network);
  if (prefix['is_pool'] === true || network.length >= (network.family === 4 ? 31 : 127)) return [first, last];
  return network.family === 4 ? [first + 1n, last - 1n] : [first + 1n, last];
}

function taken(rest: Rest, prefix: Row, family: 4 | 6): ReadonlySet<bigint> {
  const everywhere = prefix['vrf'] === null && prefix['status'] === 'container';
  const rows = everywhere ? [...rest.view.all(ADDRESS.type)] : rest.view.where(ADDRESS.type, 'vrf', prefix['vrf'] ?? null);
  return new Set(rows.flatMap((row) => { const address = readCidr(asText(row['address'])); return address?.family === family ? [address.value] : []; }));
}

function free(rest: Rest, prefix: Row, network: Cidr, count: number): readonly string[] {
  if (prefix['mark_utilized'] === true) return [];
  const [[first, last], used] = [usable(network, prefix), taken(rest, prefix, network.family)];
  const found: string[] = [];
  for (let value = first; value <= last && found.length < count; value += 1n) if (!used.has(value)) found.push(`${addressText(value, network.family)}/${network.length}`);
  return found;
}

function allocate(rest: Rest, prefix: Row, network: Cidr): Answer {
  const body = rest.body();
  const wanted = Array.isArray(body) ? (body as readonly Json[]) : [body];
  const addresses = free(rest, prefix, network, wanted.length);
  if (addresses.length < wanted.length) throw new Answered(409, { detail: 'Insufficient resources are available to satisfy the request' });
  const rows = wanted.map((item, index) => {
    const read = readBody(rest.view, ADDRESS, { ...(isObject(item) ? item : {}), address: addresses[index] ?? '', vrf: prefix['vrf'] ?? null }, null, false);
    const row = rest.writer.create(ADDRESS, read.values, read.message);
    if (!rest.rights.allows('add', ADDRESS, row, rest.view)) throw new Forbidden();
    return rest.represent(true).full(ADDRESS, row);
  });
  return json(201, Array.isArray(body) ? rows : (rows[0] ?? null));
}

export function availableIps(rest: Rest, id: number | null): Answer {
  const { method } = rest.call;
  if (method !== 'GET' && method !== 'POST') throw new Answered(405, { detail: `Method "${method}" not allowed.` });
  rest.demand(method === 'GET' ? 'view' : 'add', ADDRESS.type);
  const prefix = rest.view.get(PREFIX.type, id);
  const network = readCidr(asText(prefix?.['prefix']));
  if (prefix === undefined || network === undefined || !rest.rights.allows('view', PREFIX, prefix, rest.view)) throw new NotFound(`No ${PREFIX.className} matches the given query.`);
  if (method === 'POST') return allocate(rest, prefix, network);
  const vrf = rest.represent().brief('ipam.vrf', typeof prefix['vrf'] === 'number' ? prefix['vrf'] : null);
  return json(200, free(rest, prefix, network, windowOf(rest.call.query).limit).map((address) => ({ family: network.family, address, vrf })));
}
