// Options of the whole datacenter: kept as text, property strings answered as objects (Proxmox VE 8.4, datacenter.cfg).
import { splitList } from '../../../proxmox/schema';
import { guestFilter } from '../acl';
import { needs, nothing, route, type Answer, type Call, type Route } from '../call';
import { die } from '../pve-error';
import type { Entries } from '../state';

/** Options that hold a property string, with the key that may stand without its name. */
const objects: Readonly<Record<string, string | null>> = { bwlimit: null, crs: null, ha: null, migration: 'type', 'next-id': null, notify: null, replication: 'type', 'tag-style': null, u2f: null, 'user-tag-access': null, webauthn: null };

const number = (text: string): string | number => (/^\d+$/.test(text) ? Number(text) : text);

function objectOf(text: string, bare: string | null): Record<string, unknown> {
  return Object.fromEntries(text.split(',').map((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [bare ?? part, part] : [part.slice(0, at), number(part.slice(at + 1))];
  }));
}

function shown(stored: Entries): Record<string, unknown> {
  const one = (name: string, text: string): unknown => {
    const bare = objects[name];
    if (bare !== undefined) return objectOf(text, bare);
    return name === 'registered-tags' ? splitList(text) : name === 'description' ? text : number(text);
  };
  return Object.fromEntries(Object.entries(stored).map(([name, text]) => [name, one(name, text)]));
}

/** Tags of the guests that the caller sees: with free tag access they are the ones offered. */
function tagsInUse(call: Call): readonly string[] {
  const sees = guestFilter(call.cluster.access, call.authid, 'VM.Audit');
  return [...new Set(call.cluster.guests().filter((guest) => sees(guest.vmid)).flatMap((guest) => (guest.main['tags'] ?? '').split(/[,;\s]+/)))].filter((tag) => tag !== '').sort();
}

function update(call: Call): Answer {
  const { cluster, params } = call;
  if (!cluster.state.quorate) die("cfs-lock 'file-datacenter_cfg' error: no quorum!");
  const { delete: drop = '', ...set } = params;
  for (const name of splitList(drop)) delete cluster.state.options[name];
  Object.assign(cluster.state.options, set);
  cluster.commit();
  return nothing;
}

export const clusterOptionRoutes: readonly Route[] = [
  route('GET', '/cluster/options', needs('/', 'Sys.Audit'), (call) => ({ data: { mac_prefix: 'BC:24:11', description: '', 'allowed-tags': tagsInUse(call), ...shown(call.cluster.state.options) } })),
  route('PUT', '/cluster/options', needs('/', 'Sys.Modify'), update),
];
