// Pools: members, moves, and who may make them (Proxmox VE 8.4). A refusal inside an update is wrapped: the status is 500.
import { splitList } from '../../../proxmox/schema';
import { may } from '../acl';
import { anyone, isOn, needs, nothing, demand, route, type Answer, type Call, type Route } from '../call';
import { die, wrapped } from '../pve-error';
import { guestRow } from './cluster';

const allocates = needs('/pool/{poolid}', 'Pool.Allocate');
const idOf = (call: Call): string => call.parts['poolid'] ?? call.params['poolid'] ?? '';

function update(call: Call): Answer {
  const { state } = call.cluster;
  const pool = idOf(call);
  wrapped('update pools failed', () => {
    const present = state.pools[pool] ?? die(`pool '${pool}' does not exist`);
    const vmids = splitList(call.params['vms'] ?? '');
    const next = { ...state.poolOf };
    for (const vmid of vmids) {
      const here = next[vmid];
      demand(call, `/vms/${vmid}`, 'Permissions.Modify', 'VM.Allocate');
      if (isOn(call, 'delete')) {
        if (here !== pool) die(`VM ${vmid} is not a pool member`);
        delete next[vmid];
        continue;
      }
      if (here === pool) die(`VM ${vmid} is already a pool member`);
      if (here !== undefined) {
        if (!isOn(call, 'allow-move')) die(`VM ${vmid} belongs already to pool '${here}' and 'allow-move' is not set`);
        demand(call, `/pool/${here}`, 'Pool.Allocate');
      }
      next[vmid] = pool;
    }
    if (!state.quorate) die("cfs-lock 'file-user_cfg' error: no quorum!");
    state.poolOf = next;
    if (call.params['comment'] !== undefined) present.comment = call.params['comment'];
  });
  call.cluster.commit();
  return nothing;
}

function create(call: Call): Answer {
  const pool = idOf(call);
  wrapped('create pool failed', () => {
    if (call.cluster.state.pools[pool] !== undefined) die(`pool '${pool}' already exists`);
    call.cluster.state.pools[pool] = { comment: call.params['comment'] ?? '' };
  });
  call.cluster.commit();
  return nothing;
}

function remove(call: Call): Answer {
  const { state } = call.cluster;
  const pool = idOf(call);
  wrapped('delete pool failed', () => {
    if (state.pools[pool] === undefined) die(`pool '${pool}' does not exist`);
    const members = Object.entries(state.poolOf).filter(([vmid, other]) => other === pool && state.guests[vmid] !== undefined).map(([vmid]) => vmid);
    if (members.length > 0) die(`pool '${pool}' is not empty (contains VM ${members.join(', ')})`);
    delete state.pools[pool];
    state.poolOf = Object.fromEntries(Object.entries(state.poolOf).filter(([, other]) => other !== pool));
    // Made again under its name, the pool starts without rights.
    state.acl = state.acl.filter((entry) => entry.path !== `/pool/${pool}`);
  });
  call.cluster.commit();
  return nothing;
}

/** Members as rows of /cluster/resources. The real one shows them to every token, whatever its rights. */
function one(call: Call, pool: string): Record<string, unknown> {
  const { state } = call.cluster;
  const found = state.pools[pool] ?? die(`pool '${pool}' does not exist`);
  const members = Object.entries(state.poolOf).filter(([, other]) => other === pool).flatMap(([vmid]) => call.cluster.guest(vmid) ?? []).filter((guest) => (call.params['type'] ?? guest.kind) === guest.kind);
  return { poolid: pool, comment: found.comment, members: members.map((guest) => { const { pool: _pool, tags: _tags, ...row } = guestRow(call, guest, () => false); return row; }) };
}

function list(call: Call): Answer {
  if (call.params['poolid'] !== undefined) return { data: [one(call, call.params['poolid'])] };
  return { data: Object.entries(call.cluster.state.pools).filter(([pool]) => may(call.cluster.access, call.authid, `/pool/${pool}`, 'Pool.Audit')).map(([poolid, { comment }]) => ({ poolid, comment })) };
}

export const poolRoutes: readonly Route[] = [
  route('GET', '/pools', anyone, list), route('POST', '/pools', allocates, create), route('PUT', '/pools', allocates, update), route('DELETE', '/pools', allocates, remove),
  route('GET', '/pools/{poolid}', needs('/pool/{poolid}', 'Pool.Audit'), (call) => ({ data: one(call, idOf(call)) })), route('PUT', '/pools/{poolid}', allocates, update), route('DELETE', '/pools/{poolid}', allocates, remove),
];
